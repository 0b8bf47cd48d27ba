"""Numbers under which somebody is registered: NPI, DEA, NADEAN, licenses, and Australia's."""

import re
import unicodedata

from shared.records.identifiers.rule import RuleBroken
from shared.records.identifiers.spelling import folded
from shared.records.identifiers.texts import parse_length

LICENSE_LENGTH = 35
PBS_PRESCRIBER_TYPES = frozenset("MNDPT")

_DEA = re.compile(r"[A-Z][A-Z9][0-9]{7}(-[A-Z0-9]{1,7})?")
_HPII = re.compile(r"800361[0-9]{10}")
_NADEAN = re.compile(r"[A-Z0-9]{9}")
_PBS = re.compile(r"[0-9]{7}")
_PBS_WEIGHTS, _PBS_WEIGHTS_AFTER_0 = (1, 3, 7, 9, 1, 3), (0, 5, 8, 4, 2, 1)


def parse_npi(value: str) -> str:
    """A National Provider Identifier: ten digits, first 1 or 2, Luhn over `80840` and the number.

    Source: CMS, "NPI Check Digit".
    """
    value = folded(value)
    if not (len(value) == 10 and value.isascii() and value.isdecimal()):
        raise RuleBroken("the NPI must be exactly 10 digits; correct it")
    if value[0] not in "12":
        raise RuleBroken("an NPI starts with 1 or 2; correct it")
    if _luhn("80840" + value):
        raise RuleBroken("the NPI's check digit is wrong; compare it with the NPI registry")
    return value


def parse_dea(value: str) -> str:
    """A DEA registration number in the form that DoseSpot accepts (letters in upper case)."""
    value = folded(value).upper()
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
    value = folded(value).upper()
    if not _NADEAN.fullmatch(value):
        raise RuleBroken("an NADEAN is 9 letters and digits; correct it, or leave it out")
    return value


def parse_license(value: str) -> str:
    """The number of a state's medical license: 1 to 35 characters."""
    if not value:
        raise RuleBroken("the license number is missing; add it")
    return parse_length(folded(value), LICENSE_LENGTH)


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


def _luhn(digits: str) -> int:
    """The Luhn sum modulo 10; 0 for a number with the right check digit."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + position % 2)
        total += value - 9 if value > 9 else value
    return total % 10
