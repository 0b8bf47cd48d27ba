"""US addresses: countries, states, ZIP codes, lines, and what is a post office box.

Source of how boxes are written: USPS Publication 28, "Postal Addressing Standards", sections 24
(rural routes), 25 (highway contract routes), 28 (post office boxes) and 29 (Puerto Rico).
"""

import re

from fhir_profiles.places import STATES, is_us_country, state_named
from shared.records.identifiers.rule import RuleBroken
from shared.records.identifiers.spelling import folded

ADDRESS_LINE_LENGTH = 35

PO_BOX = "Enter a street address, not a PO box"
LINE_LENGTH = (
    f"DoseSpot takes two address lines of at most {ADDRESS_LINE_LENGTH} characters each; shorten"
    " this one, for example with St, Ste or Bldg, or leave out what the mail does not need, such as"
    " a building's name"
)

_NUMBER = r"\W*(?:no\b|num\b|number\b)?\W*"
_BOX_KINDS = r"(?:box|bx|draw(?:er)?|drwr)"
# Compiled, and kept by `re`, at the first address, which comes after a run's first calls.
_PO_BOX = (
    # PO Box, P. O. Bx, P0 Box, POBox, PO Drawer; Post Office Box, Postal Box
    rf"(?i)\bg?p[\s.,/\-]*[o0][\s.,/\-]*{_BOX_KINDS}(?![a-z])"
    rf"|\bpost(?:al)?[\s.\-]*(?:office|off|ofc)[\s.\-]*{_BOX_KINDS}(?![a-z])"
    rf"|\bpost(?:al)?[\s.\-]*{_BOX_KINDS}{_NUMBER}[0-9]"
    # POB 4471, PO 4471
    rf"|\bp[\s.\-]*o[\s.\-]*b\b{_NUMBER}[0-9]|\bpob[0-9]|^\W*p\.?\s?o\.?{_NUMBER}[0-9]"
    # of Puerto Rico
    rf"|\b(?:apartado|apdo)\b(?:\s+postal\b)?{_NUMBER}[0-9]"
)
_LONE_BOX = (
    rf"(?i)\W*(?:(?:firm\s*)?caller(?:\s*service)?|lock\s*box|bin|{_BOX_KINDS}){_NUMBER}"
    r"(?:[0-9]+(?:\W?[a-z])?|[a-z])\W*"
)
_ZIP = re.compile(r"([0-9]{5})(?:-?([0-9]{4}))?")


def parse_country(value: str) -> str:
    """The code of the United States, however they, or one of their territories, are called."""
    if not is_us_country(value):
        raise RuleBroken("the country must be US, because DoseSpot takes US addresses only")
    return "US"


def parse_state(value: str, states: frozenset[str] = STATES) -> str:
    """A US state or territory, also by its name, as two letters (in upper case)."""
    code = state_named(value, states)
    if not code:
        raise RuleBroken("the state must be a two-letter US abbreviation such as IL; correct it")
    return code


def parse_zip(value: str) -> str:
    """A ZIP code as `12345` or `12345-1234`."""
    found = _ZIP.fullmatch(folded(value))
    if not found:
        raise RuleBroken("the postal code must look like 62701 or 62701-1234; correct it")
    return f"{found[1]}-{found[2]}" if found[2] else found[1]


def parse_address_line(value: str) -> str:
    """One line of an address: at most 35 characters."""
    plain = folded(value)
    if len(plain) > ADDRESS_LINE_LENGTH:
        raise RuleBroken(LINE_LENGTH)
    return plain


def parse_street_line(value: str) -> str:
    """The first line of a prescriber's address, which must not be a post office box."""
    if has_po_box(value) or re.fullmatch(_LONE_BOX, folded(value)):
        raise RuleBroken(PO_BOX)
    return parse_address_line(value)


def parse_second_street_line(value: str) -> str:
    """A later line of a prescriber's address: `Box 15` is one of the rural route before it."""
    if has_po_box(value):
        raise RuleBroken(PO_BOX)
    return parse_address_line(value)


def has_po_box(value: str) -> bool:
    """Whether a line of an address is, or holds, a post office box.

    Boxes of rural routes (RR, HC), of the military (PSC, CMR) and private ones (PMB) are not PO
    boxes.
    """
    return bool(re.search(_PO_BOX, folded(value)))
