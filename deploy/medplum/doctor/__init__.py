"""Finds out what keeps the bots from working on a live installation, and changes nothing."""
