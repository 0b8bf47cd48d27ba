"""The rules of keeping a patient in DoseSpot: values in, values out; no network, no clock."""
