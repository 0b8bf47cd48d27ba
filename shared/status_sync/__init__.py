"""Bringing what Practitioners say of their registration in line with DoseSpot."""
