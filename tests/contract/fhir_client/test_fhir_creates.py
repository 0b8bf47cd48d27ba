"""What is created: once under a condition, several together, and by an invitation."""

import json
from typing import Any

import pytest

from fhir_profiles import Resource
from shared.errors import (
    BotError,
    EditConflict,
    FhirDenied,
    LookUpFirst,
    RemoteMisbehaved,
    RemoteUnavailable,
)
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Call, Reply
from tests.builders import PROJECT_ID, dropped, membership, meta
from tests.contract.fhir_client.wire import (
    BASE,
    FHIR,
    HTML,
    LOST,
    OUTCOME,
    QUERY,
    UNUSABLE,
    Wire,
    batched,
    jane,
    refusal,
)

PROJECT_URL = f"{BASE}admin/projects/{PROJECT_ID}/invite"


@pytest.mark.parametrize(("status", "created"), [(201, True), (200, False)])
def test_a_conditional_create_says_whether_it_made_the_resource(
    wire: Wire, fhir: FhirClient, status: int, created: bool
) -> None:
    wire.post(f"{FHIR}Practitioner", json=jane(1), status=status)
    new = {"resourceType": "Practitioner"}
    assert fhir.create_if_none(new, QUERY) == (jane(1), created)
    request = wire.calls[0].request
    assert request.headers["If-None-Exist"] == QUERY
    assert json.loads(request.body or b"") == new


@pytest.mark.parametrize("name", LOST)
def test_a_conditional_create_without_an_answer_may_be_tried_again(
    wire: Wire, fhir: FhirClient, name: str
) -> None:
    wire.post(f"{FHIR}Practitioner", **LOST[name])
    refusal(lambda: fhir.create_if_none({"resourceType": "Practitioner"}, QUERY), RemoteUnavailable)


@pytest.mark.parametrize("status", [200, 201])
@pytest.mark.parametrize("name", UNUSABLE)
def test_a_conditional_create_is_open_where_the_answer_is_not_the_resource(
    wire: Wire, fhir: FhirClient, name: str, status: int
) -> None:
    wire.post(f"{FHIR}Practitioner", status=status, **UNUSABLE[name])
    new = {"resourceType": "Practitioner"}
    told = refusal(lambda: fhir.create_if_none(new, QUERY), LookUpFirst)
    assert told.startswith("The FHIR server was asked to create the Practitioner and ")


def test_several_matches_of_a_conditional_create_are_a_conflict(
    wire: Wire, fhir: FhirClient
) -> None:
    wire.post(f"{FHIR}Practitioner", status=412, json={})
    refusal(lambda: fhir.create_if_none({"resourceType": "Practitioner"}, QUERY), EditConflict)


def test_several_conditional_creates_are_one_batch(wire: Wire, fhir: FhirClient) -> None:
    made = {"response": {"status": "201"}, "resource": {"resourceType": "Consent", "id": "1"}}
    known = {"response": {"status": "200"}, "resource": {"resourceType": "Consent", "id": "2"}}
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": [made, known]})
    consent = {"resourceType": "Consent"}
    assert fhir.create_if_none_together([(consent, "identifier=1"), (consent, "identifier=2")]) == [
        ({"resourceType": "Consent", "id": "1"}, True),
        ({"resourceType": "Consent", "id": "2"}, False),
    ]
    (first, _) = json.loads(wire.calls[0].request.body or b"")["entry"]
    assert first == {
        "request": {"method": "POST", "url": "Consent", "ifNoneExist": "identifier=1"},
        "resource": consent,
    }


class Answering:
    """Gives one answer to everything."""

    def __init__(self, status: int, body: Any, after_silence: bool) -> None:
        self.reply = Reply(status, {}, json.dumps(body).encode(), after_silence)

    def send(self, _call: Call) -> Reply:
        return self.reply


SENT = {"resourceType": "Consent", "status": "active", "meta": {"tag": [{"code": "x"}]}}
KEPT = {**SENT, "id": "1", "meta": meta("v1")}


@pytest.mark.parametrize(
    ("status", "after_silence", "kept", "created"),
    [
        (201, False, KEPT, True),
        (201, True, {**KEPT, "status": "rejected"}, True),
        (200, True, KEPT, True),
        (200, True, {**KEPT, "status": "rejected"}, False),
        (200, True, {"resourceType": "Consent", "id": "1"}, False),
        (200, False, KEPT, False),
    ],
)
def test_what_is_there_after_a_lost_answer_was_created_where_it_is_what_was_sent(
    status: int, after_silence: bool, kept: Resource, created: bool
) -> None:
    alone = FhirClient(Answering(status, kept, after_silence), BASE, GivenToken("x"))
    assert alone.create_if_none(SENT, QUERY) == (kept, created)
    bundle = batched((str(status), kept))
    together = FhirClient(Answering(200, bundle, after_silence), BASE, GivenToken("x"))
    assert together.create_if_none_together([(SENT, QUERY)]) == [(kept, created)]


def test_one_conditional_create_that_fails_fails_the_batch(wire: Wire, fhir: FhirClient) -> None:
    wire.post(FHIR, json={"resourceType": "Bundle", "entry": [{"response": {"status": "403"}}]})
    pair = ({"resourceType": "Consent"}, "identifier=1")
    refusal(lambda: fhir.create_if_none_together([pair]), FhirDenied)


def test_an_invitation_goes_to_the_projects_own_endpoint(wire: Wire, fhir: FhirClient) -> None:
    wire.post(PROJECT_URL, json=membership())
    assert fhir.invite(PROJECT_ID, {"email": "x"}) == membership()
    request = wire.calls[0].request
    assert request.headers["Content-Type"] == "application/json"
    assert json.loads(request.body or b"") == {"email": "x"}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 409, "json": {}}, EditConflict),
        ({"status": 403, "json": {}}, FhirDenied),
        ({"status": 400, "json": OUTCOME}, RemoteMisbehaved),
        ({"status": 400, "body": HTML}, LookUpFirst),
        ({"status": 204, "body": ""}, LookUpFirst),
        ({"status": 500}, LookUpFirst),
        ({"body": HTML}, LookUpFirst),
        ({"body": dropped()}, LookUpFirst),
    ],
)
def test_an_invitation_that_fails_says_how(
    wire: Wire, fhir: FhirClient, answer: dict[str, Any], error: type[BotError]
) -> None:
    wire.post(PROJECT_URL, **answer)
    refusal(lambda: fhir.invite(PROJECT_ID, {}), error)


NOT_THE_CONSENT = [
    None,
    [1],
    OUTCOME,
    {"resourceType": "Consent"},
    {"resourceType": "Patient", "id": "1"},
]


@pytest.mark.parametrize("status", ["200", "201 Created"])
@pytest.mark.parametrize("resource", NOT_THE_CONSENT, ids=str)
def test_a_create_in_a_batch_is_open_where_the_answer_is_not_the_resource(
    wire: Wire, fhir: FhirClient, resource: Any, status: str
) -> None:
    wire.post(FHIR, json=batched((status, resource)))
    new = {"resourceType": "Consent"}
    for ask in (
        lambda: fhir.create_together([new]),
        lambda: fhir.create_if_none_together([(new, QUERY)]),
    ):
        told = refusal(ask, LookUpFirst)
        assert told.startswith("The FHIR server was asked to create the Consent and ")
