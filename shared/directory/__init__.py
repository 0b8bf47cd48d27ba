"""Where DoseSpot's clinicians and pharmacies stand in FHIR."""
