"""The relay's endpoint as a function of events: what reaches a bot, and what is answered."""

import base64
import json
import logging
from typing import Any

import pytest

from deploy.aws.functions.relay_endpoint import relay_endpoint
from deploy.relay import rules
from deploy.relay.rules import LARGEST_BODY, CallRefusal, RelaySettings, signature
from shared.errors import BotError, StageRefused, Unforeseen
from shared.runtime.log import LOGGER

SECRET = "Sentinel0Relay1Secret2Of3Some4Length5"
SERVER = "https://api.example.org/"
NOW_S = 1_790_000_000.0
NOW = str(int(NOW_S * 1000))
PAYLOAD = {"baseUrl": SERVER, "input": {"name": "Never Logged"}, "accessToken": "never-logged"}
CONTEXT = object()


class World:
    """An endpoint with a bot that keeps its payloads, and settings that count who asks."""

    def __init__(self, settings: RelaySettings | None, comes_to: Any = None) -> None:
        self._settings = settings
        self._comes_to = comes_to
        self.asked = 0
        self.ran: list[tuple[Any, Any]] = []
        self.handler = relay_endpoint(self.run_bot, self.settings, lambda: NOW_S)

    def settings(self) -> RelaySettings | None:
        self.asked += 1
        return self._settings

    def run_bot(self, payload: Any, context: Any) -> Any:
        self.ran.append((payload, context))
        if isinstance(self._comes_to, Exception):
            raise self._comes_to
        return self._comes_to

    def answer(self, event: dict[str, Any]) -> tuple[int, Any]:
        answer = self.handler(event, CONTEXT)
        assert answer["headers"]["Content-Type"] == "application/json"
        return answer["statusCode"], json.loads(answer["body"])


SETTINGS = RelaySettings(SECRET, frozenset([SERVER]))


@pytest.fixture
def world() -> World:
    return World(SETTINGS, {"url": "https://example.org/"})


def event(
    payload: Any = PAYLOAD, *, secret: str = SECRET, time: str = NOW, **changes: Any
) -> dict[str, Any]:
    """A request as a function URL hands it to a function."""
    body = changes.pop("body", None) or json.dumps({"callId": "1", "payload": payload})
    headers = {
        "content-type": "application/json",
        "X-Relay-Time": time,
        "x-relay-signature": signature(secret, time, body.encode()),
    }
    return {
        "version": "2.0",
        "headers": headers,
        "requestContext": {"http": {"method": "POST"}},
        "body": body,
        "isBase64Encoded": False,
        **changes,
    }


def refused(refusal: CallRefusal) -> tuple[int, Any]:
    error = {"errorType": "Misconfigured", "errorMessage": refusal.sentence}
    return refusal.status, {"error": error}


def test_a_signed_call_runs_the_bot_and_answers_what_it_returns(world: World) -> None:
    assert world.answer(event()) == (200, {"result": {"url": "https://example.org/"}})
    assert world.ran == [(PAYLOAD, CONTEXT)]


@pytest.mark.parametrize("result", [None, [], {}, [{"a": 1}], 0, False, "text"])
def test_whatever_a_bot_returns_is_the_result(result: Any) -> None:
    assert World(SETTINGS, result).answer(event()) == (200, {"result": result})


@pytest.mark.parametrize("error", [StageRefused("Not yet."), Unforeseen("Report this.")])
def test_what_a_bot_raises_is_an_answer_too(error: BotError) -> None:
    told = {"errorType": type(error).__name__, "errorMessage": str(error)}
    assert World(SETTINGS, error).answer(event()) == (200, {"error": told})


def test_a_body_in_base64_is_the_same(world: World) -> None:
    plain = event()
    encoded = base64.b64encode(plain["body"].encode()).decode()
    assert world.answer({**plain, "body": encoded, "isBase64Encoded": True})[0] == 200


def test_letters_of_every_kind_are_signed_as_their_bytes(world: World) -> None:
    body = json.dumps({"callId": "1", "payload": {**PAYLOAD, "input": "Zoë ☃"}}, ensure_ascii=False)
    assert world.answer(event(body=body))[0] == 200
    assert world.ran[0][0]["input"] == "Zoë ☃"


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (event(requestContext={"http": {"method": "GET"}}), rules.POSTED_ONLY),
        (event(body="x" * (LARGEST_BODY + 1)), rules.TOO_LARGE),
        (event(headers={}), rules.OTHER_TIME),
        (event(time=str(int(NOW) - 300_001)), rules.OTHER_TIME),
        (event(time=str(int(NOW) + 300_001)), rules.OTHER_TIME),
        ({**event(), "headers": {"x-relay-time": NOW}}, rules.NOT_SIGNED),
    ],
)
def test_a_strangers_call_is_refused_before_the_secret_is_asked_for(
    world: World, sent: dict[str, Any], refusal: CallRefusal
) -> None:
    assert world.answer(sent) == refused(refusal)
    assert (world.asked, world.ran) == (0, [])


@pytest.mark.parametrize(
    ("sent", "refusal"),
    [
        (event(secret="another"), rules.NOT_SIGNED),
        (event(body="no json", secret="another"), rules.NOT_SIGNED),
        (event({"baseUrl": "https://evil.example/"}, secret="another"), rules.NOT_SIGNED),
        ({**event(), "body": json.dumps({"callId": "2", "payload": PAYLOAD})}, rules.NOT_SIGNED),
        (event(body="no json"), rules.MALFORMED),
        (event(body="[" * 1000 + "]" * 1000), rules.MALFORMED),
        (event({**PAYLOAD, "baseUrl": "https://evil.example/"}), rules.OTHER_SERVER),
    ],
)
def test_a_call_that_is_none_of_ours_runs_no_bot(
    world: World, sent: dict[str, Any], refusal: CallRefusal
) -> None:
    assert world.answer(sent) == refused(refusal)
    assert world.ran == []


def test_a_call_is_taken_once(world: World) -> None:
    assert world.answer(event())[0] == 200
    assert world.answer(event()) == refused(rules.SEEN_BEFORE)
    assert len(world.ran) == 1


def test_a_call_that_somebody_else_signed_does_not_use_up_the_right_one(world: World) -> None:
    right = event()
    for changed in (event(secret="another"), {**right, "body": right["body"] + " "}):
        assert world.answer(changed) == refused(rules.NOT_SIGNED)
    assert world.answer(right)[0] == 200


@pytest.mark.parametrize("settings", [None, RelaySettings("", frozenset([SERVER]))])
def test_where_no_relay_is_set_up_nothing_is_signed(settings: RelaySettings | None) -> None:
    world = World(settings)
    assert world.answer(event(secret="")) == refused(rules.NOT_SIGNED)
    assert world.ran == []


def test_what_is_our_own_fault_is_raised_without_its_text() -> None:
    with pytest.raises(Unforeseen, match="KeyError in") as raised:
        World(SETTINGS, KeyError("Never Logged")).handler(event(), CONTEXT)
    assert "Never Logged" not in str(raised.value)


def test_nothing_of_a_body_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, LOGGER.name):
        World(SETTINGS, StageRefused("Never Logged")).answer(event())
        World(SETTINGS).answer(event({**PAYLOAD, "baseUrl": "https://never-logged.example/"}))
        World(SETTINGS).answer(event(body="Never Logged"))
    assert "relay-refused" in caplog.text
    assert "ever" not in caplog.text
    assert SECRET not in caplog.text
