"""What a FHIR record must hold before DoseSpot is asked: read, checked, normalised; pure."""
