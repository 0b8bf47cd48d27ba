"""`dosespot-billing-report-bot`: how many prescribers a month has, and what they cost."""

IDENTIFIER = "dosespot-billing-report-bot"
