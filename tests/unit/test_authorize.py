"""As whom in DoseSpot an administrator enrolls others."""

from typing import Any

import pytest

from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.access.authorize import (
    NO_DOSESPOT_IDENTIFIER,
    NOT_ADMINISTRATOR,
    administrators_clinician_id,
    require_administrator,
)
from shared.errors import NotAuthorized
from shared.fhir.answers import Answer
from shared.fhir.client import FhirClient, GivenToken
from shared.http.sending import Call, Http, Reply

PERSON, PROGRAM, BOT = "Practitioner/p", "ClientApplication/c", "Bot/b"
PROJECTS = 10001


class Silent(Http):
    def send(self, call: Call) -> Reply:
        raise AssertionError("nobody is asked")


FHIR = FhirClient(Silent(), "https://fhir.example/", GivenToken("token"))


def member(*clinician_ids: str, **changes: Any) -> dict[str, Any]:
    identifiers = [{"system": CLINICIAN_IDENTIFIER, "value": value} for value in clinician_ids]
    return {"resourceType": "ProjectMembership", "identifier": identifiers, **changes}


def found(*memberships: dict[str, Any]) -> Answer:
    entry = [{"resource": one} for one in memberships]
    return Answer("ProjectMembership", 200, {"resourceType": "Bundle", "entry": entry})


def acting_as(requester: str, *, admin: bool, clinician_id: str | None) -> int:
    hers = member(*([] if clinician_id is None else [clinician_id]), admin=admin)
    return administrators_clinician_id(FHIR, found(hers), requester, lambda: PROJECTS)


@pytest.mark.parametrize("requester", [PERSON, PROGRAM, BOT])
def test_who_has_a_clinician_of_their_own_acts_as_that(requester: str) -> None:
    assert acting_as(requester, admin=True, clinician_id="7") == 7


@pytest.mark.parametrize("requester", [PROGRAM, BOT])
def test_a_program_without_one_acts_as_the_projects(requester: str) -> None:
    assert acting_as(requester, admin=True, clinician_id=None) == PROJECTS


def test_a_person_without_one_may_not() -> None:
    with pytest.raises(NotAuthorized) as refused:
        acting_as(PERSON, admin=True, clinician_id=None)
    assert str(refused.value) == NO_DOSESPOT_IDENTIFIER


@pytest.mark.parametrize("requester", [PERSON, PROGRAM, BOT])
def test_who_is_no_administrator_may_not(requester: str) -> None:
    with pytest.raises(NotAuthorized) as refused:
        acting_as(requester, admin=False, clinician_id=None)
    assert str(refused.value) == f"{NOT_ADMINISTRATOR} {NO_DOSESPOT_IDENTIFIER}"


@pytest.mark.parametrize("requester", [PERSON, PROGRAM, BOT])
def test_a_membership_that_is_deactivated_makes_nobody_an_administrator(requester: str) -> None:
    former = member("7", admin=True, active=False)
    for memberships in ([former], [former, member("7")]):
        with pytest.raises(NotAuthorized) as refused:
            administrators_clinician_id(FHIR, found(*memberships), requester, lambda: PROJECTS)
        assert str(refused.value) == NOT_ADMINISTRATOR
        with pytest.raises(NotAuthorized) as refused:
            require_administrator(FHIR, found(*memberships), requester)
        assert str(refused.value) == NOT_ADMINISTRATOR


def test_who_was_deactivated_and_came_back_acts_as_the_membership_now_says() -> None:
    memberships = [member("6", admin=True, active=False), member("7", admin=True, active=True)]
    require_administrator(FHIR, found(*memberships), PERSON)
    assert administrators_clinician_id(FHIR, found(*memberships), PERSON, lambda: PROJECTS) == 7
