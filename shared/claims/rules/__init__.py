"""The steps of a run under a claim, as values."""
