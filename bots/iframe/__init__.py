"""`dosespot-iframe-bot`: the link that opens DoseSpot as the caller, for a patient or for none."""

IDENTIFIER = "dosespot-iframe-bot"
