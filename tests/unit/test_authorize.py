"""As whom in DoseSpot an administrator enrolls others, and a prescriber acts for themselves."""

import json
from typing import Any

import pytest

from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.access.authorize import (
    NO_DOSESPOT_IDENTIFIER,
    NOT_ADMINISTRATOR,
    administrators_clinician_id,
    require_administrator,
)
from shared.errors import Misconfigured, NotAuthorized, RecordsDisagree
from shared.fhir.answers import Answer
from shared.fhir.batch import FoundAll
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Call, Http, Reply
from shared.members.caller import (
    CALLERS_NOT_ONE_ID,
    NOT_ENROLLED,
    RUN_AS_USER,
    callers_clinician_id,
    sole_clinician_id,
)

PERSON, PROGRAM, BOT = "Practitioner/p", "ClientApplication/c", "Bot/b"
PROJECTS = 10001


class SignedIn(Http):
    """A FHIR server that says of a token whose it is."""

    def __init__(self, membership: dict[str, Any]) -> None:
        profile = dict(zip(("resourceType", "id"), PERSON.split("/"), strict=True))
        self.me = {"profile": profile, "membership": membership}

    def send(self, call: Call) -> Reply:
        assert call.url == "https://fhir.example/auth/me"
        return Reply(200, {}, json.dumps(self.me).encode())


class Silent(Http):
    def send(self, call: Call) -> Reply:
        raise AssertionError("nobody is asked")


FHIR = FhirClient(Silent(), "https://fhir.example/", GivenToken("token"))


def member(*clinician_ids: str, **changes: Any) -> dict[str, Any]:
    identifiers = [{"system": CLINICIAN_IDENTIFIER, "value": value} for value in clinician_ids]
    return {"resourceType": "ProjectMembership", "identifier": identifiers, **changes}


def found(*memberships: dict[str, Any]) -> FoundAll:
    entry = [{"resource": one} for one in memberships]
    bundle = {"resourceType": "Bundle", "entry": entry}
    return FoundAll(Answer("ProjectMembership", 200, bundle))


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


NOT_ONE = [("7", "8"), ("7", "none"), ("none",), ("8", "7", "8")]


@pytest.mark.parametrize("requester", [PERSON, PROGRAM, BOT])
@pytest.mark.parametrize("ids", NOT_ONE)
def test_an_administrator_with_not_just_one_id_is_told_where_and_what_to_do(
    requester: str, ids: tuple[str, ...]
) -> None:
    for memberships in (
        [member(*ids, admin=True)],
        [member(one, admin=True) for one in ids] if len(ids) > 1 else [member(*ids, admin=True)],
    ):
        with pytest.raises(RecordsDisagree) as refused:
            administrators_clinician_id(FHIR, found(*memberships), requester, lambda: PROJECTS)
        assert str(refused.value) == CALLERS_NOT_ONE_ID
    assert CALLERS_NOT_ONE_ID.startswith("ProjectMembership.identifier: ")
    with pytest.raises(NotAuthorized):
        administrators_clinician_id(FHIR, found(member(*ids)), requester, lambda: PROJECTS)


def signed_in(*ids: str, **changes: Any) -> FhirClient:
    http = SignedIn(member(*ids, **changes))
    return FhirClient(http, "https://fhir.example/", GivenToken("token"))


@pytest.mark.parametrize("ids", [("7",), ("7", "007")])
def test_a_caller_acts_as_the_one_id_of_theirs(ids: tuple[str, ...]) -> None:
    assert callers_clinician_id(signed_in(*ids), PERSON) == 7


@pytest.mark.parametrize("ids", NOT_ONE)
def test_a_caller_with_not_just_one_id_is_told_where_and_what_to_do(ids: tuple[str, ...]) -> None:
    with pytest.raises(RecordsDisagree) as refused:
        callers_clinician_id(signed_in(*ids), PERSON)
    assert str(refused.value) == CALLERS_NOT_ONE_ID


def test_a_caller_without_an_id_is_told_to_enroll_first() -> None:
    with pytest.raises(NotAuthorized) as refused:
        callers_clinician_id(signed_in(), PERSON)
    assert str(refused.value) == NOT_ENROLLED
    with pytest.raises(Misconfigured) as misconfigured:
        callers_clinician_id(signed_in("7"), "Practitioner/somebody else")
    assert str(misconfigured.value) == RUN_AS_USER


def test_an_id_on_a_membership_that_is_deactivated_is_nobodys() -> None:
    former = member("6", "none", active=False)
    assert sole_clinician_id([former]) is None
    assert sole_clinician_id([former, member(), member("7")]) == 7
