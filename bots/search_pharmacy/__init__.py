"""`dosespot-search-pharmacy-bot`: finds pharmacies."""

IDENTIFIER = "dosespot-search-pharmacy-bot"
