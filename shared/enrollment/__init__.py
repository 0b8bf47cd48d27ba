"""Enrolling a prescriber in DoseSpot, and keeping their status in line with it."""
