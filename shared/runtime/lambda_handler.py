"""Turns a bot into an AWS Lambda handler.

What is worth keeping between invocations is built at the first one.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from time import monotonic
from typing import Any

from shared.audit.events import LogEvent
from shared.audit.trail import Keyed, Trail, once
from shared.errors import BotError, NotAuthorized
from shared.fhir.client import FhirClient, GivenToken
from shared.http.connections import read_trust_early
from shared.http.pace import Pace, PatientHttp
from shared.http.sending import Sender
from shared.runtime.bot_input import Input, parse_input
from shared.runtime.environment import in_lambda
from shared.runtime.guarded import guarded
from shared.runtime.inputs import BotOutput
from shared.runtime.invocation import Invocation
from shared.runtime.log import RunLog
from shared.runtime.metrics import Metrics, ObservedHttp
from shared.runtime.payload import Payload, parse_payload
from shared.runtime.services import Services
from shared.runtime.settings import Settings
from shared.runtime.start import CALLS, Start, given_to, refusal, start_of
from shared.runtime.trace import trace_headers

DEFAULT_TIME_S = 60.0

BotCall = Callable[[Input, Invocation], BotOutput]
Doorkeeper = Callable[[Invocation], None]
Handler = Callable[[Any, Any], dict[str, Any]]


def lambda_handler(  # noqa: PLR0913 - each is a fact about the bot
    name: str,
    input_model: type[Input],
    bot: BotCall[Input],
    make_services: Callable[[], Services],
    *,
    starts: frozenset[Start] = CALLS,
    doorkeeper: Doorkeeper | None = None,
    person_waits: bool = False,
) -> Handler:
    """A Lambda handler for a bot.

    Args:
        name: the bot's name, for the log.
        input_model: what the bot's input must look like.
        bot: the bot itself.
        make_services: called once, at the first invocation.
        starts: what may start the bot; everything else is refused before anything is read.
        doorkeeper: refuses whoever does not prove who they are, where that is the bot's business;
            whoever it refuses leaves nothing behind but a line in the log.
        person_waits: whether the answer has to come within the time that a person waits.

    Returns:
        `handler(event, context)`. It returns a JSON object, or raises a `BotError` whose text is
        what `$execute` shows.
    """
    # Runs at the same time share one set of services, also when they are the first.
    lock = Lock()
    cached: list[Services] = []

    def services() -> Services:
        with lock:
            if not cached:
                cached.append(make_services())
            return cached[0]

    def handler(event: Any, context: Any) -> dict[str, Any]:
        metrics = Metrics()
        log = RunLog(name, metrics)

        def run() -> dict[str, Any]:
            kept, payload = services(), parse_payload(event)
            log.trace_id = payload.trace_id
            remaining_s = _remaining_s(context)
            if person_waits:
                within_s = Settings(payload.secrets).answer_within_s()
                remaining_s = _at_most(within_s, kept.clock, remaining_s)
            pace = Pace(remaining_s, kept.sleep, metrics.waited)
            observed = ObservedHttp(kept.http, metrics, trace_headers(payload.trace_id))
            invocation = _invocation(name, kept, pace, PatientHttp(observed, pace), log, payload)
            start = invocation.start
            if start not in starts:
                raise NotAuthorized(refusal(start, starts))
            return _run(input_model, bot, given_to(payload, start), invocation, doorkeeper)

        return guarded(log, run)

    if in_lambda():
        read_trust_early()
    return handler


def _remaining_s(context: Any) -> Callable[[], float]:
    """Seconds until Lambda ends the invocation; DEFAULT_TIME_S where nobody says."""
    if hasattr(context, "get_remaining_time_in_millis"):
        return lambda: context.get_remaining_time_in_millis() / 1000
    end = monotonic() + DEFAULT_TIME_S
    return lambda: end - monotonic()


def _at_most(
    within_s: float, clock: Callable[[], float], remaining_s: Callable[[], float]
) -> Callable[[], float]:
    """Seconds until the invocation ends, or until so many have passed from now on."""
    end = clock() + within_s
    return lambda: min(remaining_s(), end - clock())


def _invocation(
    name: str, services: Services, pace: Pace, http: Sender, log: RunLog, payload: Payload
) -> Invocation:
    def keep(events: Sequence[Keyed]) -> None:
        fhir = invocation.privileged_fhir
        fhir.create_if_none_together([(event, once(key)) for event, key in events])

    invocation = Invocation(
        start=start_of(payload),
        who=payload.who,
        headers=payload.headers,
        base_url=payload.baseUrl,
        fhir=FhirClient(http, payload.baseUrl, GivenToken(payload.accessToken), pace.wait),
        settings=Settings(payload.secrets),
        services=services,
        pace=pace,
        http=http,
        log=log,
        trail=Trail(name, payload.who, services.now, log, services.together, keep),
    )
    return invocation


def _run(
    input_model: type[Input],
    bot: BotCall[Input],
    given: Any,
    invocation: Invocation,
    doorkeeper: Doorkeeper | None,
) -> dict[str, Any]:
    is_known = doorkeeper is None
    try:
        request = parse_input(input_model, given)
        if doorkeeper is not None:
            doorkeeper(invocation)
            is_known = True
        answer = bot(request, invocation).model_dump()
    except BotError as error:
        if is_known:
            invocation.trail.was_refused(error)
            _save(invocation)
        raise
    _save(invocation)
    return answer


def _save(invocation: Invocation) -> None:
    """Keeps the AuditEvents; where that fails, what was done is done all the same."""
    invocation.services.at_end(invocation.trail)
    try:
        invocation.trail.save()
    except BotError as error:
        invocation.log.warning(LogEvent.NOT_AUDITED, error=type(error).__name__)
