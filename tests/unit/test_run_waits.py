"""How a run as it is wired waits and ends, whatever the servers answer; its waits take no time."""

import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from bots.admin_enroll.bot import admin_enroll
from bots.catalog import BOTS
from bots.iframe.contract import IframeInput
from fhir_profiles import Resource
from shared.errors import (
    BotError,
    EditConflict,
    LookUpFirst,
    Misconfigured,
    RemoteUnavailable,
    Throttled,
    Unforeseen,
)
from shared.http.pace import LONGEST_WAIT_S, MOST_JITTER
from shared.http.sending import (
    NO_USABLE_ANSWER,
    READ_TIMEOUT_S,
    Call,
    Reply,
    open_write,
    unavailable,
    unconfirmed,
)
from shared.runtime.invocation import Invocation
from shared.runtime.lambda_handler import lambda_handler
from shared.runtime.services import Services
from tests.builders import lambda_payload, practitioner, secrets

JANE = practitioner()
REFERENCE = f"Practitioner/{JANE['id']}"
Answering = Callable[[Call], Reply]


class Server:
    """Reads always work; what writes is answered as the test says."""

    def __init__(self, answer: Answering) -> None:
        self._answer = answer
        self.calls: list[Call] = []
        self.waits: list[float] = []

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        if call.method == "PUT" or "registrationStatus" in call.url:
            return self._answer(call)
        if call.url.endswith("/token"):
            return Reply(200, {}, json.dumps({"access_token": "a", "expires_in": 600}).encode())
        return Reply(200, {}, json.dumps(JANE).encode())

    def run(self, bot: Callable[[Invocation], Any]) -> BotError:
        services = Services(http=self, sleep=self.waits.append)
        handler = lambda_handler(
            "made_up", IframeInput, lambda _, run: bot(run), lambda: services, timeout_s=60
        )
        with pytest.raises(BotError) as raised:
            handler(lambda_payload(input={}), None)
        assert not isinstance(raised.value, Unforeseen), raised.value
        return raised.value


def conflict(_call: Call) -> Reply:
    return Reply(412, {}, b"")


def silence(call: Call) -> Reply:
    raise unconfirmed(call)


def throttled(call: Call) -> Reply:
    raise Throttled("busy", 0.0)


def edited(resource: Resource) -> Resource:
    return {**resource, "active": not resource["active"]}


def edit(run: Invocation) -> Any:
    return run.fhir.apply(JANE, edited)


def ask(run: Invocation) -> Any:
    return run.dosespot(42).registration_status(7)


@pytest.mark.parametrize(
    ("bot", "answer", "error", "calls", "waits"),
    [
        (edit, conflict, EditConflict, {9}, {4}),
        (edit, silence, LookUpFirst, {9}, {4}),
        (edit, throttled, Throttled, {7, 8}, {6, 7}),
        (ask, throttled, Throttled, {7, 8}, {6, 7}),
    ],
)
def test_an_endless_failure_ends_after_a_handful_of_calls_and_growing_waits(
    bot: Callable[[Invocation], Any],
    answer: Answering,
    error: type[BotError],
    calls: set[int],
    waits: set[int],
) -> None:
    server = Server(answer)
    assert type(server.run(bot)) is error
    asked = [call for call in server.calls if call.method != "POST"]
    assert len(asked) in calls
    assert len(server.waits) in waits
    # Chance makes each up to a fifth longer, which may be all by which the next one is longer.
    assert all(later * MOST_JITTER >= one for one, later in pairwise(server.waits))
    assert server.waits[-1] > server.waits[0] >= 0.1
    assert sum(server.waits) <= LONGEST_WAIT_S


def test_the_services_own_client_waits_as_the_run_does() -> None:
    server = Server(conflict)
    services = Services(http=server, sleep=server.waits.append)
    account = {"MEDPLUM_CLIENT_ID": "made-up", "MEDPLUM_CLIENT_SECRET": "made-up"}
    secrets = {name: {"name": name, "valueString": value} for name, value in account.items()}

    def bot(_given: Any, run: Invocation) -> Any:
        service = run.privileged_fhir
        assert service is not None
        return service.apply(JANE, edited)

    handler = lambda_handler("made_up", IframeInput, bot, lambda: services, timeout_s=60)
    with pytest.raises(BotError):
        handler(lambda_payload(input={}, secrets=secrets), None)
    assert len(server.waits) == 4


