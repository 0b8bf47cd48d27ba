"""`dosespot-readiness-bot`: why somebody can't prescribe, and who must do what; changes nothing."""

IDENTIFIER = "dosespot-readiness-bot"
