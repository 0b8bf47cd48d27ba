"""Patches over HTTP: they change what they name, or nothing."""

import pytest

from tests.sandbox.served_fhir import JANE, JSON_PATCH


def test_patch_changes_only_what_it_names(member):
    created = member.create(JANE)
    patch = [
        {"op": "test", "path": "/meta/versionId", "value": created["meta"]["versionId"]},
        {"op": "add", "path": "/gender", "value": "female"},
    ]
    answer = member.http.patch(member.url(created), json=patch, headers=JSON_PATCH)
    assert answer.status_code == 200
    patched = answer.json()
    assert {**patched, "meta": None} == {**created, "gender": "female", "meta": None}
    assert patched["meta"]["versionId"] != created["meta"]["versionId"]


def test_failed_patch_test_changes_nothing(member):
    created = member.create(JANE)
    patch = [
        {"op": "add", "path": "/gender", "value": "female"},
        {"op": "test", "path": "/meta/versionId", "value": "stale"},
    ]
    answer = member.http.patch(member.url(created), json=patch, headers=JSON_PATCH)
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"
    assert member.http.get(member.url(created)).json() == created


def test_patch_ignores_if_match(member):
    created = member.create(JANE)
    patch = [{"op": "add", "path": "/gender", "value": "female"}]
    headers = {**JSON_PATCH, "If-Match": 'W/"stale"'}
    assert member.http.patch(member.url(created), json=patch, headers=headers).status_code == 200


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
def test_malformed_patch_is_refused(member, patch):
    created = member.create(JANE)
    answer = member.http.patch(member.url(created), json=patch, headers=JSON_PATCH)
    assert (answer.status_code, answer.json()["resourceType"]) == (400, "OperationOutcome")


def test_patch_needs_its_own_content_type(member):
    created = member.create(JANE)
    assert member.http.patch(member.url(created), json=[]).status_code == 400
