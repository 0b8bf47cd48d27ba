"""Runs a bot at Medplum, as the bots' own ClientApplication, and makes functions that do so."""

from collections.abc import Callable, Mapping
from functools import cache
from time import monotonic
from typing import Any

from deploy.aws.functions.service_account import service_account
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.errors import BotError, Misconfigured
from shared.fhir.client import SERVICE, send_as
from shared.fhir.executed import Failed, NotRun, executed
from shared.fhir.service_credential import ServiceAccount, ServiceCredential
from shared.http.sending import Call, Http, Reply, Sender
from shared.http.token_cache import TokenCache
from shared.runtime.guarded import guarded
from shared.runtime.lambda_handler import Handler
from shared.runtime.log import RunLog, set_up_logging
from shared.runtime.metrics import Metrics


class BotFailed(BotError):
    """A bot raised an error; the text is the bot's.

    Attributes:
        error_type: name of the error's class, such as `NotAuthorized`; may be empty.
    """

    def __init__(self, sentence: str, error_type: str) -> None:
        super().__init__(sentence)
        self.error_type = error_type


class BotRunner:
    """Runs bots; keeps the ClientApplication and its token from one run to the next.

    Args:
        http: sends the calls.
        account: reads the ClientApplication; asked again when it is no longer let in.
    """

    def __init__(
        self, http: Sender, account: Callable[[], ServiceAccount] = service_account
    ) -> None:
        self._http = http
        self._tokens = TokenCache(monotonic)
        self._account = cache(account)

    def run(
        self, bot: str, given: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """The bot's answer.

        Args:
            bot: value of the Bot's identifier, such as `dosespot-sync-status-bot`.
            given: its input.
            headers: passed on to the bot.

        Raises:
            BotFailed: the bot raised an error.
            Misconfigured: Medplum does not let us in, or has no such bot.
            RemoteUnavailable: Medplum gave no usable answer.
        """
        account = self._account()
        call = Call(
            service=SERVICE,
            wish=f"run {bot}",
            method="POST",
            url=f"{account.base_url}fhir/R4/Bot/$execute",
            headers={**(headers or {}), "Content-Type": "application/json"},
            params={"identifier": f"{MEDPLUM_BOTS}|{bot}"},
            json=given,
        )
        try:
            credential = ServiceCredential(self._http, self._tokens, account)
            return _answer(bot, send_as(credential, self._http, call))
        except Misconfigured:
            self._account.cache_clear()
            raise


Work = Callable[[BotRunner, Any, Any, RunLog], dict[str, Any]]
"""What a function does with an event and its context."""


def make_runner(read_timeout_s: float) -> BotRunner:
    """What outlives an invocation.

    Args:
        read_timeout_s: how long a bot may be silent.
    """
    set_up_logging()
    return BotRunner(Http(read_timeout_s))


def function(name: str, work: Work, make: Callable[[], BotRunner]) -> Handler:
    """A Lambda handler.

    Args:
        name: the function's name, for the log.
        work: what it does.
        make: makes what outlives an invocation, at the first one.
    """
    runner = cache(make)

    def handler(event: Any, context: Any) -> dict[str, Any]:
        log = RunLog(name, Metrics())
        return guarded(log, lambda: work(runner(), event, context, log))

    return handler


def _answer(bot: str, reply: Reply) -> dict[str, Any]:
    outcome = executed(reply.status, reply.body)
    if isinstance(outcome, Failed):
        raise BotFailed(outcome.sentence, outcome.error_type)
    if isinstance(outcome, NotRun):
        raise Misconfigured(
            f"The FHIR server does not run {bot} (status {outcome.status}). Check that the Bot"
            " exists and names its function, that the server may run it, and that the bots'"
            " ClientApplication may too: `prescriber-bots doctor` checks all of that."
        )
    return outcome
