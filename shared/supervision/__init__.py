"""Who supervises a prescribing agent in DoseSpot."""
