"""`dosespot-setup-progress-bot`: how far a project is, from an empty clinic to prescribers."""

IDENTIFIER = "dosespot-setup-progress-bot"