class Hanging:
    """A server that never answers, and the time that passes while it is waited for."""

    def __init__(self, ends_after_s: float = 300.0) -> None:
        self.passed_s = 0.0
        self._ends_after_s = ends_after_s

    def send(self, call: Call) -> Reply:
        self.passed_s += min(call.answer_s or READ_TIMEOUT_S, READ_TIMEOUT_S)
        raise unconfirmed(call) if call.writes else unavailable(call.service)

    def sleep(self, seconds: float) -> None:
        self.passed_s += seconds

    def get_remaining_time_in_millis(self) -> int:
        """As Lambda's context has it."""
        return int((self._ends_after_s - self.passed_s) * 1000)

    def run(
        self,
        bot: Callable[[Invocation], Any],
        *,
        timeout_s: float = 300.0,
        person_waits: bool = True,
        **given: str,
    ) -> BotError:
        services = Services(http=self, sleep=self.sleep, clock=lambda: self.passed_s)
        handler = lambda_handler(
            "made_up",
            IframeInput,
            lambda _, run: bot(run),
            lambda: services,
            timeout_s=timeout_s,
            person_waits=person_waits,
        )
        with pytest.raises(BotError) as raised:
            handler(lambda_payload(input={}, secrets=secrets(**given)), self)
        return raised.value


@pytest.mark.parametrize(
    ("bot", "error"), [(ask, RemoteUnavailable), (edit, LookUpFirst)], ids=["reads", "writes"]
)
@pytest.mark.parametrize(
    ("given", "within_s"),
    [({}, 25), ({"DOSESPOT_ANSWER_WITHIN_S": "10"}, 10)],
    ids=["unset", "set"],
)
def test_who_waits_is_answered_in_time_though_no_server_answers(
    bot: Callable[[Invocation], Any], error: type[BotError], given: dict[str, str], within_s: int
) -> None:
    server = Hanging()
    assert type(server.run(bot, **given)) is error
    assert within_s - 3 <= server.passed_s < within_s


def test_a_write_that_nobody_answers_in_time_is_open() -> None:
    expected = open_write("The FHIR server", "save the Practitioner", NO_USABLE_ANSWER)
    assert str(Hanging().run(edit)) == str(expected)


def test_the_functions_own_end_may_come_first() -> None:
    server = Hanging(ends_after_s=15.0)
    server.run(ask)
    assert 12 <= server.passed_s < 15


def test_where_nobody_waits_a_run_takes_the_time_that_it_has() -> None:
    server = Hanging(ends_after_s=50.0)
    server.run(ask, person_waits=False)
    assert 25 < server.passed_s < 50


@pytest.mark.parametrize(("unattended", "least_s", "most_s"), [(False, 22, 25), (True, 25, 50)])
def test_a_bot_for_a_person_takes_its_time_where_a_program_runs_it(
    unattended: bool, least_s: int, most_s: int
) -> None:
    server = Hanging(ends_after_s=50.0)
    services = Services(http=server, sleep=server.sleep, clock=lambda: server.passed_s)
    handler = admin_enroll.handler(lambda: services, unattended=unattended)
    given = {"practitionerId": "p", "practitionerRoleTypes": [1]}
    with pytest.raises(RemoteUnavailable):
        handler(lambda_payload(given), server)
    assert least_s <= server.passed_s < most_s


def test_nobody_waits_for_what_is_about_many_or_started_by_nobody() -> None:
    without = {bot.name for bot in BOTS if not bot.person_waits}
    assert without == {"default_pharmacy", "notification", "sync_status"}


def test_a_malformed_patience_is_told_where_somebody_waits() -> None:
    server = Hanging()
    assert type(server.run(ask, DOSESPOT_ANSWER_WITHIN_S="soon")) is Misconfigured
    assert server.passed_s == 0
    told = server.run(ask, person_waits=False, DOSESPOT_ANSWER_WITHIN_S="soon")
    assert type(told) is RemoteUnavailable


def test_a_run_ends_with_the_bots_own_time_inside_the_functions() -> None:
    server = Hanging()
    server.run(ask, timeout_s=20.0)
    assert 17 <= server.passed_s < 20
    with_nobody = Hanging()
    with_nobody.run(ask, timeout_s=40.0, person_waits=False)
    assert 25 < with_nobody.passed_s < 40
