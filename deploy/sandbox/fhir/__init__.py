"""A FHIR server for tests and demonstrations that answers as Medplum does."""
