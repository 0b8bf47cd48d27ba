"""What a batch answers: each question its own, and a history with deletions and the unreadable."""

from collections.abc import Sequence
from typing import Any

import pytest

from shared.errors import FhirDenied, RemoteMisbehaved
from shared.fhir.answers import Answer
from shared.fhir.batch import Batch, FoundVersions
from shared.fhir.entries import BatchEntry, ReadEntry

ASKED = "PractitionerRole/r1/_history"
ROLE = {"resourceType": "PractitionerRole", "id": "r1"}
OK = {"status": "200"}
GONE = {"status": "410", "outcome": {"resourceType": "OperationOutcome", "id": "gone"}}


def history(entry: Any, **more: Any) -> FoundVersions:
    bundle = {"resourceType": "Bundle", "type": "history", "entry": entry, **more}
    return FoundVersions(Answer(ASKED, 200, bundle))


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
        FoundVersions(Answer(ASKED, 403, None)).versions()
    with pytest.raises(RemoteMisbehaved):
        history([], link=[{"relation": "next", "url": "x?y=1"}]).versions()


class Server:
    """Answers each entry with what was asked, and keeps the batches."""

    def __init__(self) -> None:
        self.batches: list[list[BatchEntry]] = []

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        self.batches.append(list(entries))
        return [Answer(one.url, 200, {"url": one.url}) for one in entries]


def test_each_question_of_a_batch_gets_its_own_answer_in_one_request() -> None:
    server = Server()
    batch = Batch(server)
    jane, role = batch.read("Practitioner/1"), batch.read("PractitionerRole/2")
    batch.send()
    assert (jane.one(), role.one()) == (
        {"url": "Practitioner/1"},
        {"url": "PractitionerRole/2"},
    )
    assert server.batches == [[ReadEntry("Practitioner/1"), ReadEntry("PractitionerRole/2")]]


def test_a_batch_asks_nothing_twice_and_sends_nothing_without_a_question() -> None:
    server = Server()
    batch = Batch(server)
    batch.send()
    assert server.batches == []
    batch.read("Practitioner/1")
    batch.send()
    later = batch.read("Practitioner/2")
    batch.send()
    assert server.batches == [[ReadEntry("Practitioner/1")], [ReadEntry("Practitioner/2")]]
    assert later.one() == {"url": "Practitioner/2"}


def test_there_is_no_answer_before_the_batch_is_sent() -> None:
    found = Batch(Server()).read("Practitioner/1")
    assert not found.is_there
    with pytest.raises(ValueError, match="has not been sent"):
        found.one()
