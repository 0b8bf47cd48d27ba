"""`dosespot-create-prescriber-bot`: from a form to FHIR records that can be enrolled."""

IDENTIFIER = "dosespot-create-prescriber-bot"
