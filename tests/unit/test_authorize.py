"""As whom in DoseSpot an administrator enrolls others."""

from typing import Any

import pytest

from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.access.authorize import (
    NO_DOSESPOT_IDENTIFIER,
    NOT_ADMINISTRATOR,
    administrators_clinician_id,
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


def acting_as(requester: str, *, admin: bool, clinician_id: str | None) -> int:
    membership: dict[str, Any] = {"resourceType": "ProjectMembership", "admin": admin}
    if clinician_id is not None:
        membership["identifier"] = [{"system": CLINICIAN_IDENTIFIER, "value": clinician_id}]
    bundle = {"resourceType": "Bundle", "entry": [{"resource": membership}]}
    fhir = FhirClient(Silent(), "https://fhir.example/", GivenToken("token"))
    found = Answer("ProjectMembership", 200, bundle)
    return administrators_clinician_id(fhir, found, requester, lambda: PROJECTS)


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
