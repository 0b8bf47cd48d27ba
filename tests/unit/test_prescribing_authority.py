"""DEA registrations and licenses as they stand on a Practitioner: periods, states, schedules."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_profiles.codes import DeaSchedule
from fhir_profiles.dea_identifier import DeaIdentifier, dea_identifiers
from fhir_profiles.period import Days, days_of
from fhir_profiles.state_license import LICENSE_TYPES, StateLicense, state_licenses
from fhir_profiles.systems import DEA_SCHEDULE, IDENTIFIER_TYPE
from tests.builders import dea, npi, practitioner

UNREADABLE = Days(readable=False)


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ({}, Days()),
        ({"start": "2026-03-10"}, Days(first=date(2026, 3, 10))),
        ({"end": "2026-03-10"}, Days(last=date(2026, 3, 10))),
        ({"end": "2026-03-10T23:59:59.999-05:00"}, Days(last=date(2026, 3, 10))),
        ({"start": "2026-02", "end": "2028-02"}, Days(date(2026, 2, 1), date(2028, 2, 29))),
        ({"start": "2026", "end": "2026"}, Days(date(2026, 1, 1), date(2026, 12, 31))),
        ({"end": "9999-12-31"}, Days(last=date.max)),
        ({"end": None}, Days()),
        ({"end": ""}, UNREADABLE),
        ({"end": "soon"}, UNREADABLE),
        ({"end": "2026-02-30"}, UNREADABLE),
        ({"end": "2026-13"}, UNREADABLE),
        ({"end": "2026-00"}, UNREADABLE),
        ({"end": "0000"}, UNREADABLE),
        ({"start": "10/03/2026"}, UNREADABLE),
        ({"end": 2026}, UNREADABLE),
        ("2026", UNREADABLE),
        (None, UNREADABLE),
    ],
    ids=str,
)
def test_a_period_is_read_as_whole_days_or_not_at_all(period: Any, days: Days) -> None:
    assert days_of({"period": period}) == days


def test_without_a_period_every_day_counts() -> None:
    assert days_of({}) == Days()
    assert Days().cover(date.min)
    assert Days().cover(date.max)


def test_what_can_not_be_read_covers_no_day() -> None:
    assert not UNREADABLE.cover(date(2026, 3, 10))


@settings(max_examples=75, derandomize=True, deadline=None)
@given(
    period=st.recursive(st.none() | st.text() | st.integers(), st.lists)
    | st.dictionaries(
        st.sampled_from(["start", "end"]), st.none() | st.text() | st.integers() | st.floats()
    )
)
def test_no_period_breaks_the_reading(period: Any) -> None:
    days_of({"period": period})


def schedule(code: Any) -> dict[str, Any]:
    return {"url": DEA_SCHEDULE, "valueCode": code}


def test_every_dea_registration_is_read_also_one_that_has_ended() -> None:
    found = dea_identifiers(
        practitioner(
            identifier=[
                npi(),
                dea("as1234563", "il", period={"start": "2024-01-01", "end": "2025-12-31"}),
                dea("CS9876547", "NY", use="old"),
                dea("CS9876547", "New York"),
            ]
        )
    )
    ended = Days(date(2024, 1, 1), date(2025, 12, 31))
    assert found == (
        DeaIdentifier("Practitioner.identifier[1]", "AS1234563", "IL", ended),
        DeaIdentifier("Practitioner.identifier[3]", "CS9876547", "NY", Days()),
    )


@pytest.mark.parametrize(
    ("extensions", "schedules", "known"),
    [
        ([], None, True),
        ([{"url": "https://example.org/other", "valueCode": "2"}], None, True),
        ([schedule("5"), schedule("2N")], (DeaSchedule.II_NON_NARCOTIC, DeaSchedule.V), True),
        ([schedule(" 4 ")], (DeaSchedule.IV,), True),
        ([schedule("2"), schedule("II")], (DeaSchedule.II,), False),
        ([schedule("1")], (), False),
        ([schedule(None)], (), False),
        ([schedule(["2"])], (), False),
    ],
    ids=str,
)
def test_schedules_are_those_that_are_stated(
    extensions: Any, schedules: tuple[DeaSchedule, ...] | None, known: bool
) -> None:
    (found,) = dea_identifiers({"identifier": [dea("AS1234563", "IL", extension=extensions)]})
    assert (found.schedules, found.schedules_known) == (schedules, known)


def concept(code: str, system: str = IDENTIFIER_TYPE) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


@pytest.mark.parametrize(
    ("qualification", "number", "state"),
    [
        ({"code": concept("MD"), "identifier": [{"value": "36-1"}]}, "36-1", ""),
        ({"code": concept("MD"), "issuer": {"display": "il"}}, "", "IL"),
        (
            {
                "identifier": [
                    {"type": concept("SL"), "value": "36-1", "assigner": {"display": "NY"}}
                ],
                "issuer": {"display": "IL"},
            },
            "36-1",
            "NY",
        ),
        (
            {
                "identifier": [
                    {"type": concept("XX"), "value": "1"},
                    {"type": concept("LN"), "value": "2"},
                ],
                "issuer": {"display": "State of Illinois"},
            },
            "2",
            "IL",
        ),
    ],
    ids=["code", "no identifier", "identifier's type", "one of two identifiers"],
)
def test_a_qualification_of_a_license_type_is_a_license(
    qualification: dict[str, Any], number: str, state: str
) -> None:
    whole = {**qualification, "period": {"end": "2027-06"}}
    (found,) = state_licenses({"qualification": [{}, whole]})
    days = Days(last=date(2027, 6, 30))
    assert found == StateLicense("Practitioner.qualification[1]", number, state, days)


@pytest.mark.parametrize(
    "qualification",
    [
        {},
        {"code": concept("MD", "http://terminology.hl7.org/CodeSystem/v2-0360")},
        {"code": concept("epcs", "https://dosespot.com/qualification")},
        {"identifier": [{"value": "36-1"}]},
        {"code": concept("MD"), "identifier": [{"value": "36-1", "use": "old"}]},
        "MD",
    ],
    ids=["nothing", "a degree", "EPCS", "without a type", "given up", "a text"],
)
def test_nothing_else_is_a_license(qualification: Any) -> None:
    assert state_licenses({"qualification": [qualification]}) == ()


def test_license_types_are_numbers_of_people_who_prescribe() -> None:
    assert LICENSE_TYPES.isdisjoint({"NPI", "DEA", "DP", "RN", "DL"})
