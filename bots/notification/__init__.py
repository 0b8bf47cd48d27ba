"""`dosespot-notification-bot`: takes push notifications and asks DoseSpot what is true."""

IDENTIFIER = "dosespot-notification-bot"
