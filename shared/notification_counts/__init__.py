"""How much waits for a prescriber in DoseSpot, for pages that ask again and again."""
