"""Has everybody who is enrolled compared with DoseSpot, page by page; a schedule starts it."""

from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

from deploy.aws.functions.run_bot import BotRunner
from shared.errors import TryAgain
from shared.http import Http
from shared.runtime.lambda_handler import Handler, guarded
from shared.runtime.log import RunLog, set_up_logging
from shared.runtime.metrics import Metrics
from shared.workflow.steps import Step

NAME = "status_schedule"
BOT = "dosespot-sync-status-bot"
READ_TIMEOUT_S = 60.0
"""How long a page may take: load balancers in front of Medplum wait no longer by default."""

LEAST_TIME_MS = int(READ_TIMEOUT_S * 1000) + 5_000
"""With less left, no page is begun."""

COUNTS = ("checked", "changed", "failed")


class Unfinished(TryAgain):
    """The time was over before everybody had been looked at."""


def make_runner() -> BotRunner:
    """What outlives an invocation."""
    set_up_logging()
    return BotRunner(Http(READ_TIMEOUT_S))


def make_handler(make_runner: Callable[[], BotRunner] = make_runner) -> Handler:
    """The handler with connections of its own, made at its first invocation."""
    runner = cache(make_runner)

    def handler(_event: Any, context: Any) -> dict[str, Any]:
        log = RunLog(NAME, Metrics())
        return guarded(log, lambda: _everybody(runner(), context, log))

    return handler


def _everybody(runner: BotRunner, context: Any, log: RunLog) -> dict[str, Any]:
    """Page after page while there is time; whom one page could not compare is only counted."""
    total = Counter[str]()
    given: dict[str, str] = {}
    while True:
        answer = runner.run(BOT, given)
        total.update({name: answer[name] for name in COUNTS})
        if answer["nextCursor"] is None:
            log(Step.SYNC_FINISHED, **total)
            return dict(total)
        if context.get_remaining_time_in_millis() < LEAST_TIME_MS:
            log.warning(Step.SYNC_UNFINISHED, **total)
            raise Unfinished(
                f"The time was over when {total['checked']} prescribers had been compared with"
                " DoseSpot; those after them were not. See what makes the calls so slow."
            )
        given = {"cursor": answer["nextCursor"]}


handler = make_handler()
