"""The demonstration: made-up prescribers are enrolled, and every step is checked."""
