"""How strictly a prescribed drug is controlled."""

from typing import Any

import pytest

from fhir_profiles.systems import DEA_SCHEDULE_CODE, PRESCRIBED_SCHEDULE
from shared.prescriptions.rules.schedule import (
    Controlled,
    Schedule,
    controlled,
    schedule_extension,
)

II, III, IV, V = Schedule


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (2, Controlled(II)),
        ("3", Controlled(III)),
        (4.0, Controlled(IV)),
        (" 5 ", Controlled(V)),
        *((one, Controlled()) for one in (None, 0, "0", "", False, True)),
        *((one, Controlled(is_unknown=True)) for one in (1, 6, -2, "II", 2.5, [2], {})),
    ],
    ids=str,
)
def test_two_to_five_are_schedules_nothing_is_none_and_the_rest_unknown(
    given: Any, found: Controlled
) -> None:
    assert controlled(given, []) == found


@pytest.mark.parametrize(
    ("federal", "by_state", "states", "found"),
    [
        (4, [("IL", 2)], ("IL",), II),
        (2, [("IL", 4)], ("IL",), II),
        (0, [("Illinois", "4")], ("IL",), IV),
        (0, [("IL", 4)], ("NY",), None),
        (4, [("IL", 2), ("NY", 3)], ("NY", "IL"), III),
        (4, [("IL", 2), ("NY", 3)], ("", "IL"), II),
        (4, [("IL", 2)], ("", ""), IV),
        (4, [("", 2), ("nowhere", 3)], ("IL",), IV),
        (None, [("IL", 0)], ("IL",), None),
        (3, [("IL", 5), ("IL", 2)], ("IL",), II),
    ],
    ids=str,
)
def test_the_stricter_of_the_federal_and_the_states_schedule_counts(
    federal: Any, by_state: Any, states: tuple[str, ...], found: Schedule | None
) -> None:
    assert controlled(federal, by_state, *states).schedule == found


def test_a_schedule_that_is_known_counts_beside_one_that_is_not() -> None:
    found = controlled(9, [("IL", 4)], "IL")
    assert found == Controlled(IV, is_unknown=True)
    (written,) = schedule_extension(found)
    assert written["valueCodeableConcept"]["text"] == "Schedule IV"


def test_the_extension_has_hl7s_code_or_says_that_it_is_unknown() -> None:
    assert schedule_extension(Controlled()) == []
    assert schedule_extension(Controlled(II)) == [
        {
            "url": PRESCRIBED_SCHEDULE,
            "valueCodeableConcept": {
                "coding": [{"system": DEA_SCHEDULE_CODE, "code": "II"}],
                "text": "Schedule II",
            },
        }
    ]
    assert schedule_extension(Controlled(is_unknown=True)) == [
        {"url": PRESCRIBED_SCHEDULE, "valueCodeableConcept": {"text": "Unknown schedule"}}
    ]
