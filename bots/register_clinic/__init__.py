"""`dosespot-register-clinic-bot`: from a Location, or its fields, to a clinic of DoseSpot's."""

IDENTIFIER = "dosespot-register-clinic-bot"
