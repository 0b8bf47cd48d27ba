"""Who may do what: administrators, prescribers about themselves, and granted roles."""
