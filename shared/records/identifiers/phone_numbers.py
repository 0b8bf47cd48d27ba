"""US phone and fax numbers, in every spelling that people use for them.

A number is taken apart, not searched for: what does not belong to one is refused, and so is another
country's. The exchange code is not checked, because DoseSpot does not check it either.
"""

import re

from shared.records.identifiers.rule import RuleBroken
from shared.records.identifiers.spelling import folded

DIGITS = "the number must have 10 digits (a leading 1 is not counted); correct it"
FOREIGN = "this is not a US number; DoseSpot takes US numbers only, so give one"
LETTERS = "write the number with digits, such as 345-123-4567, and an extension as x123"
EXTENSION = "an extension has 1 to 6 digits, such as x123; correct it"
NO_EXTENSION = "a fax number has no extension; leave it out"

_MARK = "\\s().\\-/\N{MIDDLE DOT}\N{BULLET}"
_MARKS = re.compile(f"[{_MARK}]")
_PARTS = re.compile(
    rf"\s*(?:(?:tel|fax):)?(?P<number>[+0-9{_MARK}]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_EXTENSION = re.compile(
    r"[\s,;]*(?:\#|x|ex(?:t(?:n|ensi[o\N{LATIN SMALL LETTER O WITH ACUTE}]n)?)?|[,;])"
    r"[\s.:=\#]*(?P<digits>[0-9]*)[\s).]*",
    re.IGNORECASE,
)
_LONGEST_EXTENSION = 6
_DIALED_ABROAD = re.compile("011|00")
"""With what a call to another country begins, in North America and elsewhere."""
_REPEATED_DIGITS = re.compile(r"(\d)\1{6}")


def parse_phone(value: str) -> str:
    """A US phone number as ten digits, with an extension as `x123` behind them.

    Source of the spellings: RFC 3966 (`tel:`, `;ext=`), and how people write: `#`, `x`, `ext.`,
    `extension`, and the commas with which a phone dials on.
    """
    number, rest = _split(value)
    extension = _extension(rest)
    ten = _ten_digits(number)
    return f"{ten}x{extension}" if extension else ten


def parse_fax(value: str) -> str:
    """A US fax number as ten digits; it has no extension."""
    number, rest = _split(value)
    if rest:
        _extension(rest)
        raise RuleBroken(NO_EXTENSION)
    return _ten_digits(number)


def _split(value: str) -> tuple[str, str]:
    """What can be a number, and all that stands behind it."""
    found = _PARTS.fullmatch(folded(value))
    return (found["number"], found["rest"]) if found else ("", value)


def _extension(rest: str) -> str:
    """The digits of an extension; "" if there is none."""
    if not rest:
        return ""
    found = _EXTENSION.fullmatch(rest)
    if found is None:
        raise RuleBroken(LETTERS if any(map(str.isalpha, rest)) else DIGITS)
    if not 1 <= len(found["digits"]) <= _LONGEST_EXTENSION:
        raise RuleBroken(EXTENSION)
    return found["digits"]


def _ten_digits(number: str) -> str:
    """The number's ten digits, without the country's 1."""
    digits = _MARKS.sub("", number)
    dialed = _DIALED_ABROAD.match(digits)
    if dialed and len(digits) > 10:
        digits = f"+{digits[dialed.end() :]}"
    if digits.startswith("+"):
        digits = _of_the_us(digits[1:])
    elif len(digits) == 11 and digits.startswith("1"):
        digits = digits[1:]
    if not (len(digits) == 10 and digits.isascii() and digits.isdecimal()):
        raise RuleBroken(DIGITS)
    _require_usable(digits)
    return digits


def _of_the_us(digits: str) -> str:
    """What follows the country's 1 in an international number."""
    if not digits.startswith("1"):
        raise RuleBroken(FOREIGN if digits[:1].isdecimal() else DIGITS)
    return digits[1:]


def _require_usable(digits: str) -> None:
    if digits[0] in "01":
        raise RuleBroken("the area code must not start with 0 or 1; correct it")
    if digits.startswith("555"):
        raise RuleBroken("the area code must not be 555; DoseSpot refuses it; correct it")
    if _REPEATED_DIGITS.search(digits):
        raise RuleBroken("the number repeats one digit 7 or more times; correct it")
