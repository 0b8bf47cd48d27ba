"""`dosespot-set-supervising-prescriber`: says in DoseSpot who supervises a prescribing agent."""
