"""What was prescribed, brought into the patient's chart as DoseSpot has it."""
