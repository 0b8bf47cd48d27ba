"""Sending e-mail: one port, and a channel behind it that the project chooses."""
