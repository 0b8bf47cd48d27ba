"""For how long prescribers are billed, and how many are in a month."""
