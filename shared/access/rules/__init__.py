"""What grants a role, as pure functions of FHIR resources."""
