"""DEA registrations and licenses in verdicts: in force, near their end, ended, not shown."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fhir_profiles.codes import DeaSchedule
from fhir_profiles.period import Days
from shared.readiness.rules.causes import Blocks
from tests.builders import TODAY
from tests.unit.ready_prescriber import (
    ACCOUNT,
    IL,
    LICENSE,
    NY,
    READY,
    RECORD,
    codes,
    of_record,
    signs_where,
    told,
)


def ending(end: date | None, start: date | None = None, *, readable: bool = True) -> Days:
    return Days(start, end, readable)


YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
IN_60, IN_61 = TODAY + timedelta(days=60), TODAY + timedelta(days=61)


@pytest.mark.parametrize(
    ("days", "dea", "license_", "in_force"),
    [
        (ending(YESTERDAY), "dea-ended", "license-ended", False),
        (ending(TODAY), "dea-ends-soon", "license-ends-soon", True),
        (ending(IN_60), "dea-ends-soon", "license-ends-soon", True),
        (ending(IN_61), "", "", True),
        (ending(date.max), "", "", True),
        (ending(None, TOMORROW), "dea-not-begun", "license-not-begun", False),
        (ending(None, TODAY), "dea-without-end", "", True),
        (ending(None), "dea-without-end", "", True),
        (ending(None, readable=False), "dea-period-unreadable", "license-period-unreadable", False),
    ],
    ids=str,
)
def test_a_period_counts_to_its_last_day_and_is_warned_of_60_days_before(
    days: Days, dea: str, license_: str, in_force: bool
) -> None:
    found = told(of_record(dea=(replace(IL, days=days), NY)))
    assert (codes(found), found.prescribes) == ([dea] if dea else [], True)
    assert signs_where(found) == (["IL", "NY"] if in_force else ["NY"])
    found = told(of_record(licenses=(replace(LICENSE, number="", days=days),)))
    assert codes(found) == ([license_] if license_ else [])
    assert found.prescribes == in_force
    assert found.signs_controlled == in_force


def test_evidence_names_the_element_and_the_day() -> None:
    (found,) = told(of_record(dea=(replace(IL, days=ending(YESTERDAY)), NY))).reasons
    assert (found.path, found.value) == ("Practitioner.identifier[1].period.end", "2026-03-09")
    assert found.registrations == (IL.path,)


def test_a_registration_that_has_ended_is_history_where_its_successor_is_in_force() -> None:
    ended = replace(IL, path="Practitioner.identifier[2]", days=ending(YESTERDAY))
    found = told(of_record(dea=(ended, IL, NY)))
    assert (codes(found), found.registrations) == ([], (IL, NY))
    elsewhere = replace(ended, state="TX")
    assert codes(told(of_record(dea=(elsewhere, IL, NY)))) == ["dea-ended"]
    unknown = replace(ended, state="")
    assert codes(told(of_record(dea=(unknown, replace(IL, state=""))))) == [
        "dea-ended",
        "dea-not-in-dosespot",
    ]


def test_an_end_that_is_near_is_no_matter_where_another_one_goes_on() -> None:
    first = replace(LICENSE, number="", days=ending(IN_60))
    second = replace(first, path="Practitioner.qualification[1]", days=ending(IN_61))
    assert codes(told(of_record(licenses=(first, second)))) == []
    assert codes(told(of_record(licenses=(first, replace(second, state="NY"))))) == [
        "license-ends-soon"
    ]


def test_a_license_of_no_known_state_does_not_make_up_for_an_ended_one() -> None:
    ended = replace(LICENSE, days=ending(YESTERDAY))
    other = replace(LICENSE, state="NY", days=ending(None))
    assert told(of_record(licenses=(ended, other))).prescribes
    assert not told(of_record(licenses=(ended, replace(other, state="")))).prescribes


def test_an_ended_license_ends_what_it_allowed_in_its_state() -> None:
    ended = replace(LICENSE, number="", days=ending(YESTERDAY))
    other = replace(LICENSE, path="Practitioner.qualification[1]", number="", state="NY")
    found = told(of_record(licenses=(ended, other)))
    assert (codes(found), found.prescribes, signs_where(found)) == (["license-ended"], True, ["NY"])
    anywhere = told(of_record(licenses=(replace(ended, state=""), other)))
    assert (anywhere.prescribes, signs_where(anywhere)) == (True, [])
    elsewhere = told(of_record(licenses=(replace(ended, state="TX"), other)))
    assert (elsewhere.reasons[0].blocks, elsewhere.signs_controlled) == (Blocks.NOTHING, True)


@pytest.mark.parametrize(
    ("shown", "signs"),
    [
        ({("AS1234563", "IL")}, True),
        ({("as1234563", "")}, True),
        ({("AS1234563", "NY")}, False),
        ({("CS9876547", "IL")}, False),
        (set(), False),
    ],
    ids=str,
)
def test_dosespot_has_to_show_the_dea_number_for_its_state(
    shown: set[tuple[str, str]], signs: bool
) -> None:
    facts = replace(READY, record=replace(RECORD, dea=(IL,)))
    found = told(replace(facts, account=replace(ACCOUNT, dea=frozenset(shown))))
    assert codes(found) == ([] if signs else ["dea-not-in-dosespot"])
    assert found.signs_controlled is signs


def test_a_license_that_dosespot_does_not_show_is_a_warning() -> None:
    facts = of_record(licenses=(LICENSE,))
    found = told(facts)
    assert (codes(found), found.signs_controlled) == (["license-not-in-dosespot"], True)
    assert LICENSE.number not in str(found.reasons[0].value)
    account = replace(ACCOUNT, licenses=frozenset({(LICENSE.number, "IL")}))
    assert codes(told(replace(facts, account=account))) == []


def test_a_schedule_that_does_not_exist_keeps_its_registration_from_being_ready() -> None:
    stated = replace(IL, schedules=(DeaSchedule.II,), schedules_known=False)
    found = told(of_record(dea=(stated, NY)))
    assert (codes(found), signs_where(found)) == (["dea-schedules-unreadable"], ["NY"])
