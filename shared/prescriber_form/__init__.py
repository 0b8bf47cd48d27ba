"""The records of a prescriber who can be enrolled, created or corrected from one form."""
