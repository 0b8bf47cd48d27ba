"""Updating what Practitioners say about their registration from DoseSpot."""
