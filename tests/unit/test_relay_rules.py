"""Which calls the relay's endpoint takes, as tables."""

import json
from typing import Any

import pytest

from deploy.relay import rules
from deploy.relay.rules import (
    LARGEST_BODY,
    MOST_APART_MS,
    RelayRequest,
    is_signed,
    payload_of,
    refusal_of_anybody,
    sent_ms,
    signature,
)
from deploy.relay.seen import SeenSignatures

SECRET = "Sentinel0Relay1Secret2Of3Some4Length5"
NOW = 1_790_000_000_000
BODY = b'{"callId": "1", "payload": {}}'
SERVER = "https://api.example.org/"
LISTED = frozenset([SERVER])


def request(
    *, time: str | None = str(NOW), signed: str | None = "0" * 64, **changes: Any
) -> RelayRequest:
    given = {rules.TIME: time, rules.SIGNATURE: signed}
    headers = {name: value for name, value in given.items() if value is not None}
    return RelayRequest(**{"method": "POST", "headers": headers, "body": BODY, **changes})


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (request(), None),
        (request(method="GET"), rules.POSTED_ONLY),
        (request(method="PUT"), rules.POSTED_ONLY),
        (request(body=b"x" * LARGEST_BODY), None),
        (request(body=b"x" * (LARGEST_BODY + 1)), rules.TOO_LARGE),
        (request(time=str(NOW - MOST_APART_MS)), None),
        (request(time=str(NOW + MOST_APART_MS)), None),
        (request(time=str(NOW - MOST_APART_MS - 1)), rules.OTHER_TIME),
        (request(time=str(NOW + MOST_APART_MS + 1)), rules.OTHER_TIME),
        (request(time=None), rules.OTHER_TIME),
        (request(time=""), rules.OTHER_TIME),
        (request(time=f"+{NOW}"), rules.OTHER_TIME),
        (request(time=f" {NOW}"), rules.OTHER_TIME),
        (request(time=f"{NOW}\n"), rules.OTHER_TIME),
        (request(time=f"{NOW}.0"), rules.OTHER_TIME),
        (request(time=str(NOW // 1000)), rules.OTHER_TIME),
        (request(time=str(NOW).replace("1", "\N{ARABIC-INDIC DIGIT ONE}")), rules.OTHER_TIME),
        (request(signed=None), rules.NOT_SIGNED),
        (request(signed="0" * 63), rules.NOT_SIGNED),
        (request(signed="0" * 65), rules.NOT_SIGNED),
        (request(signed="G" * 64), rules.NOT_SIGNED),
        (request(signed="\N{ARABIC-INDIC DIGIT ONE}" * 64), rules.NOT_SIGNED),
        (request(method="GET", body=b"x" * 2**22, time="", signed=None), rules.POSTED_ONLY),
        (request(body=b"x" * 2**22, time="", signed=None), rules.TOO_LARGE),
        (request(time="", signed=None), rules.OTHER_TIME),
    ],
)
def test_what_everybody_can_see_is_looked_at_in_one_order(asked, refusal):
    assert refusal_of_anybody(asked, NOW) == refusal


def test_the_call_says_when_it_was_sent():
    assert (sent_ms(request()), sent_ms(request(time="soon"))) == (NOW, None)


RIGHT = signature(SECRET, str(NOW), BODY)


@pytest.mark.parametrize(
    ("asked", "secret", "signed"),
    [
        (request(signed=RIGHT), SECRET, True),
        (request(signed=RIGHT), "another", False),
        (request(signed=RIGHT, body=BODY + b" "), SECRET, False),
        (request(signed=RIGHT, time=str(NOW + 1)), SECRET, False),
        (request(signed=signature("", str(NOW), BODY)), "", False),
        (request(signed=signature(SECRET, "", str(NOW).encode() + b"." + BODY)), SECRET, False),
    ],
)
def test_a_signature_is_of_secret_time_and_body(asked, secret, signed):
    assert is_signed(asked, secret) is signed


def test_a_signature_is_what_other_programs_make_of_it():
    # printf '1790000000000.{}' | openssl dgst -sha256 -hmac key
    told = "873181e67a0ebec4bff9fae988c547c266bffe2c20291d7511e24db91c092215"
    assert signature("key", str(NOW), b"{}") == told


def body(payload: Any, **more: Any) -> bytes:
    return json.dumps({"callId": "1", "payload": payload, **more}).encode()


def nested(depth: int) -> bytes:
    given = "[" * depth + "]" * depth
    return f'{{"callId": "1", "payload": {{"baseUrl": "{SERVER}", "input": {given}}}}}'.encode()


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (body({"baseUrl": SERVER, "input": [1]}), {"baseUrl": SERVER, "input": [1]}),
        (body({"baseUrl": SERVER[:-1]}), {"baseUrl": SERVER[:-1]}),
        (body({"baseUrl": "https://api.example.org.evil.example/"}), rules.OTHER_SERVER),
        (body({"baseUrl": "https://evil.example/"}), rules.OTHER_SERVER),
        (body({"baseUrl": "https://api.example.org@evil.example/"}), rules.OTHER_SERVER),
        (body({"baseUrl": "https://api.example.org/fhir/"}), rules.OTHER_SERVER),
        (body({"baseUrl": "http://api.example.org/"}), rules.OTHER_SERVER),
        (body({"baseUrl": f"{SERVER}?x"}), rules.OTHER_SERVER),
        (body({"baseUrl": [SERVER]}), rules.OTHER_SERVER),
        (body({}), rules.OTHER_SERVER),
        (body([]), rules.MALFORMED),
        (body(None), rules.MALFORMED),
        (body({"baseUrl": SERVER}, more=1), rules.MALFORMED),
        (body({"baseUrl": SERVER}, callId=1), rules.MALFORMED),
        (b"", rules.MALFORMED),
        (b"[]", rules.MALFORMED),
        (b"{", rules.MALFORMED),
        (b"\xff", rules.MALFORMED),
        (nested(1000), rules.MALFORMED),
        (nested(1_000_000), rules.MALFORMED),
    ],
)
def test_a_payload_is_of_a_server_that_is_listed(sent, taken):
    assert payload_of(sent, LISTED) == taken


def test_a_resource_is_never_nested_too_deeply():
    assert payload_of(nested(100), LISTED)["baseUrl"] == SERVER


@pytest.mark.parametrize(
    "refusal",
    [one for one in vars(rules).values() if isinstance(one, rules.CallRefusal)],
    ids=lambda one: one.status.name,
)
def test_a_refusal_is_a_status_and_a_sentence(refusal):
    assert 400 <= refusal.status < 500
    assert refusal.sentence.endswith(".")


def test_settings_and_requests_show_nothing_secret():
    shown = repr(rules.RelaySettings(SECRET, LISTED)) + repr(request(signed=RIGHT))
    assert (SECRET in shown, RIGHT in shown, "callId" in shown) == (False, False, False)


def test_a_signature_is_taken_once_for_as_long_as_its_time_is_allowed():
    seen = SeenSignatures()
    ahead = NOW + MOST_APART_MS
    assert seen.take("a", ahead, NOW)
    assert not seen.take("a", ahead, NOW)
    assert not seen.take("a", ahead, ahead + MOST_APART_MS)
    assert seen.take("b", NOW, NOW)


def test_what_would_be_refused_for_its_time_is_forgotten():
    seen = SeenSignatures()
    for number in range(100):
        assert seen.take(str(number), NOW, NOW)
    assert seen.take("later", NOW + MOST_APART_MS + 1, NOW + MOST_APART_MS + 1)
    assert len(seen) == 1
