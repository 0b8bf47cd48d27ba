"""Bots, clients, secrets and members over the project-admin API, as Medplum answers it."""

import pytest
import requests

from tests.sandbox.served_fhir import Admin


def membership_of(admin: Admin, program: dict) -> dict:
    profile = f"{program['resourceType']}/{program['id']}"
    (entry,) = admin.read(f"ProjectMembership?profile={profile}")["entry"]
    return entry["resource"]


def test_a_bot_comes_with_a_membership(admin):
    policy = {"reference": "AccessPolicy/1"}
    answer = admin.post("bot", {"name": "a", "description": "b", "accessPolicy": policy})
    bot = answer.json()
    assert answer.status_code == 201
    assert (bot["name"], bot["description"], bot["runtimeVersion"]) == ("a", "b", "awslambda")
    membership = membership_of(admin, bot)
    assert membership["user"] == membership["profile"]
    assert (membership["accessPolicy"], "admin" in membership) == (policy, False)


def test_a_client_comes_with_a_membership_and_a_secret_that_is_good(admin):
    answer = admin.post("client", {"name": "a"})
    client = answer.json()
    assert (answer.status_code, client["name"]) == (201, "a")
    assert "admin" not in membership_of(admin, client)
    form = {
        "grant_type": "client_credentials",
        "client_id": client["id"],
        "client_secret": client["secret"],
    }
    assert requests.post(f"{admin.root}oauth2/token", data=form, timeout=10).status_code == 200


def test_secrets_replace_those_that_were_there(admin):
    admin.post("secrets", [{"name": "OLD", "valueString": "1"}])
    secrets = [{"name": "NEW", "valueString": "2"}]
    assert admin.post("secrets", secrets).json()["secret"] == secrets
    shown = admin.get(f"admin/projects/{admin.project}").json()["project"]
    assert (shown["secret"], shown["name"]) == (secrets, "Clinic")


def test_a_member_is_shown_and_changed_but_stays_who_it_is(admin):
    membership = membership_of(admin, admin.post("bot", {"name": "a"}).json())
    path = f"members/{membership['id']}"
    assert admin.get(f"admin/projects/{admin.project}/{path}").json() == membership
    changed = {**membership, "admin": True, "user": {"reference": "User/1"}}
    answer = admin.post(path, changed).json()
    assert (answer["admin"], answer["user"]) == (True, membership["user"])


@pytest.mark.parametrize("changes", [{"id": "another"}, {"resourceType": "Bot"}])
def test_a_member_is_no_other_resource(admin, changes):
    membership = membership_of(admin, admin.post("bot", {"name": "a"}).json())
    answer = admin.post(f"members/{membership['id']}", {**membership, **changes})
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["bot", "client"])
@pytest.mark.parametrize("body", [{}, {"name": ""}, []])
def test_a_program_needs_a_name(admin, path, body):
    assert admin.post(path, body).status_code == 400


@pytest.mark.parametrize("path", ["bot", "client", "secrets", "members/1"])
def test_only_administrators_of_the_project_may_do_it(admin, member, path):
    member_token = member.http.headers["Authorization"].removeprefix("Bearer ")
    for caller, project in ((admin.token, member.project), (member_token, member.project)):
        as_caller = Admin(admin.server, admin.root, project, caller)
        assert as_caller.post(path, {"name": "a"}).status_code == 403
