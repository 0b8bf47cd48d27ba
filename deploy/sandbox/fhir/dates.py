"""FHIR dates of any precision as intervals, in a form that sorts as text.

See https://hl7.org/fhir/R4/search.html#date. No clock.
"""

import re
from datetime import UTC, datetime, timedelta

PARTIAL = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?")
SECOND = timedelta(seconds=1)
MILLISECOND = timedelta(milliseconds=1)


def interval(text: str) -> tuple[str, str]:
    """From the first instant that `text` may mean to the first that it cannot mean any more.

    Both are in UTC and of equal length, so that they compare as strings do. A time without a zone
    is taken as UTC.

    Raises:
        ValueError: `text` is not a FHIR date, dateTime or instant.
    """
    partial = PARTIAL.fullmatch(text)
    if partial:
        return _days(*(int(part) if part else None for part in partial.groups()))
    low = datetime.fromisoformat(text)
    low = low.replace(tzinfo=UTC) if low.tzinfo is None else low.astimezone(UTC)
    return _text(low), _text(low + (MILLISECOND if "." in text else SECOND))


def _days(year: int | None, month: int | None, day: int | None) -> tuple[str, str]:
    low = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
    if day:
        return _text(low), _text(low + timedelta(days=1))
    if month:
        return _text(low), _text((low + timedelta(days=32)).replace(day=1))
    return _text(low), _text(low.replace(year=low.year + 1))


def _text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds")
