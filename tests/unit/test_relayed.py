"""Bots that the relay runs: what they are wanted to be, and what the doctor makes of them."""

import json
from typing import Any

import pytest

from bots.catalog import BOTS
from deploy.cli.secret_input import generated_relay_secret
from deploy.medplum.doctor.bot_checks import PROBE, check_function
from deploy.medplum.doctor.relay_checks import check_code, check_endpoint
from deploy.medplum.project_secrets import is_relayed
from deploy.medplum.relayed import (
    binary_of_code,
    is_deployed,
    marked,
    relay_code,
    wanted_relay_bot,
)
from deploy.medplum.wanted import wanted_bot
from deploy.relay.rules import NOT_SIGNED, OTHER_TIME
from fhir_profiles.systems import (
    MEDPLUM_BOT_EXTERNAL_FUNCTION_ID,
    MEDPLUM_BOTS,
    RELAY_DEPLOYED,
)
from shared.fhir.executed import NotRun
from shared.http.sending import Reply
from shared.runtime import known_secrets
from shared.runtime.payload import Secret

BOT = BOTS[0]
OURS = {"system": MEDPLUM_BOTS, "value": BOT.identifier}
FUNCTION = {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": "f:live"}
URL = "https://bots.example.org/relay"
(PROBED,) = PROBE


def complete(found: dict[str, Any], runtime: str | None = None) -> dict[str, Any]:
    return marked(wanted_relay_bot(found, BOT, runtime))


@pytest.mark.parametrize("bot", BOTS, ids=lambda bot: bot.name)
@pytest.mark.parametrize("runtime", [None, "vmcontext"])
def test_a_relayed_bot_that_is_as_wanted_is_wanted_as_it_is(bot: Any, runtime: str | None) -> None:
    once = marked(wanted_relay_bot({"id": "1", "cronString": "* * * * *"}, bot, runtime))
    assert marked(wanted_relay_bot(once, bot, None)) == once
    assert (once["id"], once["cronString"]) == ("1", "* * * * *")
    assert once["timeout"] > bot.timeout_s


@pytest.mark.parametrize(
    ("own", "asked", "wanted"),
    [
        (None, None, "awslambda"),
        ("awslambda", None, "awslambda"),
        ("vmcontext", None, "vmcontext"),
        ("fission", None, "awslambda"),
        ("vmcontext", "awslambda", "awslambda"),
        (None, "vmcontext", "vmcontext"),
    ],
)
def test_a_bot_keeps_its_runtime_unless_another_is_asked_for(
    own: str | None, asked: str | None, wanted: str
) -> None:
    found = {} if own is None else {"runtimeVersion": own}
    assert wanted_relay_bot(found, BOT, asked)["runtimeVersion"] == wanted


def test_the_relay_and_a_function_replace_each_other() -> None:
    by_function = wanted_bot({}, BOT, "f:live")
    by_relay = complete(by_function)
    assert [one["system"] for one in by_relay["identifier"]] == [MEDPLUM_BOTS, RELAY_DEPLOYED]
    assert wanted_bot(by_relay, BOT, "f:live")["identifier"] == [OURS, FUNCTION]


DEPLOYED = complete({})


@pytest.mark.parametrize(
    ("found", "runtime", "code", "deployed"),
    [
        (DEPLOYED, None, relay_code(), True),
        (DEPLOYED, None, f"{relay_code()}\n", False),
        (DEPLOYED, None, None, False),
        (DEPLOYED, "vmcontext", relay_code(), False),
        ({**DEPLOYED, "identifier": [OURS]}, None, relay_code(), False),
        ({**DEPLOYED, "runtimeVersion": "vmcontext"}, None, relay_code(), False),
        ({}, None, None, False),
    ],
)
def test_what_is_deployed_has_the_code_and_was_made_a_function_as_it_is_wanted(
    found: dict[str, Any], runtime: str | None, code: str | None, deployed: bool
) -> None:
    assert is_deployed(found, wanted_relay_bot(found, BOT, runtime), code) is deployed


def test_the_relays_code_names_what_the_endpoint_reads() -> None:
    code = relay_code()
    for name in (
        known_secrets.RELAY_URL,
        known_secrets.RELAY_SECRET,
        "X-Relay-Time",
        "X-Relay-Signature",
    ):
        assert name in code
    # A Medplum server takes `module.exports` for nothing, and a word `export` for an ES module.
    assert "exports.handler = " in code
    assert "module.exports" not in code


def stored(**values: str) -> dict[str, Secret]:
    return {name: Secret(valueString=value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("given", "kept", "relayed"),
    [
        ({}, {}, False),
        ({"RELAY_SECRET": "x"}, {}, False),
        ({"RELAY_URL": URL}, {}, True),
        ({}, {"RELAY_URL": URL}, True),
        ({}, {"RELAY_URL": ""}, False),
    ],
)
def test_bots_are_relayed_where_there_is_an_endpoint(
    given: dict[str, str], kept: dict[str, str], relayed: bool
) -> None:
    assert is_relayed(given, stored(**kept)) is relayed
    made = generated_relay_secret(given, stored(**kept))
    assert (set(made) == {"RELAY_SECRET"}) is (relayed and "RELAY_SECRET" not in given)


def test_a_relay_secret_is_made_up_only_where_there_is_none() -> None:
    first, second = (generated_relay_secret({"RELAY_URL": URL}, {}) for _ in range(2))
    assert first != second
    assert known_secrets.malformed(known_secrets.RELAY_SECRET, first["RELAY_SECRET"]) is None
    assert generated_relay_secret({}, stored(RELAY_URL=URL, RELAY_SECRET="x" * 32)) == {}
    assert generated_relay_secret({"RELAY_URL": URL, "RELAY_SECRET": "x" * 32}, {}) == {}


@pytest.mark.parametrize(
    ("name", "value", "is_well_formed"),
    [
        ("RELAY_URL", URL, True),
        ("RELAY_URL", "http://127.0.0.1:8105/relay", True),
        ("RELAY_URL", "http://bots.example.org/relay", False),
        ("RELAY_URL", f"{URL}?x=1", False),
        ("RELAY_SECRET", "x" * 32, True),
        ("RELAY_SECRET", "x" * 31, False),
        ("RELAY_SECRET", "é" * 32, False),
    ],
)
def test_the_relays_secrets_have_a_form(name: str, value: str, is_well_formed: bool) -> None:
    assert (known_secrets.malformed(name, value) is None) is is_well_formed


@pytest.mark.parametrize(
    ("deployed", "sentence"),
    [
        ({"a": relay_code(), "b": relay_code()}, "The relay's on 2 Bots."),
        (
            {"a": relay_code(), "b": None, "c": "x"},
            "The code of b, c is not the relay's. Run `prescriber-bots register`.",
        ),
    ],
)
def test_code_that_is_not_the_relays_is_named(
    deployed: dict[str, str | None], sentence: str
) -> None:
    assert check_code(deployed).sentence == sentence


def reply(status: int, body: Any) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Reply(status, {}, content)


def refusing(sentence: str) -> dict[str, Any]:
    return {"error": {"errorType": "Misconfigured", "errorMessage": sentence}}


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (reply(401, refusing(OTHER_TIME.sentence)), "ok"),
        (reply(200, {"result": {}}), "missing"),
        (reply(200, refusing(OTHER_TIME.sentence)), "missing"),
        (reply(401, refusing(NOT_SIGNED.sentence)), "missing"),
        (reply(401, {"error": "no"}), "missing"),
        (reply(404, b"<html>"), "missing"),
        (reply(401, b""), "missing"),
        (reply(401, []), "missing"),
    ],
)
def test_only_an_endpoint_of_the_relay_refuses_an_unsigned_call_as_it_does(
    answer: Reply, verdict: str
) -> None:
    assert check_endpoint(answer).verdict == verdict


