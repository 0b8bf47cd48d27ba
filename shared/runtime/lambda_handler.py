"""Turns a bot into an AWS Lambda handler.

What is worth keeping between invocations is built at the first one.
"""

from collections.abc import Callable, Sequence
from typing import Any

from shared.audit.events import LogEvent
from shared.audit.trail import Keyed, Trail, once
from shared.errors import BotError, NotAuthorized
from shared.fhir.client import FhirClient
from shared.fhir.credential import GivenToken
from shared.http.connections import read_trust_early
from shared.http.pace import Pace, PatientHttp
from shared.http.sending import Sender
from shared.runtime.bot_input import Input, parse_input
from shared.runtime.environment import in_lambda
from shared.runtime.guarded import guarded
from shared.runtime.inputs import AnyOutput
from shared.runtime.invocation import Invocation, privileged
from shared.runtime.log import RunLog
from shared.runtime.metrics import Metrics, ObservedHttp
from shared.runtime.payload import Payload, parse_payload
from shared.runtime.services import Services, made_once
from shared.runtime.settings import Settings
from shared.runtime.start import CALLS, Start, given_to, refusal, start_of
from shared.runtime.trace import trace_headers

BotCall = Callable[[Input, Invocation], AnyOutput]
Doorkeeper = Callable[[Invocation], None]
Handler = Callable[[Any, Any], Any]
"""Takes the event and the context; returns a JSON object, or the array that callers want."""


def lambda_handler(  # noqa: PLR0913 - each is a fact about the bot
    name: str,
    input_model: type[Input],
    bot: BotCall[Input],
    make_services: Callable[[], Services],
    *,
    timeout_s: float,
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
        timeout_s: seconds that a run may take, also where the function may take longer.
        starts: what may start the bot; everything else is refused before anything is read.
        doorkeeper: refuses whoever does not prove who they are, where that is the bot's business;
            whoever it refuses leaves nothing behind but a line in the log.
        person_waits: whether the answer has to come within the time that a person waits.

    Returns:
        `handler(event, context)`. It returns the answer's JSON, or raises a `BotError` whose
        text is what `$execute` shows.
    """
    services = made_once(make_services)

    def handler(event: Any, context: Any) -> Any:
        metrics = Metrics()
        log = RunLog(name, metrics)

        def run() -> Any:
            kept, payload = services(), parse_payload(event)
            log.trace_id = payload.trace_id
            time_s = timeout_s
            if person_waits:
                time_s = min(time_s, Settings(payload.secrets).answer_within_s())
            pace = Pace(remaining_s(context, time_s, kept.clock), kept.sleep, metrics.waited)
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


def remaining_s(context: Any, timeout_s: float, clock: Callable[[], float]) -> Callable[[], float]:
    """Seconds until the time-out that begins now is over, or until Lambda ends the invocation.

    Args:
        context: Lambda's; one that says nothing of the time, such as None, ends nothing.
        timeout_s: how long the time-out is.
        clock: seconds of a monotonic clock.
    """
    end = clock() + timeout_s
    if not hasattr(context, "get_remaining_time_in_millis"):
        return lambda: end - clock()
    return lambda: min(end - clock(), context.get_remaining_time_in_millis() / 1000)


def _invocation(
    name: str, services: Services, pace: Pace, http: Sender, log: RunLog, payload: Payload
) -> Invocation:
    fhir = FhirClient(http, payload.baseUrl, GivenToken(payload.accessToken), pace.wait)
    settings = Settings(payload.secrets)

    # Were this to hold the invocation, a run and its secrets would stay until garbage is collected.
    def keep(events: Sequence[Keyed]) -> None:
        writer = privileged(fhir, payload.baseUrl, settings, services, http, pace)
        writer.create_if_none_together([(event, once(key)) for event, key in events])

    return Invocation(
        start=start_of(payload),
        who=payload.who,
        headers=payload.headers,
        base_url=payload.baseUrl,
        fhir=fhir,
        settings=settings,
        services=services,
        pace=pace,
        http=http,
        log=log,
        trail=Trail(name, payload.who, services.now, log, services.together, keep),
    )


def _run(
    input_model: type[Input],
    bot: BotCall[Input],
    given: Any,
    invocation: Invocation,
    doorkeeper: Doorkeeper | None,
) -> Any:
    is_known = doorkeeper is None
    try:
        request = parse_input(input_model, given)
        if doorkeeper is not None:
            doorkeeper(invocation)
            is_known = True
        answer = bot(request, invocation).as_json()
    except BotError as error:
        if is_known:
            invocation.trail.was_refused(error)
            _save(invocation)
        raise
    _save(invocation)
    return answer


def _save(invocation: Invocation) -> None:
    """Keeps the AuditEvents; if that fails, the changes are still made."""
    invocation.services.at_end(invocation.trail)
    try:
        invocation.trail.save()
    except BotError as error:
        invocation.log.warning(LogEvent.NOT_AUDITED, error=type(error).__name__)
