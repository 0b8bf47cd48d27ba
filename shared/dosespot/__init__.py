"""DoseSpot's REST API v2: its models, its tokens and its calls. Knows nothing of FHIR servers."""
