"""The bots: each answers who the prescriber is and who may ask, and leaves the rest to `shared`."""
