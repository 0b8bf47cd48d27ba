"""`dosespot-set-supervising-prescriber`: says in DoseSpot who supervises a prescribing agent."""

IDENTIFIER = "dosespot-set-supervising-prescriber"
