"""The sandbox: stand-ins for Medplum, AWS Lambda, DoseSpot and the NPI Registry, with web pages."""
