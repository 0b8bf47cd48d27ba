"""Bringing a patient to DoseSpot, once, and keeping the record there in line."""
