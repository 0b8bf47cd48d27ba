"""Claims, by which one run at a time changes one person in DoseSpot."""
