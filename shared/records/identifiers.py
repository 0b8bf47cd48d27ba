"""The rules that single values must meet before DoseSpot is asked to store them.

Each `parse_…` takes what a person typed and returns it as DoseSpot stores it, or raises
`RuleBroken`, whose text says what is wrong and what to do, never the value itself.
"""

import re
import unicodedata
from datetime import date

NAME_LENGTH = 35
TITLE_LENGTH = 10
ADDRESS_LINE_LENGTH = 35
LICENSE_LENGTH = 35

# fmt: off
STATES = frozenset({
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS",
    "KY", "LA", "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY",
    "NC", "ND", "OH", "OK", "OR", "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV",
    "WI", "WY", "DC", "PR", "VI", "GU", "AS", "MP",
})
# fmt: on
ADDRESS_STATES = STATES | {"FM", "MH", "PW", "AA", "AE", "AP"}

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEA = re.compile(r"[A-Z][A-Z9][0-9]{7}(-[A-Z0-9]{1,7})?")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension)\s*([0-9]{1,6})$", re.IGNORECASE)
_PHONE_MARKS = re.compile(r"[\s().+\-/]")
_PO_BOX = re.compile(
    r"\bp[\s.\-]*o[\s.\-]*box(?![a-z])|\bpost\s*office\s*box(?![a-z])", re.IGNORECASE
)
_REPEATED_DIGITS = re.compile(r"(\d)\1{6}")
_ZIP = re.compile(r"([0-9]{5})(?:-?([0-9]{4}))?")


class RuleBroken(ValueError):
    """A value breaks its rule; the text is one sentence without the value."""


def parse_npi(value: str) -> str:
    """A National Provider Identifier: ten digits, first 1 or 2, Luhn over `80840` and the number.

    Source: CMS, "NPI Check Digit".
    """
    if not (len(value) == 10 and value.isascii() and value.isdecimal()):
        raise RuleBroken("the NPI must be exactly 10 digits; correct it")
    if value[0] not in "12":
        raise RuleBroken("an NPI starts with 1 or 2; correct it")
    if _luhn("80840" + value):
        raise RuleBroken("the NPI's check digit is wrong; compare it with the NPI registry")
    return value


def parse_dea(value: str) -> str:
    """A DEA registration number in the form that DoseSpot accepts (letters in upper case)."""
    value = value.upper()
    if not _DEA.fullmatch(value):
        raise RuleBroken(
            "a DEA number is two letters (or a letter and 9) and 7 digits,"
            " such as AB1234563; correct it"
        )
    return value


def dea_warnings(value: str, family_name: str) -> list[str]:
    """What looks wrong with a well-formed DEA number, though DoseSpot may accept it.

    The check digit is the last digit of (d1+d3+d5) + 2(d2+d4+d6); the second letter is the
    initial of the surname at registration, and people marry. Source: DEA Diversion Control.
    """
    digits = [int(digit) for digit in value[2:9]]
    warnings = []
    if (sum(digits[0:6:2]) + 2 * sum(digits[1:6:2])) % 10 != digits[6]:
        warnings.append("the DEA number's check digit is wrong; compare it with the certificate")
    initial = unicodedata.normalize("NFKD", family_name)[:1].upper()
    if value[1] not in ("9", initial):
        warnings.append("the DEA number's second letter is not the initial of the family name")
    return warnings


def parse_state(value: str, states: frozenset[str] = STATES) -> str:
    """A US state or territory as two letters (in upper case)."""
    if value.upper() not in states:
        raise RuleBroken("the state must be a two-letter US abbreviation such as IL; correct it")
    return value.upper()


def parse_zip(value: str) -> str:
    """A ZIP code as `12345` or `12345-1234`."""
    found = _ZIP.fullmatch(value)
    if not found:
        raise RuleBroken("the postal code must look like 62701 or 62701-1234; correct it")
    return f"{found[1]}-{found[2]}" if found[2] else found[1]


def parse_phone(value: str) -> str:
    """A US phone number as ten digits, with an extension as `x123` behind them."""
    extension = _EXTENSION.search(value)
    number = parse_fax(value[: extension.start()] if extension else value)
    return f"{number}x{extension[1]}" if extension else number


def parse_fax(value: str) -> str:
    """A US fax number as ten digits.

    The exchange code is not checked, because DoseSpot does not check it either.
    """
    digits = _PHONE_MARKS.sub("", value)
    if len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if not (len(digits) == 10 and digits.isascii() and digits.isdecimal()):
        raise RuleBroken("the number must have 10 digits (a leading 1 is not counted); correct it")
    if digits[0] in "01":
        raise RuleBroken("the area code must not start with 0 or 1; correct it")
    if digits.startswith("555"):
        raise RuleBroken("the area code must not be 555; DoseSpot refuses it; correct it")
    if _REPEATED_DIGITS.search(digits):
        raise RuleBroken("the number repeats one digit 7 or more times; correct it")
    return digits


def parse_email(value: str) -> str:
    """An e-mail address with one @ and a dot in its domain."""
    if not _EMAIL.fullmatch(value):
        raise RuleBroken("the e-mail address is not complete; correct it")
    return value


def parse_birth_date(value: str, today: date) -> date:
    """A full date of birth, `YYYY-MM-DD`, not after today and not before 1900."""
    try:
        born = date.fromisoformat(value) if _DATE.fullmatch(value) else None
    except ValueError:
        born = None
    if born is None:
        raise RuleBroken("the date of birth must be a full date such as 1980-05-15; correct it")
    if born.year < 1900 or born > today:
        raise RuleBroken("the date of birth must lie between 1900 and today; correct it")
    return born


def parse_address_line(value: str) -> str:
    """One line of an address: at most 35 characters."""
    if len(value) > ADDRESS_LINE_LENGTH:
        raise RuleBroken(
            f"DoseSpot takes at most {ADDRESS_LINE_LENGTH} characters in an address line;"
            " split it into two entries of line"
        )
    return value


def parse_street_line(value: str) -> str:
    """One line of a prescriber's address, which must not be a post office box."""
    if _PO_BOX.search(value):
        raise RuleBroken("a prescriber's address must not be a PO box; give the street address")
    return parse_address_line(value)


def parse_length(value: str, longest: int) -> str:
    """Any text that DoseSpot stores in at most `longest` characters."""
    if len(value) > longest:
        raise RuleBroken(f"DoseSpot takes at most {longest} characters here; shorten it")
    return value


def _luhn(digits: str) -> int:
    """The Luhn sum modulo 10; 0 for a number with the right check digit."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10
