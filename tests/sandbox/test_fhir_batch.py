"""Batches over HTTP: each entry on its own, with a status of its own."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from deploy.sandbox.fhir.app import create_app
from deploy.sandbox.serve import LocalServer

JANE = {"resourceType": "Practitioner", "name": [{"family": "Smith", "given": ["Jane"]}]}
NOT_FOUND = {
    "resourceType": "OperationOutcome",
    "id": "not-found",
    "issue": [{"severity": "error", "code": "not-found", "details": {"text": "Not found"}}],
}


@dataclass
class Member:
    """An ordinary member, with an HTTP session that carries its token."""

    base: str
    http: requests.Session

    def create(self, resource: dict) -> dict:
        answer = self.http.post(f"{self.base}{resource['resourceType']}", json=resource)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def url(self, resource: dict) -> str:
        return f"{self.base}{resource['resourceType']}/{resource['id']}"

    def batch(self, *entries: dict) -> list[dict]:
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": list(entries)}
        answer = self.http.post(self.base, json=bundle)
        assert answer.status_code == 200, answer.text
        assert answer.json()["type"] == "batch-response"
        return answer.json()["entry"]


@pytest.fixture(scope="module")
def jane() -> Iterator[Member]:
    with LocalServer() as http, requests.Session() as session:
        server = create_app(base_url=http.url)
        http.start(server)
        project = server.add_project("Clinic")
        person = server.add_person(project, JANE, "jane@example.com", "correct horse")
        session.headers["Authorization"] = f"Bearer {person.token}"
        yield Member(f"{http.url}fhir/R4/", session)
    server.close()


def test_batch_answers_each_entry_on_its_own(jane):
    known = jane.create(JANE)
    stale = {**known, "gender": "other"}
    patch = [{"op": "add", "path": "/gender", "value": "female"}]
    data = base64.b64encode(json.dumps(patch).encode()).decode()
    binary = {"resourceType": "Binary", "contentType": "application/json-patch+json", "data": data}
    path = f"Practitioner/{known['id']}"
    etag = f'W/"{known["meta"]["versionId"]}"'
    entries = jane.batch(
        {"request": {"method": "GET", "url": path}},
        {"request": {"method": "GET", "url": f"Practitioner?_id={known['id']}"}},
        {"request": {"method": "POST", "url": "Patient"}, "resource": {"resourceType": "Patient"}},
        {"request": {"method": "PATCH", "url": path}, "resource": binary},
        {"request": {"method": "PUT", "url": path, "ifMatch": etag}, "resource": stale},
        {"request": {"method": "GET", "url": "ProjectMembership"}},
        {"request": {"method": "GET", "url": "Practitioner/none"}},
        {"request": {"method": "POST", "url": "Patient"}, "resource": {"resourceType": "Foo"}},
        {"request": {"method": "DELETE", "url": path}},
        {"request": {"method": "GET"}},
        {"request": {"method": "PATCH", "url": path}, "resource": {"resourceType": "Binary"}},
        {"request": {"method": "PUT", "url": path, "ifMatch": 5}, "resource": known},
    )
    statuses = [entry["response"]["status"] for entry in entries]
    expected = ["200", "200", "201", "200", "412", "403", "404", "400", "200", *["400"] * 3]
    assert statuses == expected
    assert entries[0]["resource"] == known
    assert entries[0]["response"]["etag"] == etag
    assert entries[0]["response"]["location"] == path
    assert entries[1]["resource"]["entry"][0]["resource"] == known
    created = entries[2]["resource"]
    assert entries[2]["response"]["location"] == f"Patient/{created['id']}"
    assert entries[3]["resource"]["gender"] == "female"
    for refused in (4, 5, 6, 7, 9, 10, 11):
        assert "resource" not in entries[refused]
        assert entries[refused]["response"]["outcome"]["issue"][0]["severity"] == "error"
    assert entries[5]["response"]["outcome"]["id"] == "forbidden"
    assert entries[6]["response"] == {"status": "404", "outcome": NOT_FOUND}
    assert entries[8]["response"]["outcome"]["id"] == "ok"
    assert jane.http.get(jane.url(known)).status_code == 410


def test_batch_writes_and_creates_conditionally(jane):
    known = jane.create(JANE)
    etag = f'W/"{known["meta"]["versionId"]}"'
    body = {"resourceType": "Patient", "identifier": [{"system": "urn:s", "value": "1"}]}
    create = {"method": "POST", "url": "Patient", "ifNoneExist": "identifier=urn:s|1"}
    update = {"method": "PUT", "url": f"Practitioner/{known['id']}", "ifMatch": etag}
    entries = jane.batch(
        {"request": update, "resource": {**known, "gender": "female"}},
        {"request": update, "resource": {**known, "gender": "other"}},
        {"request": create, "resource": body},
        {"request": create, "resource": body},
    )
    assert [e["response"]["status"] for e in entries] == ["200", "412", "201", "200"]
    assert entries[0]["resource"]["gender"] == "female"
    assert entries[0]["response"]["etag"] == f'W/"{entries[0]["resource"]["meta"]["versionId"]}"'
    assert entries[2]["resource"] == entries[3]["resource"]


def test_batch_is_taken_with_and_without_the_last_slash(jane):
    bundle = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": "Patient"}}],
    }
    for url in (jane.base, jane.base.rstrip("/")):
        assert jane.http.post(url, json=bundle).status_code == 200


@pytest.mark.parametrize(
    "bundle",
    [
        {"resourceType": "Bundle", "type": "transaction", "entry": [{}]},
        {"resourceType": "Bundle", "type": "batch"},
        {"resourceType": "Bundle", "type": "batch", "entry": []},
        {"resourceType": "Patient"},
        [],
    ],
)
def test_what_is_not_a_batch_is_refused(jane, bundle):
    answer = jane.http.post(jane.base, json=bundle)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")
