"""The people of a project: who they are in FHIR, and which clinician they are in DoseSpot."""
