"""`dosespot-add-patient-pharmacy-bot`: lets a patient prefer a pharmacy."""

IDENTIFIER = "dosespot-add-patient-pharmacy-bot"
