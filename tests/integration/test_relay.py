"""The relay over HTTP: its endpoint beside the functions, and its bot in Node.js."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

import deploy.relay
from deploy.relay import rules
from deploy.relay.rules import CallRefusal, RelaySettings, signature
from deploy.sandbox.sandbox import functions_app
from deploy.sandbox.serve import LocalServer
from tests.integration.clinic import ADMIN_BOT, Clinic, Member
from tests.integration.relaying import Node, require_node

SECRET = "Sentinel0Relay1Secret2Of3Some4Length5"
CODE = (Path(deploy.relay.__file__).parent / "relay_bot.cjs").read_text("utf-8")
TIMEOUT_S = 30
Relayed = Callable[..., dict[str, Any]]
UNREACHABLE = {
    "errorType": "RemoteUnavailable",
    "errorMessage": "The endpoint that runs the bots could not be reached."
    " Try again in a few minutes.",
}


@pytest.fixture
def endpoint(clinic: Clinic) -> Iterator[str]:
    """The URL of an endpoint that takes the calls of the sandbox's FHIR server."""
    settings = RelaySettings(SECRET, frozenset([clinic.fhir_url]))
    with LocalServer() as server:
        yield f"{server.start(functions_app(relay=settings)).url}relay"


@pytest.fixture
def payload(clinic: Clinic, prescriber: Member) -> dict[str, Any]:
    """What the server gives the enroll bot; the administrator asks it to enroll somebody."""
    bot_id = clinic.sandbox.ready["bots"][ADMIN_BOT]["id"]
    project = clinic.sandbox.fhir.resources("Project")[0]
    return {
        "bot": {"reference": f"Bot/{bot_id}", "display": ADMIN_BOT},
        "baseUrl": clinic.fhir_url,
        "requester": {"reference": f"Practitioner/{clinic.admin.id}"},
        "accessToken": clinic.admin.token,
        "input": {"practitionerId": prescriber.id, "practitionerRoleTypes": [1]},
        "contentType": "application/json",
        "secrets": {one["name"]: one for one in project["secret"]},
        "traceId": "5b0e5f0a-7c5b-4d0f-9d06-6a6c0f6f1b7e",
        "headers": {"x-zoë": "☃"},
    }


def sent(
    endpoint: str,
    body: bytes,
    *,
    secret: str = SECRET,
    later_s: float = 0.0,
) -> requests.Response:
    """What the endpoint answers to a call that says it was sent so much later than now."""
    sent_at = str(int((time.time() + later_s) * 1000))
    headers = {"X-Relay-Time": sent_at, "X-Relay-Signature": signature(secret, sent_at, body)}
    return requests.post(endpoint, data=body, headers=headers, timeout=TIMEOUT_S)


