"""A FHIR server's answers for the tests of its client, and how a refusal has to read."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

from fhir_profiles import Resource
from shared.errors import (
    BotError,
    FhirDenied,
    FhirNotFound,
    RemoteMisbehaved,
    RemoteUnavailable,
    Throttled,
)
from tests.builders import PRACTITIONER_ID, dropped, meta, no_connection, practitioner

Wire = responses.RequestsMock
BASE = "https://fhir.example.com/"
FHIR = f"{BASE}fhir/R4/"
JANE = f"Practitioner/{PRACTITIONER_ID}"
MEMBERSHIPS = f"{FHIR}ProjectMembership"
QUERY = "identifier=http%3A%2F%2Fexample.org%7C1"
HTML = "<html><body>Jane Smith</body></html>"
REDIRECT = {"status": 302, "headers": {"Location": "https://elsewhere.example.org/"}}
SECRET_OR_PERSONAL = ("made-up", "Bearer", "Jane", "Smith", "1980", "1234567893", "example")
OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error"}]}

REFUSALS: dict[str, tuple[dict[str, Any], type[BotError]]] = {
    "401": ({"status": 401, "body": ""}, FhirDenied),
    "403": ({"status": 403, "body": HTML}, FhirDenied),
    "404": ({"status": 404, "body": ""}, FhirNotFound),
    "410": ({"status": 410, "body": ""}, FhirNotFound),
    "400": ({"status": 400, "json": OUTCOME}, RemoteMisbehaved),
    "429": ({"status": 429, "body": ""}, Throttled),
    "no connection": ({"body": no_connection()}, RemoteUnavailable),
    "connect time-out": ({"body": requests.ConnectTimeout()}, RemoteUnavailable),
}
UNCLEAR: dict[str, dict[str, Any]] = {
    "400": {"status": 400, "body": HTML},
    "400 in JSON": {"status": 400, "json": {"issue": []}},
    "202": {"status": 202, "json": {}},
    "204": {"status": 204, "body": ""},
    "302": REDIRECT,
    "405": {"status": 405, "json": OUTCOME},
    "408": {"status": 408, "body": ""},
    "422": {"status": 422, "json": OUTCOME},
    "499": {"status": 499, "body": ""},
}
LOST: dict[str, dict[str, Any]] = {
    "500": {"status": 500, "body": HTML},
    "503": {"status": 503, "body": ""},
    "dropped": {"body": dropped()},
    "read time-out": {"body": requests.ReadTimeout()},
}
UNUSABLE: dict[str, dict[str, Any]] = {
    "HTML with 200": {"body": HTML},
    "empty 200": {"body": ""},
    "list": {"json": [1]},
    "OperationOutcome": {"json": OUTCOME},
    "another type": {"json": {"resourceType": "Patient", "id": PRACTITIONER_ID}},
    "no type": {"json": {"id": PRACTITIONER_ID}},
    "no id": {"json": {"resourceType": "Practitioner"}},
    "no text as id": {"json": {"resourceType": "Practitioner", "id": 7}},
}


class Pauses(list[float]):
    """Pauses that take no time, as many as a test allows."""

    allowed = 100

    def __call__(self, seconds: float) -> bool:
        self.append(seconds)
        return len(self) <= self.allowed


def jane(version: int, **changes: Any) -> Resource:
    return practitioner(meta=meta(f"v{version}"), **changes)


def refusal(ask: Callable[[], Any], error: type[BotError]) -> str:
    with pytest.raises(BotError) as raised:
        ask()
    assert type(raised.value) is error
    text = str(raised.value)
    assert [word for word in SECRET_OR_PERSONAL if word in text] == []
    return text


def page(*resources: Any, following: str | None = None) -> Resource:
    link = [] if following is None else [{"relation": "next", "url": following}]
    entry = [{"resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "entry": entry, "link": link}


def batched(*entries: tuple[str, Any]) -> Resource:
    entry = [{"response": {"status": status}, "resource": resource} for status, resource in entries]
    return {"resourceType": "Bundle", "type": "batch-response", "entry": entry}
