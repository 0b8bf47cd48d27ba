"""Who may touch what: the table of access rights, row by row, over HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from deploy.sandbox.fhir.access import AccessRule, Actor, allowed
from deploy.sandbox.fhir.app import create_app
from deploy.sandbox.serve import LocalServer
from tests.sandbox.served_fhir import JANE, JSON_PATCH

FORBIDDEN = {
    "resourceType": "OperationOutcome",
    "id": "forbidden",
    "issue": [{"severity": "error", "code": "forbidden", "details": {"text": "Forbidden"}}],
}
READ_ONLY = {
    "resourceType": "AccessPolicy",
    "resource": [
        {"resourceType": "Practitioner", "readonly": True},
        {"resourceType": "PractitionerRole", "readonly": True},
    ],
}
ALL = {"read", "search", "update", "create"}
LOOK = {"read", "search"}
DIRECTORY = ("Practitioner", "PractitionerRole")

# actor -> resource type -> what it may do; the rest is 403.
TABLE = {
    "provider": {**dict.fromkeys(DIRECTORY, ALL), "ProjectMembership": set(), "Project": set()},
    "provider with a policy": {
        **dict.fromkeys(DIRECTORY, LOOK),
        "ProjectMembership": set(),
        "Project": set(),
        "Patient": set(),
    },
    "bot": {**dict.fromkeys(DIRECTORY, ALL), "ProjectMembership": set(), "Project": set()},
    "client": {**dict.fromkeys(DIRECTORY, ALL), "ProjectMembership": set(), "Project": set()},
    "admin": {**dict.fromkeys(DIRECTORY, ALL), "ProjectMembership": ALL, "Project": ALL},
    "admin with a policy": {
        **dict.fromkeys(DIRECTORY, LOOK),
        "ProjectMembership": ALL,
        "Project": ALL,
    },
    "admin bot": {**dict.fromkeys(DIRECTORY, ALL), "ProjectMembership": ALL, "Project": ALL},
    "admin client": {**dict.fromkeys(DIRECTORY, ALL), "ProjectMembership": ALL, "Project": ALL},
}
ROWS = [(actor, kind, TABLE[actor][kind]) for actor in TABLE for kind in TABLE[actor]]
PASSES = {"read": 200, "search": 200, "update": 200, "create": 201}


@dataclass
class Clinic:
    base: str
    tokens: dict[str, str]
    resources: dict[str, dict]

    def answer(self, actor: str, action: str, kind: str) -> requests.Response:
        resource = self.resources[kind]
        headers = {"Authorization": f"Bearer {self.tokens[actor]}"}
        collection = f"{self.base}{kind}"
        method, url, body = {
            "read": ("GET", f"{collection}/{resource['id']}", None),
            "search": ("GET", collection, None),
            "update": ("PUT", f"{collection}/{resource['id']}", resource),
            "create": ("POST", collection, resource),
        }[action]
        return requests.request(method, url, json=body, headers=headers, timeout=10)


@pytest.fixture(scope="module")
def clinic() -> Iterator[Clinic]:
    with LocalServer() as http:
        server = create_app(base_url=http.url)
        http.start(server)
        project = server.add_project("Clinic", {"KEY": "secret"}, {"dosespotMaxClinicians": 2})
        tokens = {}
        for name, admin, policy in (
            ("provider", False, None),
            ("provider with a policy", False, READ_ONLY),
            ("admin", True, None),
            ("admin with a policy", True, READ_ONLY),
        ):
            tokens[name] = server.add_person(
                project,
                {"resourceType": "Practitioner", "name": [{"family": name}]},
                f"{name.replace(' ', '-')}@example.com",
                "correct horse",
                admin=admin,
                access_policy=policy,
            ).token
        for name, admin in (("bot", False), ("admin bot", True)):
            tokens[name] = server.token_for(
                server.add_bot(project, name, admin=admin).membership_id
            )
        for name, admin in (("client", False), ("admin client", True)):
            tokens[name] = server.token_for(
                server.add_client(project, name, admin=admin).membership_id
            )
        server.add_resource(project, {"resourceType": "PractitionerRole", "id": "role"})
        server.add_resource(project, {"resourceType": "Patient", "id": "patient"})
        kinds = ("Practitioner", "PractitionerRole", "ProjectMembership", "Project", "Patient")
        resources = {kind: server.resources(kind)[0] for kind in kinds}
        yield Clinic(f"{http.url}fhir/R4/", tokens, resources)
    server.close()


@pytest.mark.parametrize(("actor", "kind", "may"), ROWS)
def test_row_of_the_table(clinic, actor, kind, may):
    actions = ["read", "search", "update", "create"]
    found = {action: clinic.answer(actor, action, kind) for action in actions}
    statuses = {action: answer.status_code for action, answer in found.items()}
    assert statuses == {action: PASSES[action] if action in may else 403 for action in actions}
    refused = [answer.json() for action, answer in found.items() if action not in may]
    assert refused == [FORBIDDEN] * len(refused)


def test_project_settings_are_shown_to_admins(clinic):
    project = clinic.answer("admin client", "read", "Project").json()
    assert project["systemSetting"] == [{"name": "dosespotMaxClinicians", "valueInteger": 2}]
    assert project["secret"] == [{"name": "KEY", "valueString": "secret"}]


def test_members_cannot_read_their_own_membership(clinic):
    headers = {"Authorization": f"Bearer {clinic.tokens['provider']}"}
    root = clinic.base.removesuffix("fhir/R4/")
    me = requests.get(f"{root}auth/me", headers=headers, timeout=10).json()
    url = f"{clinic.base}ProjectMembership/{me['membership']['id']}"
    assert requests.get(url, headers=headers, timeout=10).status_code == 403


@pytest.mark.parametrize(
    ("rules", "kind", "action", "expected"),
    [
        ((), "Patient", "read", False),
        ((AccessRule("Patient"),), "Patient", "delete", True),
        ((AccessRule("Patient"),), "Practitioner", "read", False),
        ((AccessRule("*", readonly=True),), "Patient", "search", True),
        ((AccessRule("*", readonly=True),), "Patient", "create", False),
        ((AccessRule("*", readonly=True), AccessRule("Patient")), "Patient", "update", True),
        ((AccessRule("*"), AccessRule("Patient", readonly=True)), "Patient", "update", True),
        ((AccessRule("Patient", interactions=frozenset({"read"})),), "Patient", "read", True),
        ((AccessRule("Patient", interactions=frozenset({"read"})),), "Patient", "search", False),
        ((AccessRule("Patient", True, frozenset({"update"})),), "Patient", "update", True),
        ((AccessRule("*"),), "ProjectMembership", "read", False),
        ((AccessRule("ProjectMembership"),), "ProjectMembership", "read", False),
        ((AccessRule("*"),), "User", "read", False),
        ((AccessRule("*"),), "Login", "read", False),
    ],
)
def test_policy_restricts_to_its_types(rules, kind, action, expected):
    actor = Actor("project", {"reference": "Practitioner/1"}, rules=rules)
    assert allowed(actor, kind, action) is expected


def test_nobody_but_the_server_sees_logins():
    author = {"reference": "Practitioner/1"}
    assert not allowed(Actor("project", author, admin=True), "Login", "read")
    assert allowed(Actor("project", author, server=True), "Login", "read")


def test_hidden_elements_are_neither_shown_nor_written(fhir):
    server, base = fhir
    project = server.add_project("Clinic")
    bot = server.add_resource(project, {"resourceType": "Bot", "name": "a", "code": "secret"})
    hiding = {"resourceType": "Bot", "hiddenFields": ["code"]}
    policy = {"resourceType": "AccessPolicy", "resource": [hiding]}
    person = server.add_person(
        project, JANE, f"{project}@example.com", "correct horse", access_policy=policy
    )
    with requests.Session() as http:
        http.headers["Authorization"] = f"Bearer {person.token}"
        url = f"{base}Bot/{bot['id']}"
        shown = [http.get(url).json(), http.get(f"{base}Bot").json()["entry"][0]["resource"]]
        changed = {**shown[0], "name": "b", "code": "mine"}
        written = [http.put(url, json=changed).json(), http.post(f"{base}Bot", json=changed).json()]
    assert ["code" in each for each in [*shown, *written]] == [False] * 4
    codes = [each.get("code") for each in server.resources("Bot") if each["name"] == "b"]
    assert codes == ["secret", None]


OWN = {"resourceType": "Practitioner", "criteria": "Practitioner?_id=%profile.id"}
LOOK_AT_ALL = {"resourceType": "Practitioner", "interaction": ["read", "search"]}


@dataclass
class Under:
    """A member under a policy, and a colleague of the same project."""

    base: str
    http: requests.Session
    own: dict
    other: dict

    def send(self, method: str, path: str, body: object = None) -> requests.Response:
        return self.http.request(method, f"{self.base}{path}", json=body, timeout=10)

    def put(self, resource: dict, **changes: object) -> requests.Response:
        path = f"{resource['resourceType']}/{resource['id']}"
        return self.send("PUT", path, {**resource, **changes})

    def found(self, query: str) -> list[str]:
        entries = self.send("GET", query).json().get("entry", [])
        return [entry["resource"]["id"] for entry in entries]


@pytest.fixture
def under(fhir):
    server, base = fhir
    project = server.add_project("Clinic")

    def member(*rules: dict) -> Under:
        policy = {"resourceType": "AccessPolicy", "resource": list(rules)}
        other = server.add_resource(project, JANE)
        person = server.add_person(
            project, JANE, f"{project}@example.com", "correct horse", access_policy=policy
        )
        own = [one for one in server.resources("Practitioner") if one["id"] == person.profile_id]
        http = requests.Session()
        http.headers["Authorization"] = f"Bearer {person.token}"
        return Under(base, http, own[0], other)

    return member


def test_criteria_name_the_members_own_profile_beside_a_wider_rule(under):
    member = under(LOOK_AT_ALL, {**OWN, "interaction": ["update"]})
    assert member.put(member.own, gender="female").json()["gender"] == "female"
    refused = member.put(member.other, gender="female")
    assert (refused.status_code, refused.json()) == (403, FORBIDDEN)
    url = f"{member.base}Practitioner/{member.other['id']}"
    patch = '[{"op": "add", "path": "/gender", "value": "female"}]'
    patched = member.http.patch(url, data=patch, headers=JSON_PATCH, timeout=10)
    assert (patched.status_code, patched.json()) == (403, FORBIDDEN)
    shown = member.send("GET", f"Practitioner/{member.other['id']}").json()
    assert "gender" not in shown


def test_what_no_criteria_find_is_neither_shown_nor_found_nor_deleted(under):
    member = under(OWN)
    assert member.found("Practitioner") == [member.own["id"]]
    assert member.send("GET", "Practitioner?_total=accurate").json()["total"] == 1
    assert member.send("GET", f"Practitioner/{member.own['id']}").status_code == 200
    assert member.send("GET", f"Practitioner/{member.other['id']}").status_code == 404
    assert member.send("DELETE", f"Practitioner/{member.other['id']}").status_code == 403


def test_one_of_several_criteria_is_enough(under):
    named = {"resourceType": "Practitioner", "criteria": "Practitioner?gender:missing=true"}
    by_family = {**named, "criteria": "Practitioner?family=Nobody"}
    assert under(by_family).found("Practitioner") == []
    member = under(by_family, OWN)
    assert member.found("Practitioner") == [member.own["id"]]


def test_criteria_of_another_type_are_about_nothing(under):
    member = under({"resourceType": "*", "criteria": "Patient?active=true"})
    assert member.found("Practitioner") == []
    assert member.put(member.own, gender="female").status_code == 403
    assert member.send("POST", "Practitioner", JANE).status_code == 403


def test_nothing_is_written_that_the_criteria_would_not_find(under):
    roles = {
        "resourceType": "PractitionerRole",
        "criteria": "PractitionerRole?practitioner=%profile",
    }
    member = under(roles)
    reference = {"reference": f"Practitioner/{member.own['id']}"}
    own = {"resourceType": "PractitionerRole", "practitioner": reference}
    made = member.send("POST", "PractitionerRole", own)
    assert made.status_code == 201
    others = {"practitioner": {"reference": f"Practitioner/{member.other['id']}"}}
    assert member.send("POST", "PractitionerRole", {**own, **others}).status_code == 403
    assert member.put(made.json(), **others).status_code == 403
    assert member.found("PractitionerRole") == [made.json()["id"]]
    assert member.send("GET", f"PractitionerRole/{made.json()['id']}").json() == made.json()


def test_readonly_elements_silently_keep_their_values(under):
    fixed = ["birthDate", "active", "photo"]
    member = under(LOOK_AT_ALL, {**OWN, "interaction": ["update"], "readonlyFields": fixed})
    changed = member.put(member.own, birthDate="1970-01-01", active=False, gender="female")
    assert changed.status_code == 200
    expected = {**member.own, "gender": "female"}
    assert {**changed.json(), "meta": None} == {**expected, "meta": None}
    added = member.put(changed.json(), photo=[{"url": "https://example.org/a.png"}])
    assert added.json() == changed.json()


def test_readonly_elements_can_not_be_brought_along_by_a_new_resource(under):
    member = under({"resourceType": "Practitioner", "readonlyFields": ["birthDate"]})
    made = member.send("POST", "Practitioner", {**JANE, "birthDate": "1970-01-01"}).json()
    assert "birthDate" not in made
    assert "birthDate" not in member.send("GET", f"Practitioner/{made['id']}").json()


def test_an_administrator_with_a_policy_goes_by_it_but_for_project_and_memberships(fhir):
    server, base = fhir
    project = server.add_project("Clinic")
    policy = {"resourceType": "AccessPolicy", "resource": [OWN]}
    admin = server.add_person(
        project, JANE, f"{project}@example.com", "correct horse", admin=True, access_policy=policy
    )
    headers = {"Authorization": f"Bearer {admin.token}"}
    statuses = {
        path: requests.get(f"{base}{path}", headers=headers, timeout=10).status_code
        for path in ("Project", "ProjectMembership", "Practitioner", "Patient", "AccessPolicy")
    }
    assert statuses == {
        **dict.fromkeys(("Project", "ProjectMembership", "Practitioner"), 200),
        **dict.fromkeys(("Patient", "AccessPolicy"), 403),
    }
