"""Which day it is in a US state: a date on a record is a day at the place that it belongs to.

The offsets stand here, because not every runtime has a time zone database, and loading one would
cost each cold start. Sources: 49 CFR 71 (where each zone is), 15 U.S.C. 260a (daylight saving time
from 2:00 on the second Sunday of March until 2:00 on the first Sunday of November).
A state with several zones has the one whose day ends first, so that nothing that has ended
anywhere in the state counts as valid.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = -5, -6, -7, -8

STANDARD_OFFSETS: dict[str, int] = {
    **dict.fromkeys(
        "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV AA".split(), _EASTERN
    ),
    **dict.fromkeys("AL AR IA IL KS LA MN MO MS ND NE OK SD TX WI".split(), _CENTRAL),
    **dict.fromkeys("AZ CO ID MT NM NV OR UT WY".split(), _MOUNTAIN),
    **dict.fromkeys("CA WA".split(), _PACIFIC),
    "AK": -9,
    "HI": -10,
    "PR": -4,
    "VI": -4,
    "GU": 10,
    "MP": 10,
    "AS": -11,
    "FM": 11,
    "MH": 12,
    "PW": 9,
    "AE": 3,
    "AP": 9,
}
"""Hours that a state's standard time is ahead of UTC (armed forces: the easternmost of their
region)."""

WITHOUT_DAYLIGHT_SAVING = frozenset("HI PR VI GU MP AS FM MH PW AE AP".split())
"""Arizona is not among them, because the Navajo Nation there keeps daylight saving time."""

NATIONWIDE = ""
"""No state is known: Eastern time, ahead of that of all other contiguous states."""


@dataclass(frozen=True)
class Today:
    """This moment, asked for its day.

    Attributes:
        now: aware time.
    """

    now: datetime

    def in_state(self, state: str) -> date:
        """The day in a state, two letters; Eastern time's where that is no state's code."""
        return day_in_state(self.now, state)


def day_in_state(moment: datetime, state: str) -> date:
    """The day of an aware time in a state; Eastern time's where that is no state's code."""
    standard = STANDARD_OFFSETS.get(state, _EASTERN)
    local = moment.astimezone(UTC) + timedelta(hours=standard)
    if state not in WITHOUT_DAYLIGHT_SAVING and _saves_daylight(local):
        local += timedelta(hours=1)
    return local.date()


def _saves_daylight(standard: datetime) -> bool:
    """Whether daylight saving time is kept at a moment given in standard time."""
    start = _sunday(standard.year, 3, 2) + timedelta(hours=2)
    end = _sunday(standard.year, 11, 1) + timedelta(hours=1)
    return start <= standard < end


def _sunday(year: int, month: int, nth: int) -> datetime:
    first = datetime(year, month, 1, tzinfo=UTC)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (nth - 1))
