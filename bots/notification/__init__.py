"""`dosespot-notification-bot`: takes push notifications and asks DoseSpot for the truth."""

IDENTIFIER = "dosespot-notification-bot"
