"""Texts that are checked for their form alone: free text, e-mail addresses, ids of FHIR."""

import re

from shared.records.identifiers.rule import RuleBroken
from shared.records.identifiers.spelling import folded

FHIR_ID_LENGTH = 64
FHIR_ID = r"^[A-Za-z0-9\-.]*[A-Za-z0-9][A-Za-z0-9\-.]*$"
"""The id of a FHIR resource; dots alone would be a path."""

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")


def parse_length(value: str, longest: int) -> str:
    """Any text that DoseSpot stores in at most `longest` characters."""
    if len(value) > longest:
        raise RuleBroken(f"DoseSpot takes at most {longest} characters here; shorten it")
    return value


def parse_plain(value: str) -> str:
    """Free text that can be stored and shown anywhere."""
    if not value.isprintable() or any(mark in value for mark in "<>"):
        raise RuleBroken("control characters, < and > are not allowed here; remove them")
    return value


def parse_email(value: str) -> str:
    """An e-mail address with one @ and a dot in its domain."""
    plain = folded(value)
    if not _EMAIL.fullmatch(plain):
        raise RuleBroken("the e-mail address is not complete; correct it")
    return plain


def parse_fhir_id(value: str) -> str:
    """The id of a FHIR resource."""
    if len(value) > FHIR_ID_LENGTH or not re.fullmatch(FHIR_ID, value):
        raise RuleBroken("this is not a valid FHIR id; correct it")
    return value
