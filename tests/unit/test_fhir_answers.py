"""What a history says: versions, deletions, and what can't be read."""

from typing import Any

import pytest

from shared.errors import FhirDenied, RemoteMisbehaved
from shared.fhir.answers import Answer

ASKED = "PractitionerRole/r1/_history"
ROLE = {"resourceType": "PractitionerRole", "id": "r1"}
OK = {"status": "200"}
GONE = {"status": "410", "outcome": {"resourceType": "OperationOutcome", "id": "gone"}}


def history(entry: Any, **more: Any) -> Answer:
    return Answer(ASKED, 200, {"resourceType": "Bundle", "type": "history", "entry": entry, **more})


@pytest.mark.parametrize(
    ("entry", "version"),
    [
        ({"resource": ROLE, "response": OK}, ROLE),
        ({"resource": ROLE}, ROLE),
        # As Medplum and as FHIR R4 show a deletion.
        ({"response": GONE}, {}),
        ({"response": {"status": "410 Gone"}}, {}),
        ({"request": {"method": "DELETE", "url": "PractitionerRole/r1"}}, {}),
        ({"request": {"method": "GET"}, "response": OK}, None),
        ({"response": {"status": "500"}}, None),
        ({"response": {"status": 41}}, None),
        ({"resource": {"resourceType": "OperationOutcome"}, "response": OK}, None),
        ({"resource": {"resourceType": "Basic"}}, None),
        ({"resource": {}}, None),
        ({"resource": "x", "response": GONE}, None),
        ({}, None),
        (None, None),
        ("x", None),
    ],
)
def test_a_history_tells_each_version_or_that_it_can_not_be_read(entry: Any, version: Any) -> None:
    assert history([{"resource": ROLE}, entry]).versions() == [ROLE, version]


@pytest.mark.parametrize("entry", [None, [], "x", {}])
def test_a_history_without_entries_has_no_versions(entry: Any) -> None:
    assert history(entry).versions() == []


def test_a_history_that_could_not_be_read_has_no_versions_to_go_by() -> None:
    with pytest.raises(FhirDenied):
        Answer(ASKED, 403, None).versions()
    with pytest.raises(RemoteMisbehaved):
        history([], link=[{"relation": "next", "url": "x?y=1"}]).versions()
