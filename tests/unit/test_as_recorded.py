"""When a Practitioner says itself that enrollment has come to its end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from fhir_profiles.systems import DEA_ALIASES
from shared.enrollment.rules.as_recorded import is_complete

NOW = datetime(2026, 7, 1, tzinfo=UTC)
DEA = [{"system": sorted(DEA_ALIASES)[0], "value": "AS1234563"}]
ENDED = [{**DEA[0], "period": {"end": "2020-01-01"}}]
NPI = [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "1234567893"}]


def practitioner(status: str | None, identifiers: Any = NPI, *, epcs: bool = False) -> Any:
    made: Any = {"resourceType": "Practitioner", "id": "p", "identifier": identifiers}
    made = made if status is None else with_registration_status(made, status)
    return with_epcs_qualification(made, epcs, NOW)


COMPLETE = [
    practitioner("TFAActivatedSuccess", DEA, epcs=True),
    practitioner("TFAActivatedSuccess", epcs=True),
    practitioner("RegistrationSuccess"),
    practitioner("RegistrationSuccess", []),
]


@pytest.mark.parametrize("one", COMPLETE)
def test_enrollment_has_come_to_its_end(one: Any) -> None:
    assert is_complete(one)


@pytest.mark.parametrize(
    "one",
    [
        practitioner("TFAActivatedSuccess", DEA),
        with_epcs_qualification(COMPLETE[0], enabled=False, now=NOW),
        practitioner("RegistrationSuccess", DEA),
        practitioner("RegistrationSuccess", ENDED),
        practitioner("RegistrationSuccess", [{**DEA[0], "system": sorted(DEA_ALIASES)[-1]}]),
        practitioner(None),
        practitioner("made up"),
        {},
        {"extension": "x", "identifier": 1},
    ],
)
def test_something_may_be_left_to_do(one: Any) -> None:
    assert not is_complete(one)


@pytest.mark.parametrize(("identifiers", "complete"), [(DEA, False), (ENDED, False), (NPI, True)])
def test_a_dea_number_of_a_location_leaves_something_to_do(
    identifiers: Any, complete: bool
) -> None:
    role = {"resourceType": "PractitionerRole", "id": "r", "identifier": identifiers}
    assert is_complete(practitioner("RegistrationSuccess"), roles=[role]) is complete
    there = with_registration_status(role, "RegistrationSuccess")
    assert is_complete(practitioner(None), there, [there]) is complete


@pytest.mark.parametrize(
    "status",
    sorted(set(RegistrationStatus) - {"TFAActivatedSuccess", "RegistrationSuccess"}),
)
def test_every_other_status_leaves_something_to_find_out(status: str) -> None:
    assert not is_complete(practitioner(status, epcs=True))
