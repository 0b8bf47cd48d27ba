"""Comparing an NPI and its holder with the NPI Registry."""
