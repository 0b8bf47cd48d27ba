"""`dosespot-default-pharmacy-bot`: gives patients the same primary pharmacy."""

IDENTIFIER = "dosespot-default-pharmacy-bot"
