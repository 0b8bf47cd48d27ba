"""`dosespot-my-details-bot`: shows prescribers their own details, and completes them."""

IDENTIFIER = "dosespot-my-details-bot"
