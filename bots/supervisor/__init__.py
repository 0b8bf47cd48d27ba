"""`dosespot-set-supervising-prescriber`: sets in DoseSpot who supervises a prescribing agent."""

IDENTIFIER = "dosespot-set-supervising-prescriber"