@pytest.mark.parametrize(
    "text",
    [
        f"The form was refused. {PROBED}: this bot has no such input; remove it.",
        f"The bot's input was refused. {PROBED}: this bot has no such input; remove it.",
        "The bot's input was refused. EventType: is required; add it.",
    ],
)
def test_a_bot_that_refuses_the_probe_answers_also_as_an_outcome(text: str) -> None:
    outcome = {"resourceType": "OperationOutcome", "issue": [{"details": {"text": text}}]}
    assert check_function(NotRun(400, outcome)).verdict == "ok"


@pytest.mark.parametrize(
    ("url", "binary"),
    [
        ("Binary/3f-1", "3f-1"),
        ("https://api.example.org/fhir/R4/Binary/3f-1", "3f-1"),
        ("http://localhost:8103/storage/3f-1/9c-2?Expires=1&Signature=a%2Fb", "3f-1"),
        ("https://storage.medplum.com/binary/3f-1/9c-2?Expires=1&Signature=Binary/x", "3f-1"),
        ("", None),
        (None, None),
    ],
)
def test_a_bots_code_is_found_behind_whatever_link_a_server_shows(
    url: str | None, binary: str | None
) -> None:
    assert binary_of_code({"executableCode": {"url": url}}) == binary


def test_a_bot_without_code_has_none() -> None:
    assert binary_of_code({}) is None
