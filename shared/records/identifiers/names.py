"""What people and cities are called, spelled as DoseSpot stores it."""

import re
import unicodedata

from shared.records.identifiers.addresses import ADDRESS_LINE_LENGTH
from shared.records.identifiers.rule import RuleBroken
from shared.records.identifiers.spelling import folded
from shared.records.identifiers.texts import parse_length

NAME_LENGTH = 35
TITLE_LENGTH = 10

NOT_A_NAME = (
    "a name has letters, spaces, hyphens, apostrophes, quotation marks, periods, commas and"
    " parentheses only; correct it"
)
NOT_A_CITY = "this is not the name of a city; correct it"

_NAME_MARKS = frozenset(" -.',()\"\N{MIDDLE DOT}")
_DIGITS = frozenset("0123456789")
_CITY_MARKS = _NAME_MARKS | _DIGITS | frozenset("/&")
_ORDINAL = re.compile(r"\b[1-9](?:st|nd|rd|th)\b", re.IGNORECASE)


def parse_person_name(value: str) -> str:
    """A part of a person's name: O'Brien, Smith-Jones, de la Cruz, Nguyễn, King, Jr., O, 3rd."""
    return parse_length(parse_spelled_name(value), NAME_LENGTH)


def parse_spelled_name(value: str) -> str:
    """A part of a person's name, however long it is."""
    _spelled(_ORDINAL.sub("nth", value), _NAME_MARKS, NOT_A_NAME)
    return folded(value)


def parse_recorded_name(value: str) -> str:
    """A part of a name that is on record, which may have digits too.

    Who types a name into a form can correct it; hospitals number newborns who have none: Babyboy 2.
    """
    return parse_length(_spelled(value, _NAME_MARKS | _DIGITS, NOT_A_NAME), NAME_LENGTH)


def parse_city(value: str) -> str:
    """A city's name, which may have digits too: 29 Palms, Washington, D.C., Coeur d'Alene."""
    return parse_length(_spelled(value, _CITY_MARKS, NOT_A_CITY), ADDRESS_LINE_LENGTH)


def _spelled(value: str, marks: frozenset[str], sentence: str) -> str:
    """The folded value, if it has a letter, and nothing but letters, accents and the marks."""
    plain = folded(value)
    kinds = [unicodedata.category(mark)[0] for mark in plain]
    allowed = all(kind in "LM" or mark in marks for mark, kind in zip(plain, kinds, strict=True))
    if not (allowed and "L" in kinds):
        raise RuleBroken(sentence)
    return plain
