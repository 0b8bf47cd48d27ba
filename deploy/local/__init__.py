"""The installation on one machine: stand-ins for Medplum, AWS Lambda and DoseSpot."""
