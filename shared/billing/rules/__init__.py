"""How many prescribers a month has, and what they cost: values in, values out."""
