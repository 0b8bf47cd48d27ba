"""Resources over HTTP: what is created, read, changed, deleted, and with which status."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import requests

from deploy.local.fhir.app import FhirServer, create_app
from deploy.local.serve import LocalServer

JANE = {
    "resourceType": "Practitioner",
    "name": [{"family": "Smith", "given": ["Jane", "Marie"]}],
    "birthDate": "1980-05-15",
}
NOT_FOUND = {
    "resourceType": "OperationOutcome",
    "id": "not-found",
    "issue": [{"severity": "error", "code": "not-found", "details": {"text": "Not found"}}],
}
FHIR_JSON = "application/fhir+json"
JSON_PATCH = {"Content-Type": "application/json-patch+json"}


class Clock:
    """Ticks one second each time it is asked."""

    def __init__(self) -> None:
        self.moment = datetime(2030, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class Member:
    """An ordinary member of a project of its own, with an HTTP session that carries its token."""

    server: FhirServer
    base: str
    project: str
    http: requests.Session
    profile: str

    def create(self, resource: dict) -> dict:
        answer = self.http.post(f"{self.base}{resource['resourceType']}", json=resource)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def url(self, resource: dict) -> str:
        return f"{self.base}{resource['resourceType']}/{resource['id']}"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FhirServer, str]]:
    with LocalServer() as http:
        server = create_app(base_url=http.url, now=Clock())
        http.start(server)
        yield server, f"{http.url}fhir/R4/"
    server.close()


def member_of(server: FhirServer, base: str, project: str, session: requests.Session) -> Member:
    email = f"{project}@example.com"
    person = server.add_person(project, JANE, email, "correct horse")
    session.headers["Authorization"] = f"Bearer {person.token}"
    return Member(server, base, project, session, f"Practitioner/{person.profile_id}")


@pytest.fixture
def jane(served: tuple[FhirServer, str]) -> Iterator[Member]:
    server, base = served
    with requests.Session() as session:
        yield member_of(server, base, server.add_project("Clinic"), session)


@pytest.fixture
def stranger(served: tuple[FhirServer, str]) -> Iterator[Member]:
    server, base = served
    with requests.Session() as session:
        yield member_of(server, base, server.add_project("Other clinic"), session)


def test_created_resource_carries_what_the_server_knows(jane):
    claims = {"versionId": "1", "lastUpdated": "1999-01-01T00:00:00Z", "project": "another"}
    claims |= {"author": {"reference": "Practitioner/another"}, "compartment": []}
    sent = {"resourceType": "Patient", "id": "mine", "meta": claims, "active": True}
    answer = jane.http.post(f"{jane.base}Patient", json=sent)
    created = answer.json()
    meta = created["meta"]
    assert created == {
        "resourceType": "Patient",
        "id": created["id"],
        "meta": {
            "versionId": meta["versionId"],
            "lastUpdated": meta["lastUpdated"],
            "author": {"reference": jane.profile, "display": "Jane Marie Smith"},
            "project": jane.project,
            "compartment": [
                {"reference": f"Project/{jane.project}"},
                {"reference": f"Patient/{created['id']}"},
            ],
        },
        "active": True,
    }
    assert created["id"] != "mine"
    assert meta["versionId"] != "1"
    assert meta["lastUpdated"].startswith("2030-01-01T00:")
    assert meta["lastUpdated"].endswith(".000Z")
    assert answer.headers["Location"] == jane.url(created)
    assert answer.headers["ETag"] == f'W/"{meta["versionId"]}"'
    assert answer.headers["Content-Type"].startswith(FHIR_JSON)


def test_read_answers_with_version_and_time(jane):
    created = jane.create(JANE)
    answer = jane.http.get(jane.url(created))
    assert answer.status_code == 200
    assert answer.json() == created
    assert answer.headers["ETag"] == f'W/"{created["meta"]["versionId"]}"'
    moment = datetime.fromisoformat(created["meta"]["lastUpdated"])
    assert answer.headers["Last-Modified"] == f"{moment:%a, %d %b %Y %H:%M:%S} GMT"


def test_update_makes_a_new_version(jane):
    created = jane.create(JANE)
    answer = jane.http.put(jane.url(created), json={**created, "gender": "female"})
    assert answer.status_code == 200
    updated = answer.json()
    assert updated["gender"] == "female"
    assert updated["meta"]["versionId"] != created["meta"]["versionId"]
    assert updated["meta"]["lastUpdated"] > created["meta"]["lastUpdated"]
    assert jane.http.get(jane.url(created)).json() == updated


def test_identical_update_keeps_the_version(jane):
    created = jane.create(JANE)
    answer = jane.http.put(jane.url(created), json=created)
    assert (answer.status_code, answer.json()) == (200, created)
    without_meta = {key: value for key, value in created.items() if key != "meta"}
    answer = jane.http.put(jane.url(created), json=without_meta)
    assert (answer.status_code, answer.json()) == (200, created)


def test_stale_if_match_is_refused(jane):
    created = jane.create(JANE)
    stale = {"If-Match": f'W/"{created["meta"]["versionId"]}"'}
    first = jane.http.put(jane.url(created), json={**created, "gender": "female"}, headers=stale)
    second = jane.http.put(jane.url(created), json={**created, "gender": "other"}, headers=stale)
    assert (first.status_code, second.status_code) == (200, 412)
    assert second.json() == {
        "resourceType": "OperationOutcome",
        "id": "precondition-failed",
        "issue": [
            {
                "severity": "error",
                "code": "processing",
                "details": {"text": "Precondition Failed"},
            }
        ],
    }
    assert jane.http.get(jane.url(created)).json()["gender"] == "female"


def test_malformed_if_match_is_refused(jane):
    created = jane.create(JANE)
    answer = jane.http.put(jane.url(created), json=created, headers={"If-Match": "latest"})
    assert answer.status_code == 400


def test_of_eight_simultaneous_writers_exactly_one_wins(jane):
    created = jane.create(JANE)
    headers = {**jane.http.headers, "If-Match": f'W/"{created["meta"]["versionId"]}"'}

    def write(number: int) -> int:
        body = {**created, "extension": [{"url": "urn:n", "valueInteger": number}]}
        return requests.put(jane.url(created), json=body, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(write, range(8)))
    assert statuses == [200] + [412] * 7


def test_update_of_an_unknown_id_is_not_found(jane):
    url = f"{jane.base}Practitioner/11111111-1111-4111-8111-111111111111"
    answer = jane.http.put(url, json={**JANE, "id": "11111111-1111-4111-8111-111111111111"})
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_body_and_url_must_name_the_same_resource(jane):
    one, other = jane.create(JANE), jane.create(JANE)
    assert jane.http.put(jane.url(one), json=other).status_code == 400
    assert jane.http.put(jane.url(one), json=JANE).status_code == 400
    patient = {"resourceType": "Patient", "id": one["id"]}
    assert jane.http.put(jane.url(one), json=patient).status_code == 400


def test_deleted_resource_is_gone(jane):
    created = jane.create(JANE)
    answer = jane.http.delete(jane.url(created))
    assert (answer.status_code, answer.json()["id"]) == (200, "ok")
    read = jane.http.get(jane.url(created))
    assert (read.status_code, read.json()["id"]) == (410, "gone")
    assert jane.http.put(jane.url(created), json=created).status_code == 410
    assert jane.http.delete(jane.url(created)).status_code == 200
    found = jane.http.get(f"{jane.base}Practitioner?_id={created['id']}").json()
    assert "entry" not in found


def test_patch_changes_only_what_it_names(jane):
    created = jane.create(JANE)
    patch = [
        {"op": "test", "path": "/meta/versionId", "value": created["meta"]["versionId"]},
        {"op": "add", "path": "/gender", "value": "female"},
    ]
    answer = jane.http.patch(jane.url(created), json=patch, headers=JSON_PATCH)
    assert answer.status_code == 200
    patched = answer.json()
    assert {**patched, "meta": None} == {**created, "gender": "female", "meta": None}
    assert patched["meta"]["versionId"] != created["meta"]["versionId"]


def test_failed_patch_test_changes_nothing(jane):
    created = jane.create(JANE)
    patch = [
        {"op": "add", "path": "/gender", "value": "female"},
        {"op": "test", "path": "/meta/versionId", "value": "stale"},
    ]
    answer = jane.http.patch(jane.url(created), json=patch, headers=JSON_PATCH)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert jane.http.get(jane.url(created)).json() == created


def test_patch_ignores_if_match(jane):
    created = jane.create(JANE)
    patch = [{"op": "add", "path": "/gender", "value": "female"}]
    headers = {**JSON_PATCH, "If-Match": 'W/"stale"'}
    assert jane.http.patch(jane.url(created), json=patch, headers=headers).status_code == 200


@pytest.mark.parametrize(
    "patch",
    [
        {"op": "add"},
        [{"op": "add"}],
        [{"op": "nonsense", "path": "/gender"}],
        [{"op": "remove", "path": "/gender"}],
        [{"op": "replace", "path": "", "value": "text"}],
        [{"op": "add", "path": "/unknown", "value": 1}],
        [1],
        "text",
    ],
)
def test_malformed_patch_is_refused(jane, patch):
    created = jane.create(JANE)
    answer = jane.http.patch(jane.url(created), json=patch, headers=JSON_PATCH)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_patch_needs_its_own_content_type(jane):
    created = jane.create(JANE)
    assert jane.http.patch(jane.url(created), json=[]).status_code == 400


def test_if_none_exist_creates_once(jane):
    body = {**JANE, "identifier": [{"system": "urn:s", "value": "1"}]}
    headers = {"If-None-Exist": "identifier=urn:s|1"}
    url = f"{jane.base}Practitioner"
    first = jane.http.post(url, json=body, headers=headers)
    second = jane.http.post(url, json=body, headers=headers)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()
    jane.create(body)
    third = jane.http.post(url, json=body, headers=headers)
    assert (third.status_code, third.json()["id"]) == (412, "multiple-matches")


def test_if_none_exist_is_race_safe(jane):
    body = {**JANE, "identifier": [{"system": "urn:s", "value": "race"}]}
    headers = {**jane.http.headers, "If-None-Exist": "identifier=urn:s|race"}

    def create(_number: int) -> int:
        url = f"{jane.base}Practitioner"
        return requests.post(url, json=body, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(create, range(8))) == [200] * 7 + [201]


@pytest.mark.parametrize(
    ("change", "expression"),
    [
        ({"unknown": 1}, "Practitioner.unknown"),
        ({"name": [{"family": "Smith", "nick": "J"}]}, "Practitioner.name.0.nick"),
        ({"birthDate": "1980-13-45"}, "Practitioner.birthDate"),
        ({"active": "true"}, "Practitioner.active"),
        ({"active": None}, "Practitioner.active"),
        ({"name": "Jane"}, "Practitioner.name"),
        ({"meta": {"unknown": 1}}, "Practitioner.meta.unknown"),
    ],
)
def test_invalid_body_is_refused(jane, change, expression):
    answer = jane.http.post(f"{jane.base}Practitioner", json={**JANE, **change})
    assert answer.status_code == 400
    issue = answer.json()["issue"][0]
    assert (issue["severity"], issue["expression"]) == ("error", [expression])


def test_missing_required_element_is_refused(jane):
    answer = jane.http.post(f"{jane.base}Observation", json={"resourceType": "Observation"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"text"', "null", '{"active": NaN}', "{}", "[" * 5000]
)
def test_body_that_is_no_resource_is_refused(jane, body):
    headers = {"Content-Type": FHIR_JSON}
    answer = jane.http.post(f"{jane.base}Practitioner", data=body, headers=headers)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_unsupported_content_type_is_refused(jane):
    headers = {"Content-Type": "text/plain"}
    answer = jane.http.post(f"{jane.base}Practitioner", data=json.dumps(JANE), headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["Nonsense", "Nonsense/1", "HumanName", "Resource", "metadata"])
def test_unknown_resource_type_is_not_found(jane, path):
    answer = jane.http.get(jane.base + path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_unknown_route_is_not_found(jane):
    answer = jane.http.get(f"{jane.base}Practitioner/1/2/3")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_account_in_meta_is_kept(jane):
    account = {"reference": "Organization/1"}
    created = jane.create({**JANE, "meta": {"account": account, "accounts": [account]}})
    assert created["meta"]["account"] == account
    assert created["meta"]["accounts"] == [account]


def test_empty_elements_are_not_kept(jane):
    created = jane.create({**JANE, "telecom": [], "text": {}})
    assert created.keys() == {"resourceType", "id", "meta", "name", "birthDate"}


def test_other_projects_do_not_exist(jane, stranger):
    created = jane.create(JANE)
    url = jane.url(created)
    patch = [{"op": "add", "path": "/gender", "value": "female"}]
    answers = [
        stranger.http.get(url),
        stranger.http.put(url, json=created),
        stranger.http.patch(url, json=patch, headers=JSON_PATCH),
        stranger.http.delete(url),
    ]
    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, NOT_FOUND)] * 4
    found = stranger.http.get(f"{stranger.base}Practitioner?_id={created['id']}").json()
    assert "entry" not in found
    assert jane.http.get(url).json() == created


def test_browser_pages_may_call_with_credentials(jane):
    origin = {"Origin": "http://localhost:3000"}
    created = jane.create(JANE)
    answer = jane.http.get(jane.url(created), headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert {"ETag", "Location"} <= {
        name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")
    }
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,if-match,x-medplum",
    }
    preflight = requests.options(jane.url(created), headers={**origin, **asked}, timeout=10)
    assert preflight.status_code == 200
    assert "x-medplum" in preflight.headers["Access-Control-Allow-Headers"]


def test_sandbox_control_shows_all_projects_without_a_token(jane, stranger):
    one, other = (
        jane.create({"resourceType": "Device"}),
        stranger.create({"resourceType": "Device"}),
    )
    root = jane.base.removesuffix("fhir/R4/")
    assert requests.get(f"{root}_sandbox/resources/Device", timeout=10).json() == [one, other]


def test_faults_and_the_call_counter_are_in_place(jane):
    root = jane.base.removesuffix("fhir/R4/")
    url = f"{jane.base}Patient"
    fault = {"path": "/fhir/R4/Patient", "kind": "status", "status": 503}
    requests.post(f"{root}_sandbox/faults", json=fault, timeout=10)
    requests.delete(f"{root}_sandbox/calls", timeout=10)
    assert [jane.http.get(url).status_code for _ in range(2)] == [503, 200]
    calls = requests.get(f"{root}_sandbox/calls", timeout=10).json()
    assert calls["counts"] == {"GET /fhir/R4/Patient": 2}
