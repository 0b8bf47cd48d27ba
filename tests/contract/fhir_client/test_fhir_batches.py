"""Batches on the wire: what is sent in one, and what the answer to each entry means."""

import json
from typing import Any

import pytest

from shared.errors import (
    BotError,
    EditConflict,
    FhirDenied,
    FhirNotFound,
    LookUpFirst,
    RemoteMisbehaved,
    RemoteUnavailable,
)
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.fhir.entries import ConditionalCreateEntry, CreateEntry, ReadEntry, UpdateEntry
from tests.builders import MEMBERSHIP_ID, practitioner, sample
from tests.contract.fhir_client.wire import (
    FHIR,
    HTML,
    JANE,
    LOST,
    OUTCOME,
    QUERY,
    Wire,
    batched,
    jane,
    refusal,
)
from tests.contract.sent import timeouts

FOUND = {"response": {"status": "200"}, "resource": {}}


def test_batch_is_sent_exactly_so_and_answered_in_order(wire: Wire, fhir: FhirClient) -> None:
    wire.post(FHIR, json=sample("fhir_batch"))
    caller = f"ProjectMembership?profile={JANE}"
    paths = [JANE, caller, "ProjectMembership?profile=Bot/1", "Project/1", "Bot/2", "Bot/3"]
    batch = Batch(fhir)
    found = [
        batch.read(JANE),
        batch.memberships_of(JANE),
        batch.search(paths[2]),
        *map(batch.read, paths[3:]),
    ]
    batch.send()
    request = wire.calls[0].request
    assert request.headers["Authorization"] == "Bearer made-up-access-token"
    assert request.headers["Content-Type"] == "application/fhir+json"
    assert request.headers["Accept"] == "application/fhir+json"
    assert timeouts(request) == (3.05, 20.0, 20.0)
    assert json.loads(request.body) == {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": path}} for path in paths],
    }
    assert [one.answer.url for one in found] == paths
    assert [one.answer.status for one in found] == [200, 200, 200, 403, 404, 410]
    assert found[0].one() == practitioner()
    assert [one["id"] for one in found[1].all()] == [MEMBERSHIP_ID]
    assert found[2].all() == []
    assert [one.is_there for one in (found[0], *found[3:])] == [True, False, False, False]


@pytest.mark.parametrize(
    ("status", "error", "text"),
    [
        ("401", FhirDenied, "The FHIR server no longer accepts the access token. Sign in again."),
        ("403", FhirDenied, "The FHIR server does not allow access to this Practitioner."),
        ("404 Not Found", FhirNotFound, "The FHIR server has no such Practitioner. Check the id."),
        (410, FhirNotFound, "The FHIR server has no such Practitioner. Check the id."),
        ("500", RemoteUnavailable, "The FHIR server could not answer for Practitioner. Try again."),
        ("400", RemoteMisbehaved, "The FHIR server answered 400 for Practitioner."),
        ("200", RemoteMisbehaved, "The FHIR server answered 200 for Practitioner."),
    ],
)
def test_failed_entry_of_a_batch_fails_when_it_is_used_and_shows_no_query(
    wire: Wire, fhir: FhirClient, status: Any, error: type[BotError], text: str
) -> None:
    entry = [{"response": {"status": status}}, FOUND]
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": entry})
    failed, other = fhir.batch([ReadEntry("Practitioner?name=Smith"), ReadEntry(JANE)])
    assert refusal(FoundOne(failed).one, error) == text
    assert refusal(FoundAll(failed).all, error) == text
    assert FoundOne(other).one() == {}


@pytest.mark.parametrize(
    "entry",
    [None, [], [{}], [None], [{"response": {"status": "okay"}}], [FOUND, FOUND]],
    ids=["absent", "too few", "no response", "null", "no status", "too many"],
)
def test_batch_answer_of_another_form_is_refused(wire: Wire, fhir: FhirClient, entry: Any) -> None:
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": entry})
    refusal(lambda: fhir.batch([ReadEntry(JANE)]), RemoteMisbehaved)


ENTRIES = [
    ReadEntry(JANE),
    ConditionalCreateEntry({"resourceType": "Consent"}, QUERY),
    UpdateEntry(jane(1)),
    CreateEntry({"resourceType": "AuditEvent"}),
]


