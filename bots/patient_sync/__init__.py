"""`dosespot-patient-sync-bot`: finds or creates the caller's patient in DoseSpot."""

IDENTIFIER = "dosespot-patient-sync-bot"
