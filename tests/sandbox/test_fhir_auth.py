"""Signing in, tokens, and who one is, over HTTP."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import requests

from deploy.sandbox.fhir.app import FhirServer, create_app
from deploy.sandbox.fhir.seeding import AddedPerson
from deploy.sandbox.serve import LocalServer

UNAUTHORIZED = {
    "resourceType": "OperationOutcome",
    "id": "unauthorized",
    "issue": [{"severity": "error", "code": "login", "details": {"text": "Unauthorized"}}],
}
IDENTIFIER = {"system": "https://dosespot.com/clinician-identifier", "value": "77"}
JANE = {"resourceType": "Practitioner", "name": [{"family": "Smith", "given": ["Jane"]}]}


@dataclass
class Clock:
    """Stands still until it is moved."""

    moment: datetime = field(default_factory=lambda: datetime(2030, 1, 1, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.moment

    def forward(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@dataclass
class World:
    server: FhirServer
    url: str
    clock: Clock
    project: str
    jane: AddedPerson

    def get(self, path: str, token: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return requests.get(self.url + path, headers=headers, timeout=10)

    def post(self, path: str, body: object) -> requests.Response:
        return requests.post(self.url + path, json=body, timeout=10)

    def token(self, auth: tuple[str, str] | None = None, **form: str) -> requests.Response:
        return requests.post(f"{self.url}oauth2/token", data=form, auth=auth, timeout=10)

    def code(self, **more: str) -> str:
        return self.post("auth/login", {**self.jane.login, **more}).json()["code"]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FhirServer, str, Clock]]:
    clock = Clock()
    with LocalServer() as http:
        server = create_app(base_url=http.url, now=clock)
        http.start(server)
        yield server, http.url, clock
    server.close()


@pytest.fixture
def world(served: tuple[FhirServer, str, Clock]) -> World:
    server, url, clock = served
    project = server.add_project("Clinic", {"KEY": "secret"})
    jane = server.add_person(
        project, JANE, f"{project}@example.com", "correct horse", identifiers=[IDENTIFIER]
    )
    return World(server, url, clock, project, jane)


def test_healthcheck_needs_no_token(world):
    assert requests.get(f"{world.url}healthcheck", timeout=10).json() == {"ok": True}


def test_client_credentials_in_the_form_or_in_basic_earn_a_token(world):
    client = world.server.add_client(world.project, "Enrollment", admin=True)
    form = {"client_id": client.id, "client_secret": client.secret}
    for answer in (
        world.token(grant_type="client_credentials", **form),
        world.token((client.id, client.secret), grant_type="client_credentials"),
    ):
        assert answer.status_code == 200, answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        token = answer.json().pop("access_token")
        assert {**answer.json(), "access_token": None} == {
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": "openid",
            "access_token": None,
            "project": {"reference": f"Project/{world.project}"},
            "profile": {"reference": f"ClientApplication/{client.id}", "display": "Enrollment"},
        }
        assert world.get("fhir/R4/ProjectMembership", token).status_code == 200


@pytest.mark.parametrize(
    ("form", "description"),
    [
        ({"grant_type": "client_credentials"}, "Missing client_id"),
        ({"grant_type": "client_credentials", "client_id": "x"}, "Missing client_secret"),
        (
            {"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"},
            "Invalid client",
        ),
        ({"grant_type": "authorization_code"}, "Invalid code"),
        ({"grant_type": "authorization_code", "code": "x"}, "Invalid code"),
        ({"grant_type": "refresh_token"}, "Invalid refresh token"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, "Invalid refresh token"),
        ({"grant_type": "nonsense"}, "Unsupported grant_type"),
        ({}, "Missing grant_type"),
    ],
)
def test_wrong_grants_earn_no_token(world, form, description):
    answer = world.token(**form)
    assert answer.status_code == 400
    assert answer.json() == {"error": "invalid_request", "error_description": description}


def test_wrong_client_secret_earns_no_token(world):
    client = world.server.add_client(world.project, "Enrollment")
    form = {"client_id": client.id, "client_secret": "wrong"}
    answer = world.token(grant_type="client_credentials", **form)
    assert (answer.status_code, answer.json()["error_description"]) == (400, "Invalid secret")
    answer = world.token((client.id, "wrong"), grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error_description"]) == (400, "Invalid secret")


@pytest.mark.parametrize("header", ["Bearer abc", "Basic ???", "Basic /w=="])
def test_malformed_client_authorization_is_refused(world, header):
    answer = requests.post(
        f"{world.url}oauth2/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": header},
        timeout=10,
    )
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_client_that_is_switched_off_earns_no_token(world):
    client = world.server.add_client(world.project, "Enrollment")
    resource = next(c for c in world.server.resources("ClientApplication") if c["id"] == client.id)
    admin = world.server.token_for(world.server.add_client(world.project, "A").membership_id)
    answer = requests.put(
        f"{world.url}fhir/R4/ClientApplication/{client.id}",
        json={**resource, "status": "off"},
        headers={"Authorization": f"Bearer {admin}"},
        timeout=10,
    )
    assert answer.status_code == 200
    form = {"client_id": client.id, "client_secret": client.secret}
    answer = world.token(grant_type="client_credentials", **form)
    assert (answer.status_code, answer.json()["error_description"]) == (400, "Invalid client")


def test_token_request_must_be_a_form(world):
    answer = world.post("oauth2/token", {"grant_type": "client_credentials"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_person_signs_in_with_password_and_code(world):
    login = world.post("auth/login", world.jane.login)
    assert login.status_code == 200
    assert login.json().keys() == {"login", "code"}
    answer = world.token(grant_type="authorization_code", code=login.json()["code"])
    assert answer.status_code == 200
    assert answer.json()["profile"]["reference"] == f"Practitioner/{world.jane.profile_id}"
    assert world.get("auth/me", answer.json()["access_token"]).status_code == 200


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"email": "nobody@example.com"}, {"password": 5}]
)
def test_wrong_password_or_address_is_refused_alike(world, wrong):
    answer = world.post("auth/login", {**world.jane.login, **wrong})
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["details"]["text"] == "Email or password is invalid"


def test_login_that_is_no_object_is_refused(world):
    assert world.post("auth/login", ["x"]).status_code == 400
    assert requests.post(f"{world.url}auth/login", data="{", timeout=10).status_code == 400


def test_code_is_good_once_and_its_tokens_die_with_a_second_use(world):
    code = world.code()
    token = world.token(grant_type="authorization_code", code=code).json()["access_token"]
    again = world.token(grant_type="authorization_code", code=code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert world.get("auth/me", token).status_code == 401


@pytest.mark.parametrize("method", ["S256", "plain"])
def test_code_challenge_must_be_met(world, method):
    verifier = "a-long-random-verifier"
    challenge = verifier
    if method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    code = world.code(codeChallenge=challenge, codeChallengeMethod=method)
    form = {"grant_type": "authorization_code", "code": code}
    for refused in (world.token(**form), world.token(**form, code_verifier="wrong")):
        assert refused.status_code == 400
        assert refused.json()["error_description"] == "Invalid code verifier"
    assert world.token(**form, code_verifier=verifier).status_code == 200


def test_refresh_token_is_replaced_with_each_use(world):
    first = world.token(grant_type="authorization_code", code=world.code()).json()
    second = world.token(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert world.get("auth/me", second["access_token"]).status_code == 200
    reused = world.token(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert reused.status_code == 400
    third = world.token(grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert third.status_code == 200


def test_member_of_several_projects_chooses_one(world):
    other = world.server.add_project("Other")
    elsewhere = world.server.add_person(
        other, JANE, world.jane.login["email"], world.jane.login["password"]
    )
    assert elsewhere.user_id == world.jane.user_id
    login = world.post("auth/login", world.jane.login).json()
    assert login.keys() == {"login", "memberships"}
    choices = {m["id"]: m["project"]["reference"] for m in login["memberships"]}
    assert choices == {
        world.jane.membership_id: f"Project/{world.project}",
        elsewhere.membership_id: f"Project/{other}",
    }
    wrong = world.post("auth/profile", {"login": login["login"], "profile": "x"})
    assert wrong.status_code == 400
    choice = {"login": login["login"], "profile": elsewhere.membership_id}
    code = world.post("auth/profile", choice).json()["code"]
    answer = world.token(grant_type="authorization_code", code=code).json()
    assert answer["project"] == {"reference": f"Project/{other}"}
    assert world.post("auth/profile", choice).status_code == 400
    direct = world.post("auth/login", {**world.jane.login, "projectId": other}).json()
    assert "code" in direct


def test_token_looks_like_one_that_medplums_client_can_read(world):
    payload = world.jane.token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    assert isinstance(claims["login_id"], str)
    assert claims["exp"] == int(world.clock().timestamp()) + 3600


@pytest.mark.parametrize("path", ["auth/me", "fhir/R4/Practitioner", "fhir/R4/Nonsense"])
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic Zm9vOmJhcg=="])
def test_without_a_good_token_nothing_is_answered(world, path, header):
    headers = {} if header is None else {"Authorization": header}
    answer = requests.get(world.url + path, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)


def test_batch_and_execute_need_a_token_too(world):
    for path in ("fhir/R4", "fhir/R4/", "fhir/R4/Bot/$execute", "fhir/R4/Bot/1/$execute"):
        assert world.post(path, {}).status_code == 401


def test_changed_token_is_no_good(world):
    header, _, signature = world.jane.token.split(".")
    claims = base64.urlsafe_b64encode(b'{"login_id": "x", "exp": 9999999999}').decode()
    assert world.get("auth/me", f"{header}.{claims}.{signature}").status_code == 401


def test_token_ends_when_its_time_is_over(world):
    token = world.server.token_for(world.jane.membership_id, 60)
    world.clock.forward(59)
    assert world.get("auth/me", token).status_code == 200
    world.clock.forward(1)
    assert world.get("auth/me", token).status_code == 401


def test_token_of_an_inactive_membership_is_no_good(world):
    admin = world.server.add_client(world.project, "Admin", admin=True)
    headers = {"Authorization": f"Bearer {world.server.token_for(admin.membership_id)}"}
    url = f"{world.url}fhir/R4/ProjectMembership/{world.jane.membership_id}"
    membership = requests.get(url, headers=headers, timeout=10).json()
    requests.put(url, json={**membership, "active": False}, headers=headers, timeout=10)
    assert world.get("auth/me", world.jane.token).status_code == 401


def test_me_of_a_person(world):
    me = world.get("auth/me", world.jane.token).json()
    reference = {"reference": f"Practitioner/{world.jane.profile_id}", "display": "Jane Smith"}
    email = world.jane.login["email"]
    assert me == {
        "user": {"resourceType": "User", "id": world.jane.user_id, "email": email},
        "project": {"resourceType": "Project", "id": world.project, "name": "Clinic"},
        "membership": {
            "resourceType": "ProjectMembership",
            "id": world.jane.membership_id,
            "identifier": [IDENTIFIER],
            "user": {"reference": f"User/{world.jane.user_id}", "display": email},
            "profile": reference,
        },
        "profile": next(
            p for p in world.server.resources("Practitioner") if p["id"] == world.jane.profile_id
        ),
        "config": {"resourceType": "UserConfiguration"},
        "accessPolicy": {"resourceType": "AccessPolicy", "resource": [{"resourceType": "*"}]},
        "security": {"mfaEnrolled": False, "sessions": []},
    }


@pytest.mark.parametrize("kind", ["Bot", "ClientApplication"])
def test_me_of_a_bot_or_client_has_no_user(world, kind):
    add = {"Bot": world.server.add_bot, "ClientApplication": world.server.add_client}[kind]
    entry = add(world.project, "Robot", admin=True)
    me = world.get("auth/me", world.server.token_for(entry.membership_id)).json()
    assert "user" not in me
    assert "security" not in me
    assert (me["profile"]["resourceType"], me["profile"]["id"]) == (kind, entry.id)
    assert me["membership"]["admin"] is True


def test_me_shows_the_access_policy(world):
    rule = {"resourceType": "Practitioner", "readonly": True}
    policy = {"resourceType": "AccessPolicy", "name": "Looking", "resource": [rule]}
    person = world.server.add_person(
        world.project, JANE, "looker@example.com", "correct horse", access_policy=policy
    )
    me = world.get("auth/me", person.token).json()
    assert me["accessPolicy"] == {"resourceType": "AccessPolicy", "resource": [rule]}
