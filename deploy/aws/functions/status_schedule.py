"""Has everybody who is enrolled compared with DoseSpot, page by page; a schedule starts it.

The bot remembers where a page ended, so that the next run goes on there.
"""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from deploy.aws.functions.run_bot import BotRunner, function, make_runner
from shared.audit.events import LogEvent
from shared.runtime.lambda_handler import Handler
from shared.runtime.log import RunLog

NAME = "status_schedule"
BOT = "dosespot-sync-status-bot"
READ_TIMEOUT_S = 60.0
"""How long a page may take: load balancers in front of Medplum wait no longer by default."""

LEAST_TIME_MS = int(READ_TIMEOUT_S * 1000) + 5_000
"""With less left, no page is begun."""

COUNTS = ("checked", "changed", "failed")


_own_runner = partial(make_runner, READ_TIMEOUT_S)


def make_handler(make: Callable[[], BotRunner] = _own_runner) -> Handler:
    """The handler with connections of its own, made at its first invocation."""
    return function(NAME, _everybody, make)


def _everybody(runner: BotRunner, _event: Any, context: Any, log: RunLog) -> dict[str, Any]:
    """Page after page while there is time; whom one page could not compare is only counted."""
    total = Counter[str]()
    while True:
        answer = runner.run(BOT, {"resume": True})
        total.update({name: answer[name] for name in COUNTS})
        if answer["nextCursor"] is None:
            log(LogEvent.SYNC_FINISHED, **total)
            return dict(total)
        if context.get_remaining_time_in_millis() < LEAST_TIME_MS:
            log(LogEvent.SYNC_UNFINISHED, **total)
            return dict(total)


handler = make_handler()
