"""`dosespot-notification-counts-bot`: how much waits for the caller in DoseSpot."""

IDENTIFIER = "dosespot-notification-counts-bot"
