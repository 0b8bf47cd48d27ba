"""DoseSpot's dates and times as FHIR writes them.

A reply has them with an offset, with Z or with neither, which is taken as UTC, as DoseSpot's
requests have it. Midnight without an offset is how it writes a day without a time.
"""

import re
from datetime import UTC, datetime
from typing import Any

_DAY = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00(\.0+)?)?", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII | re.IGNORECASE
)
EARLIEST = 1900
"""DoseSpot's programs write 0001-01-01 where they have no date."""


def fhir_moment(given: Any) -> str:
    """A FHIR dateTime: a day, or a time in UTC; "" for anything else."""
    spelled = given.strip().upper() if isinstance(given, str) else ""
    if _DAY.fullmatch(spelled):
        spelled = spelled[:10]
    elif not _MOMENT.fullmatch(spelled):
        return ""
    try:
        found = datetime.fromisoformat(spelled)
    except ValueError:
        return ""
    if found.year <= EARLIEST:
        return ""
    return spelled if len(spelled) == 10 else _utc(found)


def _utc(moment: datetime) -> str:
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        utc = aware.astimezone(UTC)
    except OverflowError:
        return ""
    return utc.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
