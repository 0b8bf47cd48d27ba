"""Examples of our profiles, and what each of them breaks."""
