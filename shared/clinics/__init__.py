"""DoseSpot's clinics: which one a call means, and how a new one is registered."""
