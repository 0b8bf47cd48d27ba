"""`dosespot-sync-status-bot`: updates Practitioners from DoseSpot, also on a schedule."""

IDENTIFIER = "dosespot-sync-status-bot"
