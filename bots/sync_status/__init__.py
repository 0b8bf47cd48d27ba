"""`dosespot-sync-status-bot`: brings Practitioners in line with DoseSpot, on a schedule too."""

IDENTIFIER = "dosespot-sync-status-bot"
