"""A server that no longer answers: who waits is answered in time, and the next run makes up for it.

Waiting takes no time but passes on a clock of the test's own, so that no test depends on how busy
the machine is.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from threading import Lock
from time import monotonic
from typing import Any

import pytest

from bots.catalog import BOTS
from bots.iframe.bot import NOT_CONTINUED
from shared.enrollment.rules.trouble import (
    BEGIN_UNANSWERED,
    CHANGE_UNANSWERED,
    CREATE_UNANSWERED,
)
from shared.errors import BotError, EnrollmentInProgress, LookUpFirst, RemoteUnavailable
from shared.http.sending import READ_TIMEOUT_S, Call, Http, Reply, unavailable, unconfirmed
from shared.runtime.known_secrets import ANSWER_WITHIN_S
from shared.runtime.services import Services
from tests.integration.clinic import Clinic, Member
from tests.torture.flows import FLOWS, Flow, payload, start
from tests.torture.outcomes import UNDISTURBED, check

LONG_SELF = pytest.param("self", marks=pytest.mark.torture)
SLACK_S = 10.0
"""What may pass while a busy machine computes."""


class Waiting:
    """The clocks of a test, put forward by each wait; those that begin together end together."""

    def __init__(self) -> None:
        self._ahead_s = 0.0
        self._lock = Lock()

    def clock(self) -> float:
        return monotonic() + self._ahead_s

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead_s)

    def sleep(self, seconds: float) -> None:
        self.until(self.clock() + seconds)

    def until(self, end: float) -> None:
        with self._lock:
            self._ahead_s += max(0.0, end - self.clock())


class Hanging:
    """A `Sender` whose calls are answered until one of a kind comes; from then on its server hangs.

    Args:
        waiting: passes while a call is not answered.
        kind: method and URL of the first call that is not answered.
        effect: whether that call has its effect all the same.
    """

    def __init__(self, waiting: Waiting, kind: str, *, effect: bool) -> None:
        self._http, self._waiting = Http(), waiting
        self._kind, self._effect = re.compile(kind), effect
        self.service = ""

    def send(self, call: Call) -> Reply:
        end = self._waiting.clock() + min(call.answer_s or inf, READ_TIMEOUT_S)
        if not self.service and self._kind.search(f"{call.method} {call.url}"):
            self.service = call.service
            if self._effect:
                self._http.send(call)
        if call.service != self.service:
            return self._http.send(call)
        self._waiting.until(end)
        raise unconfirmed(call) if call.writes else unavailable(call.service)


def handler_of(flow: Flow, waiting: Waiting, http: Any) -> Callable[[Any, Any], dict[str, Any]]:
    services = Services(http=http, clock=waiting.clock, now=waiting.now, sleep=waiting.sleep)
    return next(bot for bot in BOTS if bot.name == flow.bot).handler(lambda: services)


def outcome(
    waiting: Waiting, run: Callable[[], dict[str, Any]]
) -> tuple[dict[str, Any] | BotError, float]:
    """How a run ended, and how long that took."""
    began = waiting.clock()
    try:
        answer: dict[str, Any] | BotError = run()
    except BotError as error:
        answer = error
    return answer, waiting.clock() - began


def changed(clinic: Clinic, member: Member) -> None:
    """The prescriber is enrolled, and moves."""
    clinic.enroll(member)
    practitioner = clinic.practitioner(member)
    address = [{**practitioner["address"][0], "line": ["77 New St"]}]
    clinic.write({**practitioner, "address": address})


@pytest.fixture
def waiting() -> Waiting:
    return Waiting()


READS = {
    "token": "POST .*/connect/token",
    "lookup": r"GET .*/api/clinician$",
    "record": r"GET .*/api/clinicians/\d+$",
    "status": "GET .*/registrationStatus",
    "agreements": "GET .*/legalAgreements",
}
WRITES = {
    "create": (r"POST .*/api/clinicians$", "first run", CREATE_UNANSWERED),
    "edit": (r"PUT .*/api/clinicians/\d+$", "changed record", CHANGE_UNANSWERED),
    "IDP": ("POST .*/idpInit", "IDP", BEGIN_UNANSWERED),
    "TFA": ("POST .*/initTfaActivate", "TFA", BEGIN_UNANSWERED),
}
CHANGED = {
    bot: Flow(name, {}, changed, "Pending", (0, 0))
    for bot, name in (("self", "self_enroll"), ("iframe", "iframe"), ("admin", "admin_enroll"))
}


def flow_of(bot: str, stage: str) -> Flow:
    return CHANGED[bot] if stage == "changed record" else FLOWS[f"{bot}, {stage}"]


@pytest.mark.parametrize("bot", [LONG_SELF, "iframe"])
@pytest.mark.parametrize("read", READS)
def test_a_read_that_dosespot_does_not_answer_ends_in_time(
    clinic: Clinic, waiting: Waiting, bot: str, read: str
) -> None:
    flow = flow_of(bot, "first run" if read == "lookup" else "IDP")
    member = start(clinic, flow)
    http = Hanging(waiting, READS[read], effect=False)
    run = payload(clinic, flow, member)
    answer, took_s = outcome(waiting, lambda: handler_of(flow, waiting, http)(run, None))
    assert http.service == "DoseSpot"
    assert took_s < ANSWER_WITHIN_S + SLACK_S
    if bot == "iframe" and read != "lookup":
        assert isinstance(answer, dict)
        assert answer["url"]
        assert answer["warnings"][0]["sentence"].startswith(NOT_CONTINUED)
    else:
        assert isinstance(answer, RemoteUnavailable)


@pytest.mark.parametrize(
    ("bot", "effect"),
    [
        pytest.param("self", True, id="self, effect"),
        pytest.param("iframe", False, id="iframe, no effect", marks=pytest.mark.torture),
        pytest.param("admin", True, id="admin, effect", marks=pytest.mark.torture),
    ],
)
@pytest.mark.parametrize("write", WRITES)
def test_a_write_that_dosespot_does_not_answer_is_open_in_time(
    clinic: Clinic, waiting: Waiting, bot: str, write: str, effect: bool
) -> None:
    kind, stage, sentence = WRITES[write]
    flow = flow_of(bot, stage)
    member = start(clinic, flow)
    http = Hanging(waiting, kind, effect=effect)
    run = payload(clinic, flow, member)
    answer, took_s = outcome(waiting, lambda: handler_of(flow, waiting, http)(run, None))
    assert http.service == "DoseSpot"
    assert took_s < ANSWER_WITHIN_S + SLACK_S
    if bot == "iframe" and write != "create":
        assert isinstance(answer, dict)
        assert answer["warnings"][0]["sentence"].endswith(sentence)
    else:
        assert isinstance(answer, LookUpFirst)
        assert str(answer) == sentence
    announced = clinic.claim(member).announced
    assert announced is not None


@pytest.mark.parametrize("bot", [LONG_SELF, "iframe"])
@pytest.mark.parametrize(
    "kind",
    ["GET .*/auth/me", "POST .*/oauth2/token", "POST .*/fhir/R4/$", "PUT .*/Practitioner/"],
    ids=["caller", "token", "records", "status"],
)
def test_a_fhir_server_that_does_not_answer_is_told_in_time(
    clinic: Clinic, waiting: Waiting, bot: str, kind: str
) -> None:
    flow = flow_of(bot, "IDP")
    run = payload(clinic, flow, start(clinic, flow))
    http = Hanging(waiting, kind, effect=True)
    answer, took_s = outcome(waiting, lambda: handler_of(flow, waiting, http)(run, None))
    assert http.service == "The FHIR server"
    assert took_s < ANSWER_WITHIN_S + SLACK_S
    if bot == "iframe" and "auth/me" not in kind:
        assert isinstance(answer, dict)
        assert answer["url"]
    else:
        assert isinstance(answer, LookUpFirst if "PUT" in kind else RemoteUnavailable)


def test_a_later_opening_makes_up_for_a_create_that_was_open(
    clinic: Clinic, waiting: Waiting
) -> None:
    flow = FLOWS["iframe, first run"]
    member = start(clinic, flow)
    run = payload(clinic, flow, member)
    http = Hanging(waiting, WRITES["create"][0], effect=True)
    answer, _ = outcome(waiting, lambda: handler_of(flow, waiting, http)(run, None))
    assert isinstance(answer, LookUpFirst)
    # The claim outlasts what a person waits; who opens meanwhile is told for how long.
    answer, _ = outcome(waiting, lambda: handler_of(flow, waiting, Http())(run, None))
    assert isinstance(answer, EnrollmentInProgress)
    answer, _ = outcome(waiting, lambda: handler_of(flow, waiting, Http())(run, None))
    assert isinstance(answer, dict)
    check(clinic, flow, member, UNDISTURBED)
