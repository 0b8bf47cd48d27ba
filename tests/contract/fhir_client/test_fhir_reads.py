"""What is read of the FHIR server: resources, who is asking, and histories to their last page."""

from collections.abc import Callable
from typing import Any

import pytest

from fhir_profiles import Resource
from shared.errors import BotError, EditConflict, RemoteMisbehaved, RemoteUnavailable
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.entries import ReadEntry
from tests.builders import meta, sample
from tests.contract.fhir_client.wire import (
    BASE,
    FHIR,
    HTML,
    JANE,
    LOST,
    MEMBERSHIPS,
    OUTCOME,
    REFUSALS,
    UNCLEAR,
    Wire,
    batched,
    jane,
    page,
    refusal,
)

FAILURES = {
    **REFUSALS,
    **{name: (answer, RemoteMisbehaved) for name, answer in UNCLEAR.items()},
}

READ_FAILURES: dict[str, tuple[dict[str, Any], type[BotError]]] = {
    **FAILURES,
    "409": ({"status": 409, "body": ""}, EditConflict),
    **{name: (answer, RemoteUnavailable) for name, answer in LOST.items()},
    "HTML with 200": ({"body": HTML}, RemoteUnavailable),
    "empty 200": ({"body": ""}, RemoteUnavailable),
    "list": ({"json": ["Jane"]}, RemoteMisbehaved),
}

READS: dict[str, tuple[str, str, Callable[[FhirClient], Any]]] = {
    "read": ("GET", f"{FHIR}{JANE}", lambda fhir: fhir.read(JANE)),
    "batch": ("POST", FHIR, lambda fhir: fhir.batch([ReadEntry(JANE)])),
    "search": ("GET", MEMBERSHIPS, lambda fhir: list(fhir.search_all("ProjectMembership", {}))),
    "auth/me": ("GET", f"{BASE}auth/me", lambda fhir: fhir.who_am_i()),
}


@pytest.mark.parametrize("failure", READ_FAILURES)
@pytest.mark.parametrize("read", READS)
def test_read_fails_so_without_being_repeated(
    wire: Wire, fhir: FhirClient, read: str, failure: str
) -> None:
    method, url, ask = READS[read]
    reply, error = READ_FAILURES[failure]
    wire.add(method, url, **reply)
    refusal(lambda: ask(fhir), error)
    assert len(wire.calls) == 1


def test_auth_me_is_read_beside_the_fhir_base(wire: Wire, fhir: FhirClient) -> None:
    wire.get(f"{BASE}auth/me", json=sample("fhir_auth_me"))
    assert fhir.who_am_i() == sample("fhir_auth_me")


ROLE = "PractitionerRole/role-1"
HISTORY = f"{FHIR}{ROLE}/_history"


def role(version: int) -> Resource:
    return {"resourceType": "PractitionerRole", "id": "role-1", "meta": meta(f"v{version}")}


def test_a_history_is_read_to_its_last_page_newest_first(wire: Wire, fhir: FhirClient) -> None:
    deleted = {"response": {"status": "410", "outcome": OUTCOME}}
    first = page(role(4), role(3), following=f"https://elsewhere.example.org/{ROLE}/_history?_a=1")
    wire.get(HISTORY, json={**first, "entry": [*first["entry"], deleted]})
    wire.get(f"{HISTORY}?_a=1", json=page(role(2), role(1)))
    assert fhir.history(ROLE) == [role(4), role(3), role(2), role(1)]
    assert [call.request.url for call in wire.calls] == [HISTORY, f"{HISTORY}?_a=1"]
    assert {call.request.headers["X-Medplum"] for call in wire.calls} == {"extended"}


def test_a_history_is_read_in_a_batch_too(wire: Wire, fhir: FhirClient) -> None:
    first = page(role(2), following=f"{HISTORY}?_a=1")
    wire.post(FHIR, json=batched(("200", jane(1)), ("200", first)))
    wire.get(f"{HISTORY}?_a=1", json=page(role(1)))
    batch = Batch(fhir)
    practitioner_found, history = batch.read(JANE), batch.history(ROLE)
    batch.send()
    assert practitioner_found.one() == jane(1)
    assert history.versions() == [role(2), role(1)]


def test_a_deletion_on_any_page_of_a_history_is_kept(wire: Wire, fhir: FhirClient) -> None:
    deleted = {"response": {"status": "410", "outcome": OUTCOME}}
    first = page(role(3), following=f"{HISTORY}?_a=1")
    last = page(role(1))
    wire.post(FHIR, json=batched(("200", {**first, "entry": [*first["entry"], deleted]})))
    wire.get(f"{HISTORY}?_a=1", json={**last, "entry": [deleted, *last["entry"]]})
    batch = Batch(fhir)
    history = batch.history(ROLE)
    batch.send()
    assert history.versions() == [role(3), {}, {}, role(1)]
