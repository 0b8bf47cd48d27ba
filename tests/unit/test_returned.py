"""When a bot's error is returned as an OperationOutcome, and when it is raised."""

import json
from contextlib import suppress
from typing import Any

import pytest

from shared.errors import BotError, Misconfigured, NotAuthorized, Unforeseen
from shared.fhir.executed import executed
from shared.http.sending import Call, Reply
from shared.runtime.lambda_handler import lambda_handler
from shared.runtime.outcome import operation_outcome
from shared.runtime.returned import PROBE, returning
from shared.runtime.services import Services
from tests.builders import ABSENT, lambda_payload, secrets
from tests.unit.test_outcome import Given

REFUSED = NotAuthorized("Ask an administrator.")
NOTHING = {"practitionerId": "a"}


class Nobody:
    """A server that keeps whatever AuditEvent it is sent."""

    def send(self, call: Call) -> Reply:
        return Reply(200, {}, b"{}")


def handler(error: Exception = REFUSED) -> Any:
    def bot(*_: Any) -> Any:
        raise error

    return returning(
        lambda_handler("made_up", Given, bot, lambda: Services(http=Nobody()), timeout_s=60)
    )


def payload(setting: str | None, given: Any = None) -> Any:
    named = {} if setting is None else {"MEDPLUM_BOT_ERRORS": setting}
    return lambda_payload(NOTHING if given is None else given, secrets=secrets(**named))


def test_an_error_is_returned_where_the_setting_says_so() -> None:
    assert handler()(payload("returned"), None) == operation_outcome(REFUSED)


@pytest.mark.parametrize("setting", [None, "raised", "", "yes", "RETURNED"])
def test_an_error_is_raised_where_it_is_not_known_to_be_answered_as_one(
    setting: str | None,
) -> None:
    with pytest.raises(NotAuthorized):
        handler()(payload(setting), None)


def test_a_fault_of_the_bot_is_raised_whatever_the_setting() -> None:
    with pytest.raises(Unforeseen):
        handler(KeyError("x"))(payload("returned"), None)


@pytest.mark.parametrize("event", [None, {}, lambda_payload(baseUrl=ABSENT)], ids=str)
def test_an_error_of_a_payload_that_can_not_be_read_is_raised(event: Any) -> None:
    with pytest.raises(Misconfigured):
        handler()(event, None)


@pytest.mark.parametrize("setting", [None, "raised", "returned"])
def test_the_probes_refusal_is_returned_whatever_the_setting(setting: str | None) -> None:
    answer = handler()(payload(setting, PROBE), None)
    assert executed(200, json.dumps(answer).encode()).error_type == "InputRefused"


def test_the_stack_that_is_raised_is_the_runtimes_alone() -> None:
    with pytest.raises(BotError) as raised:
        handler()(payload("raised"), None)
    frames = [entry.frame.code.path.name for entry in raised.traceback[1:]]
    assert set(frames) == {"returned.py", "lambda_handler.py", "guarded.py"}
    assert (raised.value.__cause__, raised.value.__context__) == (None, None)


def test_a_returned_error_counts_as_a_refusal(caplog: pytest.LogCaptureFixture) -> None:
    counted = {}
    for setting in ("raised", "returned"):
        caplog.clear()
        with suppress(NotAuthorized):
            handler()(payload(setting), None)
        lines = [json.loads(record.message) for record in caplog.records]
        (document,) = [line for line in lines if "_aws" in line]
        assert lines[-1]["step"] == "refused"
        counted[setting] = [document[name] for name in ("Runs", "Refusals", "Faults", "Error")]
    assert counted["returned"] == counted["raised"] == [1, 1, 0, "NotAuthorized"]
