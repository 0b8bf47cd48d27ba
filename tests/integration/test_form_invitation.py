"""Whom the form bot invites is restricted by `register`'s AccessPolicy, or not invited at all."""

from collections.abc import Iterator
from typing import Any

import pytest

from deploy.medplum.access_policy import access_policy
from fhir_profiles.systems import PRESCRIBER_POLICY
from shared.prescriber_form import invitation
from tests.integration.clinic import TIMEOUT_S, Clinic
from tests.integration.creating import create, created, new_form, practitioners, search

WRITABLE = ("Practitioner", "PractitionerRole", "Consent", "AuditEvent")


def policies(clinic: Clinic) -> list[dict[str, Any]]:
    """The project's policies of `register`'s name; other tests leave others."""
    return [one for one in search(clinic, "AccessPolicy") if one.get("name") == PRESCRIBER_POLICY]


@pytest.fixture
def policy(clinic: Clinic) -> str:
    (found,) = policies(clinic)
    return f"AccessPolicy/{found['id']}"


@pytest.fixture
def without_policy(clinic: Clinic, policy: str) -> Iterator[None]:
    clinic.delete(policy)
    yield
    for one in policies(clinic):
        clinic.delete(f"AccessPolicy/{one['id']}")
    clinic.sandbox.fhir.add_resource(clinic.project, access_policy())


def statuses(clinic: Clinic, membership_id: str, *kinds: str) -> dict[str, int]:
    """What a member's search for resources of a type is answered."""
    headers = {"Authorization": f"Bearer {clinic.sandbox.fhir.token_for(membership_id)}"}
    return {
        kind: clinic.session.get(
            f"{clinic.fhir_url}fhir/R4/{kind}", headers=headers, timeout=TIMEOUT_S
        ).status_code
        for kind in kinds
    }


def warned(answer: dict[str, Any]) -> bool:
    finding = {
        "path": invitation.UNRESTRICTED.path,
        "sentence": invitation.UNRESTRICTED.sentence,
    }
    return finding in answer["warnings"]


def test_who_is_invited_gets_the_policy_and_reads_no_secret(clinic: Clinic, policy: str) -> None:
    body = new_form(clinic, invite=True)
    answer = created(clinic, body)
    assert (answer["invited"], answer["accessPolicy"], warned(answer)) == (True, policy, False)
    membership = answer["projectMembership"]
    assert membership["accessPolicy"]["reference"] == policy
    kinds = ("ClientApplication", "Basic", "Practitioner")
    assert statuses(clinic, membership["id"], *kinds) == {
        **dict.fromkeys(("ClientApplication", "Basic"), 403),
        "Practitioner": 200,
    }
    again = created(clinic, body)
    assert (again["invited"], again["accessPolicy"]) == (False, policy)


@pytest.mark.usefixtures("without_policy")
def test_a_project_without_the_policy_invites_nobody(clinic: Clinic) -> None:
    body = new_form(clinic, invite=True, fName="")
    clinic.sandbox.fhir.add_resource(clinic.project, {**access_policy(), "name": "of somebody"})
    similar = {**access_policy(), "name": f"{PRESCRIBER_POLICY} of before"}
    clinic.sandbox.fhir.add_resource(clinic.project, similar)
    clinic.reset()
    answer = create(clinic, body)
    assert (answer.status, answer.body["errorType"]) == (400, "InputRefused")
    assert "fName: " in answer.error
    assert f"invite: {invitation.NO_POLICY}." in answer.error
    assert clinic.writes() == []
    assert practitioners(clinic, body["details"]["npi"]) == []
    answer = create(clinic, {**body, "fName": "Jane", "invite": False})
    assert (answer.status, answer.body["accessPolicy"]) == (200, None)


@pytest.mark.usefixtures("without_policy")
def test_of_two_policies_with_the_name_none_is_chosen(clinic: Clinic) -> None:
    for _ in range(2):
        clinic.sandbox.fhir.add_resource(clinic.project, access_policy())
    clinic.reset()
    answer = create(clinic, new_form(clinic, invite=True))
    assert answer.error == f"The form was refused. invite: {invitation.SEVERAL_POLICIES}."
    assert clinic.writes() == []


def test_an_administrator_who_may_not_read_policies_can_invite_all_the_same(
    clinic: Clinic, policy: str
) -> None:
    rules = [{"resourceType": kind} for kind in (*WRITABLE, "Bot")]
    narrow = {"resourceType": "AccessPolicy", "name": "narrow", "resource": rules}
    admin = clinic.add_member(admin=True, access_policy=narrow)
    assert statuses(clinic, admin.membership_id, "AccessPolicy") == {"AccessPolicy": 403}
    answer = create(clinic, new_form(clinic, invite=True), by=admin)
    assert (answer.status, answer.body["accessPolicy"]) == (200, policy)
    for one in search(clinic, "AccessPolicy?name=narrow"):
        clinic.delete(f"AccessPolicy/{one['id']}")


@pytest.mark.parametrize(
    ("options", "is_told"),
    [({}, True), ({"admin": True}, False), ({"access_policy": access_policy()}, False)],
    ids=("without a policy", "administrator", "with a policy"),
)
def test_a_membership_that_nothing_restricts_is_told(
    clinic: Clinic, options: dict[str, Any], is_told: bool
) -> None:
    before = [one["id"] for one in search(clinic, "AccessPolicy")]
    member = clinic.add_member(**options)
    answer = created(clinic, new_form(clinic, details={"npi": member.npi}))
    assert answer["projectMembership"]["id"] == member.membership_id
    assert warned(answer) is is_told
    assert (answer["accessPolicy"] is None) is ("access_policy" not in options)
    for one in search(clinic, "AccessPolicy"):
        if one["id"] not in before:
            clinic.delete(f"AccessPolicy/{one['id']}")
