"""Prescriptions and all around them: drugs, pharmacies, requests, history, the prescriber's page.

`drugs`, `pharmacies` and `allergens` are catalogs; `sheets` and `asked` say what is
kept; `cabinet` keeps it; `desk` changes it; `answers` writes it down as DoseSpot does.
"""
