"""The FHIR server as Medplum runs it: raw JSON in, raw JSON out. Knows nothing of DoseSpot."""