def call(payload: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({"callId": "1", "payload": {**payload, **changes}}).encode()


def refused(reply: requests.Response, refusal: CallRefusal) -> bool:
    return (reply.status_code, reply.json()["error"]["errorMessage"]) == (
        refusal.status,
        refusal.sentence,
    )


def test_a_signed_call_enrolls(
    clinic: Clinic, prescriber: Member, endpoint: str, payload: dict[str, Any]
) -> None:
    reply = sent(endpoint, call(payload))
    assert reply.status_code == 200
    assert reply.json()["result"]["doseSpotClinicianId"] == clinic.clinician(prescriber)["id"]


def test_what_is_none_of_the_relays_runs_no_bot_and_costs_no_call(
    clinic: Clinic, prescriber: Member, endpoint: str, payload: dict[str, Any]
) -> None:
    right = call(payload)
    clinic.reset()
    assert refused(requests.get(endpoint, timeout=TIMEOUT_S), rules.POSTED_ONLY)
    assert refused(requests.post(endpoint, timeout=TIMEOUT_S), rules.OTHER_TIME)
    assert refused(sent(endpoint, right, secret="another"), rules.NOT_SIGNED)
    assert refused(sent(endpoint, right, secret=""), rules.NOT_SIGNED)
    assert refused(sent(endpoint, right, later_s=-301), rules.OTHER_TIME)
    assert refused(sent(endpoint, right, later_s=302), rules.OTHER_TIME)
    assert refused(
        sent(endpoint, call(payload, baseUrl="https://evil.example/")), rules.OTHER_SERVER
    )
    assert refused(sent(endpoint, b" " * (rules.LARGEST_BODY + 1)), rules.TOO_LARGE)
    assert refused(sent(endpoint, b"[" * 1000 + b"]" * 1000), rules.MALFORMED)
    calls = requests.get(f"{clinic.fhir_url}_sandbox/calls", timeout=TIMEOUT_S).json()["calls"]
    assert calls == []


def test_a_call_that_is_sent_again_runs_nothing(
    clinic: Clinic, endpoint: str, payload: dict[str, Any]
) -> None:
    body, sent_at = call(payload), str(int(time.time() * 1000))
    headers = {"X-Relay-Time": sent_at, "X-Relay-Signature": signature(SECRET, sent_at, body)}
    first, again = (
        requests.post(endpoint, data=body, headers=headers, timeout=TIMEOUT_S) for _ in range(2)
    )
    assert first.status_code == 200
    assert refused(again, rules.SEEN_BEFORE)


def test_without_settings_there_is_no_endpoint() -> None:
    with LocalServer() as server:
        url = f"{server.start(functions_app()).url}relay"
        assert requests.post(url, timeout=TIMEOUT_S).status_code == 404


@pytest.fixture
def relayed(node: Node) -> Relayed:
    """Says what the relay's bot comes to in Node.js."""
    require_node()

    def run(payload: dict[str, Any], url: str, secret: str = SECRET) -> dict[str, Any]:
        own = {"RELAY_URL": url, "RELAY_SECRET": secret}
        secrets = {name: {"name": name, "valueString": value} for name, value in own.items()}
        return node.run(CODE, {**payload, "secrets": {**payload["secrets"], **secrets}})

    return run


def test_the_relays_bot_returns_what_the_bot_returns(
    clinic: Clinic, prescriber: Member, endpoint: str, payload: dict[str, Any], relayed: Relayed
) -> None:
    answer = relayed(payload, endpoint)
    assert answer["result"]["registrationStatus"] == "Pending"
    assert answer["result"]["doseSpotClinicianId"] == clinic.clinician(prescriber)["id"]


def test_the_relays_bot_throws_what_the_bot_raises(
    endpoint: str, payload: dict[str, Any], relayed: Relayed
) -> None:
    error = relayed({**payload, "input": {}}, endpoint)["error"]
    assert error["errorType"] == "InputRefused"
    assert error["errorMessage"].startswith("The bot's input was refused.")


def test_the_relays_bot_throws_why_the_endpoint_refuses(
    endpoint: str, payload: dict[str, Any], relayed: Relayed
) -> None:
    error = relayed(payload, endpoint, secret="another")["error"]
    assert error == {"errorType": "Misconfigured", "errorMessage": rules.NOT_SIGNED.sentence}


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[Any]]]:
    """A server that keeps what it is sent, and answers or redirects; its URL, and what it got."""
    got: list[Any] = []

    async def keep(request: Request) -> Response:
        got.append(await request.json())
        return JSONResponse({"result": {}})

    async def redirect(_: Request) -> Response:
        return RedirectResponse("/keep", status_code=307)

    async def nonsense(_: Request) -> Response:
        return Response("<html>Bad gateway</html>", 502)

    routes = [
        Route(f"/{one.__name__}", one, methods=["POST"]) for one in (keep, redirect, nonsense)
    ]
    with LocalServer() as server:
        yield server.start(Starlette(routes=routes)).url, got


def test_the_relays_bot_passes_everything_on_but_its_own_secret(
    payload: dict[str, Any], elsewhere: tuple[str, list[Any]], relayed: Relayed
) -> None:
    url, got = elsewhere
    assert relayed(payload, f"{url}keep") == {"result": {}}
    assert relayed(payload, f"{url}keep") == {"result": {}}
    first, second = got
    assert (set(first), first["payload"]) == ({"callId", "payload"}, payload)
    assert first["callId"] != second["callId"]


def test_the_relays_bot_passes_on_a_start_without_a_caller(
    payload: dict[str, Any], elsewhere: tuple[str, list[Any]], relayed: Relayed
) -> None:
    url, got = elsewhere
    caller = ("requester", "traceId")
    started = {name: value for name, value in payload.items() if name not in caller}
    scheduled = {**started, "input": {"resourceType": "Bot", "id": "1"}, "headers": {}}
    assert relayed(scheduled, f"{url}keep") == {"result": {}}
    assert got[0]["payload"] == scheduled


@pytest.mark.parametrize("path", ["redirect", "nonsense", "nowhere"])
def test_the_relays_bot_follows_no_redirect_and_speaks_plainly(
    payload: dict[str, Any], elsewhere: tuple[str, list[Any]], path: str, relayed: Relayed
) -> None:
    url, got = elsewhere
    assert relayed(payload, f"{url}{path}") == {"error": UNREACHABLE}
    assert got == []


def test_the_relays_bot_speaks_plainly_where_nothing_listens(
    payload: dict[str, Any], relayed: Relayed
) -> None:
    assert relayed(payload, "http://127.0.0.1:9/relay") == {"error": UNREACHABLE}
