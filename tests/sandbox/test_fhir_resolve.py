"""A functions endpoint that is told only a bot's id finds the handler through the FHIR server."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from deploy.sandbox.fhir.app import FhirServer, create_app
from deploy.sandbox.functions.app import create_app as create_functions
from deploy.sandbox.functions.resolve import BotResolver, may_send_token
from deploy.sandbox.serve import LocalServer
from fhir_profiles.systems import MEDPLUM_BOTS


def enroll(payload: dict, context: Any) -> dict:
    return {"ran": "enroll", "function": context.function_name}


def other(payload: dict, context: Any) -> dict:
    return {"ran": "other"}


HANDLERS = {"enroll-bot": enroll}


@dataclass
class World:
    server: FhirServer
    url: str
    bot: str
    token: str

    def payload(self, **changes: Any) -> dict:
        base = {"bot": {"reference": f"Bot/{self.bot}"}, "baseUrl": self.url}
        return {**base, "accessToken": self.token, **changes}

    def bot_reads(self) -> int:
        calls = requests.get(f"{self.url}_sandbox/calls", timeout=10).json()["counts"]
        return calls.get(f"GET /fhir/R4/Bot/{self.bot}", 0)


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FhirServer, str]]:
    with LocalServer() as lambda_http, LocalServer() as http:
        lambda_http.start(create_functions({}, BotResolver(HANDLERS)))
        server = create_app(base_url=http.url, functions_url=lambda_http.url)
        http.start(server)
        yield server, http.url
    server.close()


@pytest.fixture
def world(served: tuple[FhirServer, str]) -> World:
    server, url = served
    project = server.add_project("Clinic")
    bot = server.add_bot(project, "bot", [{"system": MEDPLUM_BOTS, "value": "enroll-bot"}])
    requests.delete(f"{url}_sandbox/calls", timeout=10)
    return World(server, url, bot.id, server.token_for(bot.membership_id))


def test_bot_without_a_function_name_runs(world):
    headers = {"Authorization": f"Bearer {world.token}"}
    url = f"{world.url}fhir/R4/Bot/{world.bot}/$execute"
    expected = {"ran": "enroll", "function": f"medplum-bot-lambda-{world.bot}"}
    for _ in range(2):
        assert requests.post(url, json={}, headers=headers, timeout=10).json() == expected
    assert world.bot_reads() == 1


def test_bot_is_looked_up_once(world):
    resolve = BotResolver(HANDLERS)
    assert [resolve(world.payload()) for _ in range(3)] == [enroll] * 3
    assert world.bot_reads() == 1


def test_bot_whose_id_is_known_is_not_looked_up(world):
    resolve = BotResolver(HANDLERS, {world.bot: other})
    assert resolve(world.payload(baseUrl="http://example.invalid/")) is other
    assert resolve(world.payload()) is other
    assert world.bot_reads() == 0


def test_bot_with_another_identifier_has_no_handler(world):
    assert BotResolver({"other-bot": other})(world.payload()) is None


def test_failed_look_up_is_tried_again(world):
    resolve = BotResolver(HANDLERS)
    assert resolve(world.payload(accessToken="wrong")) is None
    fault = {"path": "/fhir/R4/Bot/.*", "kind": "html", "status": 200}
    requests.post(f"{world.url}_sandbox/faults", json=fault, timeout=10)
    assert resolve(world.payload()) is None
    assert resolve(world.payload()) is enroll


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        {},
        {"bot": "Bot/1", "baseUrl": "http://127.0.0.1/", "accessToken": "t"},
        {"bot": {"reference": "Bot/../Patient/1"}, "baseUrl": "https://a/", "accessToken": "t"},
        {"bot": {"reference": "Patient/1"}, "baseUrl": "https://a/", "accessToken": "t"},
        {"bot": {"reference": "Bot/1"}, "baseUrl": 5, "accessToken": "t"},
        {"bot": {"reference": "Bot/1"}, "baseUrl": "https://a/"},
    ],
)
def test_payload_that_names_no_bot_has_no_handler(payload):
    assert BotResolver(HANDLERS)(payload) is None


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://api.medplum.com/", True),
        ("http://127.0.0.1:8103/", True),
        ("http://localhost:8103/", True),
        ("http://[::1]:8103/", True),
        ("http://api.medplum.com/", False),
        ("http://127.0.0.1.example.com/", False),
        ("http://127.0.0.1@example.com/", False),
        ("https://someone@example.com/", False),
        ("ftp://127.0.0.1/", False),
        ("https:///", False),
        ("", False),
    ],
)
def test_token_goes_over_tls_or_stays_on_this_machine(base_url, expected):
    assert may_send_token(base_url) is expected


def test_reference_that_leads_elsewhere_is_not_read(world):
    for reference in (f"Bot/../Bot/{world.bot}", f"Patient/../Bot/{world.bot}", "Bot/.."):
        assert BotResolver(HANDLERS)(world.payload(bot={"reference": reference})) is None
    assert world.bot_reads() == 0


def test_token_is_sent_whatever_a_netrc_says(world, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert BotResolver(HANDLERS)(world.payload()) is enroll


def test_token_is_not_sent_in_clear_to_another_address(world):
    elsewhere = world.url.replace("127.0.0.1", "0.0.0.0")
    assert requests.get(f"{elsewhere}healthcheck", timeout=10).status_code == 200
    assert BotResolver(HANDLERS)(world.payload(baseUrl=elsewhere)) is None
    assert world.bot_reads() == 0


def test_redirect_is_not_followed(world):
    seen: list[str] = []

    async def redirect(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["path"])
        target = f"{world.url}fhir/R4/Bot/{world.bot}".encode()
        start = {"type": "http.response.start", "status": 302, "headers": [(b"location", target)]}
        await send(start)
        await send({"type": "http.response.body", "body": b""})

    with LocalServer() as elsewhere:
        elsewhere.start(redirect)
        assert BotResolver(HANDLERS)(world.payload(baseUrl=elsewhere.url)) is None
    assert seen == [f"/fhir/R4/Bot/{world.bot}"]
    assert world.bot_reads() == 0
