"""Pharmacies: finding them, and which of them a patient prefers."""
