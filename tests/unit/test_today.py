"""Which day it is in a state, held against the time zone database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fhir_profiles.today import NATIONWIDE, STANDARD_OFFSETS, Today
from shared.records.identifiers import ADDRESS_STATES

# In a state with several zones, the place whose day ends first.
PLACES = {
    **dict.fromkeys(
        "CT DC DE FL GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV AA".split(), "America/New_York"
    ),
    **dict.fromkeys("AL AR IA IL KS LA MN MO MS ND NE OK SD TX WI".split(), "America/Chicago"),
    **dict.fromkeys("CO MT NM UT WY NV OR".split(), "America/Denver"),
    **dict.fromkeys("CA WA".split(), "America/Los_Angeles"),
    "IN": "America/Indiana/Indianapolis",
    "KY": "America/Kentucky/Louisville",
    "TN": "America/New_York",
    "MI": "America/Detroit",
    "ID": "America/Boise",
    "AZ": "America/Denver",
    "AK": "America/Anchorage",
    "HI": "Pacific/Honolulu",
    "PR": "America/Puerto_Rico",
    "VI": "America/St_Thomas",
    "GU": "Pacific/Guam",
    "MP": "Pacific/Saipan",
    "AS": "Pacific/Pago_Pago",
    "FM": "Pacific/Pohnpei",
    "MH": "Pacific/Majuro",
    "PW": "Pacific/Palau",
    "AE": "Asia/Riyadh",
    "AP": "Asia/Tokyo",
    NATIONWIDE: "America/New_York",
}
YEAR = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(24 * 365)]
CHANGES = (3, 11)
"""The months in which clocks change."""
HOURS = [moment for moment in YEAR if moment.month in CHANGES or moment.day % 6 == 1]


@pytest.mark.parametrize(("state", "place"), PLACES.items())
def test_the_day_in_a_state_is_the_day_of_its_clocks(state: str, place: str) -> None:
    zone = ZoneInfo(place)
    assert [
        moment
        for moment in HOURS
        if Today(moment).in_state(state) != moment.astimezone(zone).date()
    ] == []


def test_every_state_of_an_address_has_its_time() -> None:
    assert STANDARD_OFFSETS.keys() == ADDRESS_STATES == PLACES.keys() - {NATIONWIDE}


@pytest.mark.parametrize(
    ("moment", "state", "day"),
    [
        ("2026-01-01T05:30:00+00:00", "IL", "2025-12-31"),
        ("2026-01-01T05:30:00+00:00", "NY", "2026-01-01"),
        ("2026-01-01T09:30:00+00:00", "HI", "2025-12-31"),
        ("2025-12-31T14:30:00+00:00", "GU", "2026-01-01"),
        ("2026-07-01T04:30:00+00:00", "IL", "2026-06-30"),
        ("2025-12-31T23:30:00-06:00", "IL", "2025-12-31"),
    ],
)
def test_midnight_comes_when_it_comes_there(moment: str, state: str, day: str) -> None:
    assert Today(datetime.fromisoformat(moment)).in_state(state).isoformat() == day
