"""A FHIR `period` as whole days.

A FHIR dateTime may say only the year or the month; the end of `2026-03` is the last day of March.
A time in UTC is the day that it then is in the state that the element belongs to; a time with
another offset is the day that is written, because that is the clock of the place.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import text
from fhir_profiles.today import NATIONWIDE, day_in_state

_DATE_TIME = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:T.*)?)?)?")
_IN_UTC = re.compile(r"(.+T.+)(?:Z|[+-]00:00)")
_ENDS_OF_TIME = ("0001", "9999")


@dataclass(frozen=True)
class Days:
    """When something counts.

    Attributes:
        first: the first day; None if the beginning is open.
        last: the last day; None if the end is open.
        readable: whether the period says so; what can't be read never counts.
        standing: False if a status says that it does not count, whatever the day.
    """

    first: date | None = None
    last: date | None = None
    readable: bool = True
    standing: bool = True

    def cover(self, day: date) -> bool:
        """Whether it counts on that day."""
        begun = self.first is None or self.first <= day
        return self.readable and self.standing and begun and not self.over(day)

    def over(self, day: date) -> bool:
        """Whether it ended before that day."""
        return self.last is not None and self.last < day

    def within(self, other: "Days") -> "Days":
        """The days on which both count."""
        begins = [one.first for one in (self, other) if one.first is not None]
        ends = [one.last for one in (self, other) if one.last is not None]
        return Days(
            max(begins, default=None),
            min(ends, default=None),
            self.readable and other.readable,
            self.standing and other.standing,
        )


def days_of(element: Resource, state: str = NATIONWIDE) -> Days:
    """The days of an element's `period`; all days if it has none.

    Args:
        element: raw JSON.
        state: whose clocks decide the day of a time in UTC.
    """
    period = element.get("period", {})
    if not isinstance(period, dict):
        return Days(readable=False)
    try:
        return Days(_day(period.get("start"), 1, state), _day(period.get("end"), None, state))
    except ValueError:
        return Days(readable=False)


def _day(value: Any, day: int | None, state: str) -> date | None:
    """The day of a dateTime; where it says only month or year, that day or (None) the last."""
    if value is None:
        return None
    found = _DATE_TIME.fullmatch(text(value))
    if found is None:
        raise ValueError("no dateTime")
    instant = _IN_UTC.fullmatch(found[0])
    if instant and found[1] not in _ENDS_OF_TIME:
        return day_in_state(datetime.fromisoformat(instant[1]).replace(tzinfo=UTC), state)
    year, month = int(found[1]), int(found[2] or (12 if day is None else day))
    return date(year, month, int(found[3] or day or _length(year, month)))


def _length(year: int, month: int) -> int:
    return monthrange(year, month)[1] if 1 <= month <= 12 else 0
