"""A FHIR `period` as whole days.

A FHIR dateTime may say only the year or the month; the end of `2026-03` is the last day of March.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import text

_DATE_TIME = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T.*)?)?)?")


@dataclass(frozen=True)
class Days:
    """When something counts.

    Attributes:
        first: the first day; None where the beginning is open.
        last: the last day; None where the end is open.
        readable: whether the period says so; what can't be read never counts.
    """

    first: date | None = None
    last: date | None = None
    readable: bool = True

    def cover(self, day: date) -> bool:
        """Whether it counts on that day."""
        return self.readable and not self.over(day) and (self.first is None or self.first <= day)

    def over(self, day: date) -> bool:
        """Whether it ended before that day."""
        return self.last is not None and self.last < day


def days_of(element: Resource) -> Days:
    """The days of an element's `period`; all days where it has none."""
    period = element.get("period", {})
    if not isinstance(period, dict):
        return Days(readable=False)
    try:
        return Days(_day(period.get("start"), 1), _day(period.get("end"), None))
    except ValueError:
        return Days(readable=False)


def _day(value: Any, day: int | None) -> date | None:
    """The day of a dateTime; where it says only month or year, that day or (None) the last."""
    if value is None:
        return None
    found = _DATE_TIME.fullmatch(text(value))
    if found is None:
        raise ValueError("no dateTime")
    year, month = int(found[1]), int(found[2] or (12 if day is None else day))
    return date(year, month, int(found[3] or day or _length(year, month)))


def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1] if 1 <= month <= 12 else 0
