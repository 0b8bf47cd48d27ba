"""Days at the patient's place, as times in UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from fhir_profiles.systems import TIMEZONE, TZ_CODE
from fhir_profiles.today import STANDARD_OFFSETS, Today
from shared.prescriptions.rules.span import (
    ANYWHERE,
    Offsets,
    Span,
    days_at,
    home_state,
    offsets_in,
    offsets_of,
    span_of,
)
from tests.builders import NOW

DAY = date(2026, 3, 10)
PLACES = {
    "IL": ["America/Chicago"],
    "FL": ["America/New_York", "America/Chicago"],
    "IN": ["America/Indiana/Indianapolis", "America/Chicago"],
    "KY": ["America/New_York", "America/Chicago"],
    "MI": ["America/Detroit", "America/Menominee"],
    "TN": ["America/New_York", "America/Chicago"],
    "KS": ["America/Chicago", "America/Denver"],
    "ND": ["America/Chicago", "America/Denver"],
    "NE": ["America/Chicago", "America/Denver"],
    "SD": ["America/Chicago", "America/Denver"],
    "TX": ["America/Chicago", "America/Denver"],
    "ID": ["America/Boise", "America/Los_Angeles"],
    "NV": ["America/Denver", "America/Los_Angeles"],
    "OR": ["America/Boise", "America/Los_Angeles"],
    "AZ": ["America/Phoenix", "America/Denver"],
    "AK": ["America/Anchorage", "America/Adak"],
    "HI": ["Pacific/Honolulu"],
    "PR": ["America/Puerto_Rico"],
    "GU": ["Pacific/Guam"],
    "AS": ["Pacific/Pago_Pago"],
    "FM": ["Pacific/Pohnpei", "Pacific/Chuuk"],
}


def patient(state: str = "", **more: object) -> dict[str, object]:
    home = {"line": ["1 Main St"], "city": "X", "state": state, "postalCode": "60601"}
    return {"resourceType": "Patient", "address": [home], **more}


@pytest.mark.parametrize(("state", "zones"), PLACES.items(), ids=[*PLACES])
@pytest.mark.parametrize(
    "day", [DAY, date(2026, 1, 1), date(2026, 7, 1), date(2026, 11, 1)], ids=str
)
def test_a_day_is_in_the_span_from_its_first_to_its_last_moment_everywhere_in_the_state(
    state: str, zones: list[str], day: date
) -> None:
    span = days_at(day, day, offsets_in(state))
    for zone in map(ZoneInfo, zones):
        first = datetime.combine(day, datetime.min.time(), zone)
        last = datetime.combine(day, datetime.max.time(), zone)
        assert span.start <= first
        assert last <= span.end


@pytest.mark.parametrize("state", sorted(STANDARD_OFFSETS))
def test_no_span_of_a_day_is_much_longer_than_it_has_to_be(state: str) -> None:
    offsets = offsets_in(state)
    assert offsets == ANYWHERE or 0 <= offsets.east - offsets.west <= 3


def test_several_days_reach_from_the_first_to_the_last() -> None:
    assert days_at(date(2026, 3, 9), DAY, Offsets(-6, -5)) == Span(
        datetime(2026, 3, 9, 5, tzinfo=UTC), datetime(2026, 3, 11, 6, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("now", "first", "start"),
    [
        ("2026-03-11T01:00:00+00:00", date(2026, 3, 11), datetime(2026, 3, 10, 5, tzinfo=UTC)),
        ("2026-03-11T01:00:00+00:00", date(2026, 3, 10), datetime(2026, 3, 10, 5, tzinfo=UTC)),
        ("2026-03-11T12:00:00+00:00", date(2026, 3, 11), datetime(2026, 3, 11, 5, tzinfo=UTC)),
        ("2026-03-11T12:00:00+00:00", date(2026, 3, 9), datetime(2026, 3, 9, 5, tzinfo=UTC)),
        ("2026-03-09T12:00:00+00:00", date(2026, 3, 11), datetime(2026, 3, 11, 5, tzinfo=UTC)),
    ],
)
def test_tomorrow_at_the_patients_place_is_taken_for_today_and_no_later_day_is(
    now: str, first: date, start: datetime
) -> None:
    last = date(2026, 3, 11)
    span = span_of(patient("IL"), first, last, Today(datetime.fromisoformat(now)))
    assert span == Span(start, datetime(2026, 3, 12, 6, tzinfo=UTC))


@pytest.mark.parametrize("state", ["", "Ontario", "AE", "XX"])
def test_where_the_place_is_unknown_the_day_is_everywheres(state: str) -> None:
    found = offsets_of(patient(state), NOW)
    assert found == ANYWHERE
    span = days_at(DAY, DAY, found)
    assert span.end - span.start == timedelta(hours=50)


def test_the_state_is_known_by_code_or_name_and_of_the_address_that_counts() -> None:
    assert home_state(patient("Illinois"), NOW) == "IL"
    old = {"state": "NY", "city": "Y", "line": ["2"], "postalCode": "1", "use": "old"}
    both = {"resourceType": "Patient", "address": [old, *patient("IL")["address"]]}
    assert offsets_of(both, NOW) == offsets_in("IL") == Offsets(-6, -5)
    assert home_state({"resourceType": "Patient"}, NOW) == ""


def test_somebody_with_homes_in_two_states_has_the_days_of_both() -> None:
    homes = [*patient("NY")["address"], *patient("CA")["address"]]
    assert offsets_of({"resourceType": "Patient", "address": homes}, NOW) == Offsets(-8, -4)


@pytest.mark.parametrize("url", [TIMEZONE, TZ_CODE])
@pytest.mark.parametrize(
    ("zone", "found"),
    [("America/Los_Angeles", Offsets(-8, -7)), ("Pacific/Honolulu", Offsets(-10, -10))],
)
def test_a_time_zone_on_the_patient_or_the_address_counts_before_the_state(
    url: str, zone: str, found: Offsets
) -> None:
    extension = [{"url": url, "valueCode": zone}]
    assert offsets_of(patient("NY", extension=extension), NOW) == found
    home = {"state": "NY", "city": "Y", "extension": extension}
    assert offsets_of({"resourceType": "Patient", "address": [home]}, NOW) == found


def test_the_time_zone_of_a_former_address_is_nobodys_any_more() -> None:
    zone = [{"url": TIMEZONE, "valueCode": "America/New_York"}]
    old = {**patient("NY")["address"][0], "use": "old", "extension": zone}
    both = {"resourceType": "Patient", "address": [old, *patient("HI")["address"]]}
    assert offsets_of(both, NOW) == offsets_in("HI")


def test_of_two_homes_one_may_name_its_time_zone_and_the_other_its_state() -> None:
    zone = [{"url": TIMEZONE, "valueCode": "America/New_York"}]
    east = {**patient("FL")["address"][0], "extension": zone}
    both = {"resourceType": "Patient", "address": [east, *patient("CA")["address"]]}
    assert offsets_of(both, NOW) == Offsets(-8, -4)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "x"])
def test_a_time_zone_that_is_not_in_the_table_is_taken_as_anywhere(zone: str) -> None:
    assert (
        offsets_of(patient("NY", extension=[{"url": TIMEZONE, "valueCode": zone}]), NOW) == ANYWHERE
    )


@pytest.mark.parametrize("day", [date.min, date.max], ids=str)
def test_the_calendar_ends_where_it_ends(day: date) -> None:
    span = days_at(day, day, ANYWHERE)
    assert span.start <= span.end
