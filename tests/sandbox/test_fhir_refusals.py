"""What is no resource, no route or no resource type is refused over HTTP."""

import json

import pytest

from tests.sandbox.served_fhir import FHIR_JSON, JANE, NOT_FOUND


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
def test_invalid_body_is_refused(member, change, expression):
    answer = member.http.post(f"{member.base}Practitioner", json={**JANE, **change})
    assert answer.status_code == 400
    issue = answer.json()["issue"][0]
    assert (issue["severity"], issue["expression"]) == ("error", [expression])


def test_missing_required_element_is_refused(member):
    answer = member.http.post(f"{member.base}Observation", json={"resourceType": "Observation"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '"text"', "null", '{"active": NaN}', "{}", "[" * 5000]
)
def test_body_that_is_no_resource_is_refused(member, body):
    headers = {"Content-Type": FHIR_JSON}
    answer = member.http.post(f"{member.base}Practitioner", data=body, headers=headers)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_unsupported_content_type_is_refused(member):
    headers = {"Content-Type": "text/plain"}
    answer = member.http.post(f"{member.base}Practitioner", data=json.dumps(JANE), headers=headers)
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["Nonsense", "Nonsense/1", "HumanName", "Resource", "metadata"])
def test_unknown_resource_type_is_not_found(member, path):
    answer = member.http.get(member.base + path)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_unknown_route_is_not_found(member):
    answer = member.http.get(f"{member.base}Practitioner/1/2/3")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
