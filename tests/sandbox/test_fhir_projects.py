"""Around the resources: other projects, pages of other origins, and the sandbox's own control."""

import requests

from tests.sandbox.served_fhir import JANE, JSON_PATCH, NOT_FOUND


def test_other_projects_do_not_exist(member, stranger):
    created = member.create(JANE)
    url = member.url(created)
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
    assert member.http.get(url).json() == created


def test_browser_pages_may_call_with_credentials(member):
    origin = {"Origin": "http://localhost:3000"}
    created = member.create(JANE)
    answer = member.http.get(member.url(created), headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert {"ETag", "Location"} <= {
        name.strip() for name in answer.headers["Access-Control-Expose-Headers"].split(",")
    }
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,if-match,x-medplum",
    }
    preflight = requests.options(member.url(created), headers={**origin, **asked}, timeout=10)
    assert preflight.status_code == 200
    assert "x-medplum" in preflight.headers["Access-Control-Allow-Headers"]


def test_sandbox_control_shows_all_projects_without_a_token(member, stranger):
    one, other = (
        member.create({"resourceType": "Device"}),
        stranger.create({"resourceType": "Device"}),
    )
    root = member.base.removesuffix("fhir/R4/")
    assert requests.get(f"{root}_sandbox/resources/Device", timeout=10).json() == [one, other]


def test_faults_and_the_call_counter_are_in_place(member):
    root = member.base.removesuffix("fhir/R4/")
    url = f"{member.base}Patient"
    fault = {"path": "/fhir/R4/Patient", "kind": "status", "status": 503}
    requests.post(f"{root}_sandbox/faults", json=fault, timeout=10)
    requests.delete(f"{root}_sandbox/calls", timeout=10)
    assert [member.http.get(url).status_code for _ in range(2)] == [503, 200]
    calls = requests.get(f"{root}_sandbox/calls", timeout=10).json()
    assert calls["counts"] == {"GET /fhir/R4/Patient": 2}
