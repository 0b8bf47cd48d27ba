"""Turns a bot into an AWS Lambda handler, and wires everything that the bot needs.

The only place that builds clients, reads the clock and catches every exception. What is worth
keeping between invocations (connections, DoseSpot's tokens, threads) is built at the first one.
"""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Any

from pydantic import BaseModel

from shared.dosespot.client import DoseSpotClient
from shared.errors import BotError, Unforeseen
from shared.fhir.client import FhirClient, GivenToken
from shared.fhir.service_credential import ServiceCredential
from shared.http import Http
from shared.runtime.bot_input import Input, parse_input
from shared.runtime.log import RunLog, set_up_logging
from shared.runtime.payload import Payload, parse_payload
from shared.runtime.settings import Settings
from shared.token_cache import TokenCache
from shared.workflow.enroll import Enrollment
from shared.workflow.together import Together

THREADS = 8


class Services:
    """What outlives one invocation.

    Args:
        http: sends all calls.
        clock: seconds of a monotonic clock.
        now: the current time, aware.
    """

    def __init__(
        self,
        http: Http | None = None,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        set_up_logging()
        self.http = http or Http()
        self.tokens = TokenCache(clock)
        self.together = Together(ThreadPoolExecutor(THREADS, thread_name_prefix="bot"))
        self.now = now


@dataclass(frozen=True)
class Invocation:
    """What a bot gets beside its input.

    Attributes:
        requester: reference of the caller's profile.
        base_url: base URL of the FHIR server that runs the bot.
        fhir: that server, with the token that it gave the bot.
        settings: the project's secrets.
        services: clients, threads and clock of the process.
        log: the run's log.
    """

    requester: str
    base_url: str
    fhir: FhirClient
    settings: Settings
    services: Services
    log: RunLog

    def dosespot(self, acting_as: int) -> DoseSpotClient:
        """DoseSpot, seen by one of its clinicians.

        Raises:
            Misconfigured: a secret is missing or malformed.
        """
        services = self.services
        return DoseSpotClient(services.http, services.tokens, self.settings.dosespot(), acting_as)

    def service_fhir(self) -> FhirClient | None:
        """The FHIR server, seen by the bots' own ClientApplication; None without one.

        Raises:
            Misconfigured: only one of its two secrets is there.
        """
        account = self.settings.service_account(self.base_url)
        if account is None:
            return None
        services = self.services
        credential = ServiceCredential(services.http, services.tokens, account)
        return FhirClient(services.http, self.base_url, credential)

    def enrollment(
        self, dosespot: DoseSpotClient, practitioners: FhirClient, memberships: FhirClient
    ) -> Enrollment:
        """The use case, wired; the arguments are those of `Enrollment`."""
        return Enrollment(
            practitioners=practitioners,
            memberships=memberships,
            dosespot=dosespot,
            together=self.services.together,
            now=self.services.now,
            log=self.log,
        )


Bot = Callable[[Input, Invocation], BaseModel]
Handler = Callable[[Any, Any], dict[str, Any]]


def lambda_handler(
    name: str, input_model: type[Input], bot: Bot[Input], make_services: Callable[[], Services]
) -> Handler:
    """A Lambda handler for a bot.

    Args:
        name: the bot's name, for the log.
        input_model: what the bot's input must look like.
        bot: the bot itself.
        make_services: called once, at the first invocation.

    Returns:
        `handler(event, context)`. It returns a JSON object, or raises a `BotError` whose text is
        what `$execute` shows.
    """
    services = cache(make_services)

    def handler(event: Any, _context: Any) -> dict[str, Any]:
        return _guarded(lambda: _run(name, input_model, bot, services(), parse_payload(event)))

    return handler


def _run(
    name: str, input_model: type[Input], bot: Bot[Input], services: Services, payload: Payload
) -> dict[str, Any]:
    log = RunLog(name, payload.traceId)
    started = services.now()
    try:
        request = parse_input(input_model, payload.input)
        invocation = Invocation(
            requester=payload.requester.reference,
            base_url=payload.baseUrl,
            fhir=FhirClient(
                services.http,
                payload.baseUrl,
                GivenToken(payload.accessToken.get_secret_value()),
            ),
            settings=Settings(payload.secrets),
            services=services,
            log=log,
        )
        answer = bot(request, invocation).model_dump(mode="json")
    except BotError as error:
        log.warning("refused", error=type(error).__name__)
        raise
    log("done", seconds=round((services.now() - started).total_seconds(), 3))
    return answer


def _guarded(run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Lets our own errors out, and nothing else: a foreign text may quote a person.

    The caller's browser is shown the stack trace, so it ends here.
    """
    try:
        return run()
    except BotError as error:
        raise error.with_traceback(None) from None
    except Exception as error:  # noqa: BLE001 - see the docstring; always raised again
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
        raise Unforeseen(
            f"The bot failed in a way that was not foreseen ({where}). Running it again is safe;"
            " if it fails again, report this text to those who run the bot."
        ) from None
