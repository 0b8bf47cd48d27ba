"""Mail by the Medplum server: what it is sent, and what each of its answers means."""

import json
from typing import Any

import pytest
import responses

from shared.errors import BotError, LookUpFirst, Misconfigured, RemoteUnavailable, Throttled
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.sending import Http
from shared.mail.medplum import DENIED, REFUSED, MedplumMail
from shared.mail.message import MailMessage
from tests.builders import dropped, no_connection

BASE = "https://fhir.example.com/"
URL = f"{BASE}email/v1/send"
MESSAGE = MailMessage("jane@clinic.example", "An invitation", "Sign in: https://app.example/\n")
WRITTEN = {"to": MESSAGE.to, "subject": MESSAGE.subject, "text": MESSAGE.text}
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}


def send(sender: str = "", **answer: Any) -> Any:
    with responses.RequestsMock() as wire:
        wire.post(URL, **answer)
        fhir = FhirClient(Http(), BASE, GivenToken("made-up"), lambda _: True)
        MedplumMail(fhir, sender).send(MESSAGE)
        (call,) = wire.calls
        return json.loads(call.request.body or "")


@pytest.mark.parametrize(
    ("sender", "sent"),
    [("", WRITTEN), ("erx@clinic.example", {**WRITTEN, "from": "erx@clinic.example"})],
)
def test_a_mail_is_sent_once(sender: str, sent: dict[str, str]) -> None:
    assert send(sender, json={"resourceType": "OperationOutcome", "id": "ok"}) == sent


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        ({"status": 403, "json": OUTCOME}, Misconfigured, DENIED),
        ({"status": 400, "json": OUTCOME}, Misconfigured, REFUSED),
        ({"status": 404, "json": OUTCOME}, Misconfigured, REFUSED),
        ({"status": 409, "json": OUTCOME}, Misconfigured, REFUSED),
        ({"status": 400, "body": "<html>"}, LookUpFirst, None),
        ({"status": 403, "body": "<html>"}, LookUpFirst, None),
        ({"status": 404, "body": ""}, LookUpFirst, None),
        ({"status": 409, "json": {}}, LookUpFirst, None),
        ({"status": 200, "json": {"Result": "ERROR"}}, LookUpFirst, None),
        ({"status": 429}, Throttled, None),
        ({"status": 502}, LookUpFirst, None),
        ({"body": dropped()}, LookUpFirst, None),
        ({"body": no_connection()}, RemoteUnavailable, None),
        ({"status": 200, "body": "<html>"}, LookUpFirst, None),
    ],
)
def test_what_an_answer_means(
    answer: dict[str, Any], error: type[BotError], sentence: str | None
) -> None:
    with pytest.raises(error) as caught:
        send(**answer)
    assert MESSAGE.to not in str(caught.value)
    assert sentence is None or str(caught.value) == sentence
