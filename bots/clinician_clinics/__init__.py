"""`dosespot-clinician-clinics-bot`: links a prescriber to clinics, and takes them out."""

IDENTIFIER = "dosespot-clinician-clinics-bot"
