"""Lambda functions that are no bots: what Medplum does not start. They are part of the package."""
