"""`dosespot-prescriptions-sync-bot`: brings a patient's prescriptions into the chart."""

IDENTIFIER = "dosespot-prescriptions-sync-bot"
