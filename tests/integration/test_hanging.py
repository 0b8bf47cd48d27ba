"""A server that no longer answers: who waits is answered in time, and the next run makes up for it.

Time is sped up, so that a test takes a fraction of the time that a person would wait.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from time import monotonic, sleep
from typing import Any

import pytest

from bots.catalog import BOTS
from bots.iframe.bot import NOT_GONE_ON
from shared.enrollment.rules.trouble import (
    BEGIN_UNANSWERED,
    CHANGE_UNANSWERED,
    CREATE_UNANSWERED,
)
from shared.errors import BotError, EnrollmentInProgress, LookUpFirst, RemoteUnavailable
from shared.http.sending import READ_TIMEOUT_S, Call, Http, Reply, unavailable, unconfirmed
from shared.runtime.services import Services
from shared.runtime.settings import ANSWER_WITHIN_S
from tests.integration.clinic import Clinic, Member
from tests.torture.flows import FLOWS, Flow, payload, start
from tests.torture.outcomes import UNDISTURBED, check

LONG_SELF = pytest.param("self", marks=pytest.mark.torture)
SPEED = 15
SLACK_S = 25.0
"""What may pass of the sped-up time while a busy machine computes: with what a person waits it is
still less than the function's time."""


class Hanging:
    """A `Sender` whose calls are answered until one of a kind comes; from then on its server hangs.

    Args:
        kind: method and URL of the first call that is not answered.
        effect: whether that call has its effect all the same.
    """

    def __init__(self, kind: str, *, effect: bool) -> None:
        self._http = Http()
        self._kind, self._effect = re.compile(kind), effect
        self.service = ""

    def send(self, call: Call) -> Reply:
        if not self.service and self._kind.search(f"{call.method} {call.url}"):
            self.service = call.service
            if self._effect:
                self._http.send(call)
        if call.service != self.service:
            return self._http.send(call)
        sleep(min(call.answer_s or inf, READ_TIMEOUT_S) / SPEED)
        raise unconfirmed(call) if call.writes else unavailable(call.service)


def quick() -> float:
    return monotonic() * SPEED


BEGAN, BEGAN_S = datetime.now(UTC), quick()


def now() -> datetime:
    return BEGAN + timedelta(seconds=quick() - BEGAN_S)


def handler_of(flow: Flow, http: Any) -> Callable[[Any, Any], dict[str, Any]]:
    services = Services(
        http=http, clock=quick, now=now, sleep=lambda seconds: sleep(seconds / SPEED)
    )
    return next(bot for bot in BOTS if bot.name == flow.bot).handler(lambda: services)


def outcome(run: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any] | BotError, float]:
    """How a run ended, and how long that took."""
    began = quick()
    try:
        answer: dict[str, Any] | BotError = run()
    except BotError as error:
        answer = error
    return answer, quick() - began


def changed(clinic: Clinic, member: Member) -> None:
    """The prescriber is enrolled, and moves."""
    clinic.enroll(member)
    practitioner = clinic.practitioner(member)
    address = [{**practitioner["address"][0], "line": ["77 New St"]}]
    clinic.write({**practitioner, "address": address})


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
    clinic: Clinic, bot: str, read: str
) -> None:
    flow = flow_of(bot, "first run" if read == "lookup" else "IDP")
    member = start(clinic, flow)
    http = Hanging(READS[read], effect=False)
    run = payload(clinic, flow, member)
    answer, took_s = outcome(lambda: handler_of(flow, http)(run, None))
    assert http.service == "DoseSpot"
    assert took_s < ANSWER_WITHIN_S + SLACK_S
    if bot == "iframe" and read != "lookup":
        assert isinstance(answer, dict)
        assert answer["url"]
        assert answer["warnings"][0]["sentence"].startswith(NOT_GONE_ON)
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
    clinic: Clinic, bot: str, write: str, effect: bool
) -> None:
    kind, stage, sentence = WRITES[write]
    flow = flow_of(bot, stage)
    member = start(clinic, flow)
    http = Hanging(kind, effect=effect)
    run = payload(clinic, flow, member)
    answer, took_s = outcome(lambda: handler_of(flow, http)(run, None))
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
    clinic: Clinic, bot: str, kind: str
) -> None:
    flow = flow_of(bot, "IDP")
    run = payload(clinic, flow, start(clinic, flow))
    http = Hanging(kind, effect=True)
    answer, took_s = outcome(lambda: handler_of(flow, http)(run, None))
    assert http.service == "The FHIR server"
    assert took_s < ANSWER_WITHIN_S + SLACK_S
    if bot == "iframe" and "auth/me" not in kind:
        assert isinstance(answer, dict)
        assert answer["url"]
    else:
        assert isinstance(answer, LookUpFirst if "PUT" in kind else RemoteUnavailable)


def test_a_later_opening_makes_up_for_a_create_that_was_open(clinic: Clinic) -> None:
    flow = FLOWS["iframe, first run"]
    member = start(clinic, flow)
    run = payload(clinic, flow, member)
    http = Hanging(WRITES["create"][0], effect=True)
    answer, _ = outcome(lambda: handler_of(flow, http)(run, None))
    assert isinstance(answer, LookUpFirst)
    # The claim outlasts what a person waits; who opens meanwhile is told for how long.
    answer, _ = outcome(lambda: handler_of(flow, Http())(run, None))
    assert isinstance(answer, EnrollmentInProgress)
    answer, _ = outcome(lambda: handler_of(flow, Http())(run, None))
    assert isinstance(answer, dict)
    check(clinic, flow, member, UNDISTURBED)
