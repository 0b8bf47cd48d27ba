"""A stand-in for NPPES's NPI Registry, with made-up people, the real one's shapes and its outages.

It shares no code with the client that asks it.
"""
