"""Enrolling a prescriber in DoseSpot, and keeping their status up to date."""
