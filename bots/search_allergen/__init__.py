"""`dosespot-search-allergen-bot`: finds allergens by name."""

IDENTIFIER = "dosespot-search-allergen-bot"
