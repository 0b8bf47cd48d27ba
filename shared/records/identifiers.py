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

FHIR_ID_LENGTH = 64
FHIR_ID = r"^[A-Za-z0-9\-.]*[A-Za-z0-9][A-Za-z0-9\-.]*$"
"""The id of a FHIR resource; dots alone would be a path."""

PBS_PRESCRIBER_TYPES = frozenset("MNDPT")

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DEA = re.compile(r"[A-Z][A-Z9][0-9]{7}(-[A-Z0-9]{1,7})?")
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)+")
_EXTENSION = re.compile(r"\s*(?:x|ext\.?|extension)\s*([0-9]{1,6})$", re.IGNORECASE)
_HPII = re.compile(r"800361[0-9]{10}")
_NADEAN = re.compile(r"[A-Z0-9]{9}")
_NAME_MARKS = frozenset(" -.'\N{RIGHT SINGLE QUOTATION MARK}")
_PHONE_MARKS = re.compile(r"[\s().+\-/]")
_PO_BOX = re.compile(
    r"\bp[\s.\-]*o[\s.\-]*box(?![a-z])|\bpost\s*office\s*box(?![a-z])", re.IGNORECASE
)
_PBS = re.compile(r"[0-9]{7}")
_PBS_WEIGHTS, _PBS_WEIGHTS_AFTER_0 = (1, 3, 7, 9, 1, 3), (0, 5, 8, 4, 2, 1)
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


def parse_nadean(value: str) -> str:
    """A narcotic addiction DEA number: nine letters and digits (in upper case).

    The waiver that it stood for ended in December 2022, so nobody needs one.
    """
    if not _NADEAN.fullmatch(value.upper()):
        raise RuleBroken("an NADEAN is 9 letters and digits; correct it, or leave it out")
    return value.upper()


def parse_license(value: str) -> str:
    """The number of a state's medical license: 1 to 35 characters."""
    if not value:
        raise RuleBroken("the license number is missing; add it")
    return parse_length(value, LICENSE_LENGTH)


def parse_hpii(value: str) -> str:
    """An Australian Healthcare Provider Identifier - Individual, with or without spaces.

    16 digits, first 800361, Luhn. Source: Services Australia, "Healthcare Identifiers Service".
    """
    digits = value.replace(" ", "")
    if not _HPII.fullmatch(digits):
        raise RuleBroken("an HPI-I is 16 digits that start with 800361; correct it")
    if _luhn(digits):
        raise RuleBroken("the HPI-I's check digit is wrong; correct it")
    return digits


def parse_pbs_prescriber_number(value: str) -> str:
    """An Australian PBS prescriber number: seven digits, the last of which checks the others.

    The weighted sum of the first six is taken modulo 10; modulo 11, with other weights, where the
    number starts with 0, and then a remainder of 10 makes no number. Source: Services Australia.
    """
    if not _PBS.fullmatch(value):
        raise RuleBroken("a PBS prescriber number is 7 digits; correct it")
    old = value.startswith("0")
    weights, modulus = (_PBS_WEIGHTS_AFTER_0, 11) if old else (_PBS_WEIGHTS, 10)
    total = sum(int(digit) * weight for digit, weight in zip(value, weights, strict=False))
    if total % modulus != int(value[-1]):
        raise RuleBroken("the PBS prescriber number's check digit is wrong; correct it")
    return value


def parse_pbs_prescriber_type(value: str) -> str:
    """An Australian PBS prescriber type, one letter (in upper case)."""
    if value.upper() not in PBS_PRESCRIBER_TYPES:
        raise RuleBroken("the PBS prescriber type must be M, N, D, P or T; correct it")
    return value.upper()


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


def age(born: date, today: date) -> int:
    """How many birthdays somebody has had by that day."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def parse_person_name(value: str) -> str:
    """A part of a person's name: O'Brien, Smith-Jones, de la Cruz, Núñez."""
    return parse_length(_spelled(value, "a name"), NAME_LENGTH)


def parse_city(value: str) -> str:
    """A city's name, which is spelled as people's names are."""
    return parse_length(_spelled(value, "a city's name"), ADDRESS_LINE_LENGTH)


def parse_fhir_id(value: str) -> str:
    """The id of a FHIR resource."""
    if len(value) > FHIR_ID_LENGTH or not re.fullmatch(FHIR_ID, value):
        raise RuleBroken("this is no id of a FHIR resource; correct it")
    return value


def parse_plain(value: str) -> str:
    """Free text that can be stored and shown anywhere."""
    if not value.isprintable() or any(mark in value for mark in "<>"):
        raise RuleBroken("there must be no control characters and no < or > here; leave them out")
    return value


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
    if has_po_box(value):
        raise RuleBroken("a prescriber's address must not be a PO box; give the street address")
    return parse_address_line(value)


def has_po_box(value: str) -> bool:
    """Whether a line of an address is, or holds, a post office box."""
    return bool(_PO_BOX.search(value))


def parse_length(value: str, longest: int) -> str:
    """Any text that DoseSpot stores in at most `longest` characters."""
    if len(value) > longest:
        raise RuleBroken(f"DoseSpot takes at most {longest} characters here; shorten it")
    return value


def _spelled(value: str, what: str) -> str:
    """The value, if it has at least one letter and nothing that names are not spelled with."""
    letters = [mark for mark in value if unicodedata.category(mark)[0] == "L"]
    spelled = all(mark in _NAME_MARKS or unicodedata.category(mark)[0] in "LM" for mark in value)
    if not (letters and spelled):
        raise RuleBroken(
            f"{what} has letters, spaces, hyphens, apostrophes and periods only; correct it"
        )
    return value


def _luhn(digits: str) -> int:
    """The Luhn sum modulo 10; 0 for a number with the right check digit."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10
