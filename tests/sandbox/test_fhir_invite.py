"""Inviting somebody over the project-admin API, as Medplum documents and answers it."""

from dataclasses import replace

import pytest
import requests

from tests.sandbox.served_fhir import JANE, Admin

BOB = {
    "resourceType": "Practitioner",
    "firstName": "Bob",
    "lastName": "Jones",
    "sendEmail": False,
}


@pytest.fixture
def email(admin) -> str:
    """An address that nobody has on this server yet."""
    return f"bob.{admin.project}@example.com"


def invite(admin: Admin, /, *, project: str | None = None, **changes) -> requests.Response:
    return admin.post("invite", {**BOB, **changes}, project=project)


def refusal(admin: Admin, /, **changes) -> tuple[int, str]:
    answer = invite(admin, **changes)
    return answer.status_code, answer.json()["issue"][0]["details"]["text"]


def test_somebody_new_gets_a_profile_and_a_membership_and_can_sign_in(admin, email):
    answer = invite(admin, email=email.upper(), password="correct horse battery")
    membership = answer.json()
    assert answer.status_code == 200
    assert membership["project"] == {"reference": f"Project/{admin.project}"}
    assert "admin" not in membership
    profile = admin.read(membership["profile"]["reference"])
    assert profile["name"] == [{"given": ["Bob"], "family": "Jones"}]
    assert profile["telecom"] == [{"system": "email", "use": "work", "value": email}]
    login = {"email": email, "password": "correct horse battery"}
    assert requests.post(f"{admin.root}auth/login", json=login, timeout=10).status_code == 200


def test_the_membership_is_as_it_was_asked_for(admin, email):
    policy = admin.server.add_resource(admin.project, {"resourceType": "AccessPolicy"})
    wanted = {
        "accessPolicy": {"reference": f"AccessPolicy/{policy['id']}"},
        "identifier": [{"system": "urn:x", "value": "1"}],
    }
    membership = invite(admin, email=email, membership={**wanted, "id": "mine"}, admin=True).json()
    assert {name: membership[name] for name in wanted} == wanted
    assert (membership["admin"], membership["id"] == "mine") == (True, False)


def test_who_is_invited_without_a_policy_reads_the_secrets_of_clients_and_with_one_does_not(
    admin, email
):
    secret = admin.server.add_client(admin.project, "Bots", admin=True).secret
    policy = {"resourceType": "AccessPolicy", "resource": [{"resourceType": "Patient"}]}
    policy = admin.server.add_resource(admin.project, policy)
    limited = {"accessPolicy": {"reference": f"AccessPolicy/{policy['id']}"}}

    def seen(**invitation):
        membership = invite(admin, **invitation).json()
        headers = {"Authorization": f"Bearer {admin.server.token_for(membership['id'])}"}
        url = f"{admin.root}fhir/R4/ClientApplication"
        answer = requests.get(url, headers=headers, timeout=10)
        return answer.status_code, secret in answer.text

    assert seen(email=email) == (200, True)
    assert seen(email=f"b{email}", membership=limited) == (403, False)


def test_a_profile_with_the_address_is_taken(admin, email):
    known = {**JANE, "telecom": [{"system": "email", "value": email}]}
    known = admin.server.add_resource(admin.project, known)
    membership = invite(admin, email=email).json()
    assert membership["profile"]["reference"] == f"Practitioner/{known['id']}"


def test_of_two_profiles_with_the_address_none_is_taken(admin, email):
    for _ in range(2):
        known = {**JANE, "telecom": [{"system": "email", "value": email}]}
        admin.server.add_resource(admin.project, known)
    assert refusal(admin, email=email) == (412, "Multiple resources found matching condition")


def test_a_named_profile_is_taken_if_it_is_of_the_project_and_type(admin, email):
    named = admin.server.add_resource(admin.project, JANE)
    profile = {"reference": f"Practitioner/{named['id']}"}
    foreign = admin.server.add_resource(admin.server.add_project("Other"), JANE)
    assert refusal(
        admin, email=email, membership={"profile": {"reference": f"Practitioner/{foreign['id']}"}}
    ) == (400, "Profile does not belong to project")
    assert refusal(admin, email=email, resourceType="Patient", membership={"profile": profile}) == (
        400,
        "Profile resourceType does not match request",
    )
    membership = invite(admin, email=email, membership={"profile": profile}).json()
    assert membership["profile"]["reference"] == profile["reference"]


def test_a_user_keeps_the_password_in_a_second_project(admin, email):
    admin.server.add_person(admin.server.add_project("Other"), JANE, email, "correct horse battery")
    assert invite(admin, email=email, password="another password").status_code == 200
    login = {"email": email, "password": "correct horse battery"}
    chosen = requests.post(f"{admin.root}auth/login", json=login, timeout=10).json()
    assert len(chosen["memberships"]) == 2


def test_a_member_is_invited_again_only_on_purpose(admin, email):
    first = invite(admin, email=email).json()
    assert refusal(admin, email=email) == (409, "User is already a member of this project")
    updated = invite(admin, email=email, upsert=True, membership={"externalId": "7"}).json()
    assert (updated["id"], updated["externalId"]) == (first["id"], "7")
    other = admin.server.add_resource(admin.project, JANE)
    profile = {"profile": {"reference": f"Practitioner/{other['id']}"}}
    assert refusal(admin, email=email, upsert=True, membership=profile) == (
        409,
        "User is already a member of this project with a different profile",
    )
    second = invite(admin, email=email, forceNewMembership=True, membership=profile).json()
    assert second["id"] != first["id"]


def test_an_invitation_by_email_is_made_and_answered_with_an_outcome(admin, email):
    answer = invite(admin, email=email, sendEmail=True)
    assert (answer.status_code, answer.json()["resourceType"]) == (200, "OperationOutcome")
    assert "Could not send email" in answer.text
    assert invite(admin, email=email).status_code == 409


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"resourceType": "Bot"}, "Resource type is required"),
        ({"firstName": ""}, "First name is required"),
        ({"lastName": None}, "Last name is required"),
        ({"email": "bob"}, "Valid email address is required"),
        ({"membership": []}, "Invalid membership"),
        ({"membership": {"unknown": 1}}, 'Invalid additional property "unknown"'),
    ],
)
def test_what_is_missing_or_wrong_is_refused(admin, email, changes, text):
    assert refusal(admin, **{"email": email, **changes}) == (400, text)


def test_only_administrators_of_the_project_may_invite(admin, member, email):
    assert invite(admin, email=email, project=member.project).status_code == 403
    member_token = member.http.headers["Authorization"].removeprefix("Bearer ")
    for token, status in ((member_token, 403), ("none", 401)):
        caller = replace(admin, token=token, project=member.project)
        assert invite(caller, email=email).status_code == status
