"""`dosespot-self-reported-medications-sync-bot`: what the patient says they take, in the chart."""

IDENTIFIER = "dosespot-self-reported-medications-sync-bot"
