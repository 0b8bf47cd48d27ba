"""`dosespot-medication-history-bot`: brings the network's medication history into the chart."""

IDENTIFIER = "dosespot-medication-history-bot"
