"""Reading FHIR elements out of raw JSON, without trusting that the JSON has FHIR's shape."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from fhir_profiles import Resource

LONGEST_NUMBER = 10

_STATE = re.compile(r"[A-Z]{2}")


def entries(parent: Resource, name: str) -> Iterator[tuple[int, Resource]]:
    """Yields index and object of each entry of a repeating element.

    What is not a list, or not an object in it, is passed over.
    """
    for index, value in enumerate(items(parent, name)):
        if isinstance(value, dict):
            yield index, value


def items(parent: Resource, name: str) -> list[Any]:
    """A copy of a repeating element's list; an empty one where there is none."""
    values = parent.get(name)
    return list(values) if isinstance(values, list) else []


def child(parent: Resource, name: str) -> Resource:
    """The object of an element that occurs once; an empty one where there is none."""
    value = parent.get(name)
    return value if isinstance(value, dict) else {}


def positive_number(value: str) -> int | None:
    """The number that a text spells in at most ten digits; None for anything else."""
    spelled = value.isascii() and value.isdecimal() and len(value) <= LONGEST_NUMBER
    return int(value) or None if spelled else None


def text(value: Any) -> str:
    """A string with its white space folded, as DoseSpot stores it; "" for what is no string."""
    return " ".join(value.split()) if isinstance(value, str) else ""


def texts(parent: Resource, name: str) -> list[str]:
    """The non-empty strings of a repeating primitive element, white space folded."""
    found = [text(value) for value in items(parent, name)]
    return [value for value in found if value]


def state_code(parent: Resource, name: str) -> str:
    """Two capital letters out of the `display` of a reference; "" where there are no such."""
    display = text(child(parent, name).get("display")).upper()
    return display if _STATE.fullmatch(display) else ""


def in_effect(element: Resource, today: date) -> bool:
    """Whether an identifier, name, address or contact point counts on that day.

    It does not where its `use` is `old` or its `period` does not cover the day. Days are compared
    by as much of the FHIR dateTime as was given: `2026-03` covers all of March 2026.
    """
    if element.get("use") == "old":
        return False
    period = child(element, "period")
    if not period:
        return True
    day = today.isoformat()
    start, end = text(period.get("start"))[:10], text(period.get("end"))[:10]
    return day[: len(start)] >= start and (not end or day[: len(end)] <= end)
