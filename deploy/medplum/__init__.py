"""Puts the bots on a Medplum server, and finds out what keeps them from working there."""
