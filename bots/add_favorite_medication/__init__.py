"""`dosespot-add-favorite-medication-bot`: adds a favorite of the clinic."""

IDENTIFIER = "dosespot-add-favorite-medication-bot"
