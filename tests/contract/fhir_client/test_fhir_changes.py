"""Changes under the version that was read: conflicts, and answers that don't say."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from fhir_profiles import Resource
from shared.errors import BotError, EditConflict, LookUpFirst, RemoteUnavailable
from shared.fhir.client import FhirClient
from tests.contract.fhir_client.wire import (
    FHIR,
    JANE,
    LOST,
    REFUSALS,
    UNCLEAR,
    UNUSABLE,
    Pauses,
    Wire,
    jane,
    refusal,
)


def inactive(resource: Resource) -> Resource:
    return {**resource, "active": False}


def sent(wire: Wire) -> list[tuple[str | None, str | None]]:
    return [(call.request.method, call.request.headers.get("If-Match")) for call in wire.calls]


def test_change_is_written_under_the_version_that_was_read(wire: Wire, fhir: FhirClient) -> None:
    wire.put(f"{FHIR}{JANE}", json=jane(2, active=False))
    assert fhir.apply(jane(1), inactive) == jane(2, active=False)
    (call,) = wire.calls
    assert call.request.headers["If-Match"] == 'W/"v1"'
    assert call.request.headers["Authorization"] == "Bearer made-up-access-token"
    assert json.loads(call.request.body) == jane(1, active=False)


@pytest.mark.parametrize(
    "change", [lambda r: r, lambda r: {**r}, dict], ids=["same", "copy", "new"]
)
def test_unchanged_resource_is_not_written(
    wire: Wire, fhir: FhirClient, change: Callable[[Resource], Resource]
) -> None:
    given = jane(1)
    assert fhir.apply(given, change) is given
    assert len(wire.calls) == 0


@pytest.mark.parametrize("status", [412, 409])
def test_change_is_made_again_on_what_somebody_else_wrote(
    wire: Wire, fhir: FhirClient, status: int
) -> None:
    wire.put(f"{FHIR}{JANE}", status=status, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(2, gender="female"))
    wire.put(f"{FHIR}{JANE}", json=jane(3, gender="female", active=False))
    assert fhir.apply(jane(1), inactive) == jane(3, gender="female", active=False)
    assert sent(wire) == [("PUT", 'W/"v1"'), ("GET", None), ("PUT", 'W/"v2"')]
    assert json.loads(wire.calls[2].request.body) == jane(2, gender="female", active=False)


OPEN = {
    **LOST,
    **UNCLEAR,
    **UNUSABLE,
    "another one": {"json": {"resourceType": "Practitioner", "id": "another"}},
}


@pytest.mark.parametrize("answer", [{"status": 412}, *OPEN.values()], ids=["412", *OPEN])
def test_write_that_turns_out_to_be_there_is_not_repeated(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any]
) -> None:
    wire.put(f"{FHIR}{JANE}", **answer)
    wire.get(f"{FHIR}{JANE}", json=jane(2, active=False))
    assert fhir.apply(jane(1), inactive) == jane(2, active=False)
    assert sent(wire) == [("PUT", 'W/"v1"'), ("GET", None)]


@pytest.mark.parametrize("lost", OPEN)
def test_write_that_was_lost_is_made_again(wire: Wire, fhir: FhirClient, lost: str) -> None:
    wire.put(f"{FHIR}{JANE}", **OPEN[lost])
    wire.get(f"{FHIR}{JANE}", json=jane(1))
    wire.put(f"{FHIR}{JANE}", json=jane(2, active=False))
    assert fhir.apply(jane(1), inactive) == jane(2, active=False)
    assert sent(wire) == [("PUT", 'W/"v1"'), ("GET", None), ("PUT", 'W/"v1"')]


@pytest.mark.parametrize("answer", OPEN.values(), ids=OPEN)
def test_a_write_whose_answer_does_not_say_is_open(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any]
) -> None:
    wire.put(f"{FHIR}{JANE}", **answer)
    told = refusal(lambda: fhir.put(jane(1)), LookUpFirst)
    assert told.startswith("The FHIR server was asked to save the Practitioner and ")
    assert len(wire.calls) == 1


def growing(pauses: Pauses) -> bool:
    least = [0.1, 0.2, 0.4, 0.8]
    return len(pauses) == 4 and all(
        short <= pause <= 2 * short for pause, short in zip(pauses, least, strict=True)
    )


def test_conflicts_are_given_up_after_five_writes(
    wire: Wire, fhir: FhirClient, pauses: Pauses
) -> None:
    wire.put(f"{FHIR}{JANE}", status=412, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(2))
    text = refusal(lambda: fhir.apply(jane(1), inactive), EditConflict)
    assert text == (
        "The Practitioner was changed by someone else in the meantime. Run the bot again."
    )
    assert [method for method, _ in sent(wire)] == ["PUT", "GET"] * 4 + ["PUT"]
    assert growing(pauses)


def test_server_that_never_answers_a_write_is_not_called_a_conflict(
    wire: Wire, fhir: FhirClient, pauses: Pauses
) -> None:
    wire.put(f"{FHIR}{JANE}", status=500, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(1))
    refusal(lambda: fhir.apply(jane(1), inactive), LookUpFirst)
    assert [method for method, _ in sent(wire)] == ["PUT", "GET"] * 4 + ["PUT"]
    assert growing(pauses)


@pytest.mark.parametrize(("status", "error"), [(412, RemoteUnavailable), (500, LookUpFirst)])
def test_an_open_write_stays_open_where_the_resource_can_not_be_read_again(
    wire: Wire, fhir: FhirClient, pauses: Pauses, status: int, error: type[BotError]
) -> None:
    wire.put(f"{FHIR}{JANE}", status=status, body="")
    wire.get(f"{FHIR}{JANE}", status=500, body="")
    refusal(lambda: fhir.apply(jane(1), inactive), error)
    assert [method for method, _ in sent(wire)] == ["PUT", "GET"]


@pytest.mark.parametrize(("status", "error"), [(412, EditConflict), (500, LookUpFirst)])
def test_a_change_is_not_made_again_without_time_for_a_pause(
    wire: Wire, fhir: FhirClient, pauses: Pauses, status: int, error: type[BotError]
) -> None:
    wire.put(f"{FHIR}{JANE}", status=status, body="")
    wire.get(f"{FHIR}{JANE}", json=jane(2))
    pauses.allowed = 1
    refusal(lambda: fhir.apply(jane(1), inactive), error)
    assert [method for method, _ in sent(wire)] == ["PUT", "GET", "PUT"]


@pytest.mark.parametrize(("answer", "error"), REFUSALS.values(), ids=REFUSALS)
def test_refused_write_is_not_repeated(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any], error: type[BotError]
) -> None:
    wire.put(f"{FHIR}{JANE}", **answer)
    refusal(lambda: fhir.apply(jane(1), inactive), error)
    assert len(wire.calls) == 1