def test_a_batch_holds_reads_creates_and_conditional_writes(wire: Wire, fhir: FhirClient) -> None:
    consent, event = ({"resourceType": kind, "id": "1"} for kind in ("Consent", "AuditEvent"))
    wire.post(
        FHIR,
        json=batched(("200", jane(1)), ("200", consent), ("200", jane(2)), ("201", event)),
    )
    read, once, put, new = fhir.batch(ENTRIES)
    assert json.loads(wire.calls[0].request.body or b"")["entry"] == [
        {"request": {"method": "GET", "url": JANE}},
        {
            "request": {"method": "POST", "url": "Consent", "ifNoneExist": QUERY},
            "resource": {"resourceType": "Consent"},
        },
        {"request": {"method": "PUT", "url": JANE, "ifMatch": 'W/"v1"'}, "resource": jane(1)},
        {
            "request": {"method": "POST", "url": "AuditEvent"},
            "resource": {"resourceType": "AuditEvent"},
        },
    ]
    assert [FoundOne(read).one(), once.written(), put.saved(), new.written()] == [
        jane(1),
        consent,
        jane(2),
        event,
    ]
    assert [once.created, new.created] == [False, True]


@pytest.mark.parametrize(
    ("entry", "error"),
    [
        *(
            ({"response": {"status": status}}, error)
            for status, error in [
                ("401", FhirDenied),
                ("403", FhirDenied),
                ("404", FhirNotFound),
                ("410", FhirNotFound),
                ("409", EditConflict),
                ("412 Precondition Failed", EditConflict),
                ("429", RemoteUnavailable),
                ("200", LookUpFirst),
                ("201", LookUpFirst),
                ("202", LookUpFirst),
                ("302", LookUpFirst),
                ("400", LookUpFirst),
                ("408", LookUpFirst),
                ("422", LookUpFirst),
                ("500", LookUpFirst),
                ("503", LookUpFirst),
            ]
        ),
        ({"response": {"status": "400", "outcome": OUTCOME}}, RemoteMisbehaved),
        ({"response": {"status": "400"}, "resource": OUTCOME}, RemoteMisbehaved),
        ({"response": {"status": "400", "outcome": {}}}, LookUpFirst),
        ({"response": {"status": "500", "outcome": OUTCOME}}, LookUpFirst),
    ],
    ids=str,
)
def test_a_write_in_a_batch_says_written_conflict_or_open(
    wire: Wire, fhir: FhirClient, entry: Any, error: type[BotError]
) -> None:
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": [entry]})
    (answer,) = fhir.batch([UpdateEntry(jane(1))])
    refusal(answer.saved, error)


@pytest.mark.parametrize("resource", [jane(2, id="another"), OUTCOME], ids=["another", "outcome"])
def test_a_write_in_a_batch_is_open_where_the_answer_is_not_the_resource(
    wire: Wire, fhir: FhirClient, resource: Any
) -> None:
    wire.post(FHIR, json=batched(("200", resource)))
    (answer,) = fhir.batch([UpdateEntry(jane(1))])
    refusal(answer.saved, LookUpFirst)


@pytest.mark.parametrize(
    "answer",
    [{"json": OUTCOME}, {"json": batched()}, {"json": [1]}, {"body": HTML}, {"body": ""}],
    ids=["outcome", "too few", "list", "HTML", "empty"],
)
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda one: type(one).__name__)
def test_a_batch_that_writes_is_open_where_the_answer_has_another_form(
    wire: Wire, fhir: FhirClient, entry: Any, answer: dict[str, Any]
) -> None:
    wire.post(FHIR, **answer)
    if isinstance(entry, ReadEntry):
        is_json = "json" in answer
        refusal(lambda: fhir.batch([entry]), RemoteMisbehaved if is_json else RemoteUnavailable)
    else:
        told = refusal(lambda: fhir.batch([entry]), LookUpFirst)
        assert told.startswith("The FHIR server was asked to save several records and ")


@pytest.mark.parametrize("lost", LOST)
@pytest.mark.parametrize(
    ("entries", "error"),
    [
        (ENTRIES[:2], RemoteUnavailable),
        (ENTRIES[2:3], LookUpFirst),
        (ENTRIES[3:], LookUpFirst),
        (ENTRIES, LookUpFirst),
    ],
    ids=["may be repeated", "put", "create", "all"],
)
def test_a_batch_that_writes_is_open_without_an_answer(
    wire: Wire, fhir: FhirClient, lost: str, entries: Any, error: type[BotError]
) -> None:
    wire.post(FHIR, **LOST[lost])
    refusal(lambda: fhir.batch(entries), error)
    assert len(wire.calls) == 1
