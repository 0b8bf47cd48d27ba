"""`dosespot-search-medication-bot`: finds drugs by name."""

IDENTIFIER = "dosespot-search-medication-bot"
