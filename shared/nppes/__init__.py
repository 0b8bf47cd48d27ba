"""The client of NPPES's NPI Registry: who a National Provider Identifier belongs to."""
