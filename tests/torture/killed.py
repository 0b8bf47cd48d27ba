"""Real processes that run a bot once and are killed at one of their calls.

`python -m tests.torture.killed` reads JSON objects, one a line: the bot's name, the payload, the
number of the call from 0, and whether the call is made before the process dies. For each it starts
a process, which has all modules already, and prints how that ended: as a number that is negative
for a signal, and 0 where the run ends before that call.
"""

import json
import os
import signal
import sys
from contextlib import suppress
from typing import Any

from bots.catalog import BOTS
from shared.errors import BotError
from shared.http.sending import Call, Http, Reply
from shared.runtime.services import Services

TIMEOUT_S = 60


class DeadlyHttp:
    """A `Sender` with which the process dies at a call."""

    def __init__(self, at: int, *, made: bool) -> None:
        self._http, self._left, self._made = Http(), at, made

    def send(self, call: Call) -> Reply:
        self._left -= 1
        if self._left >= 0:
            return self._http.send(call)
        if self._made:
            self._http.send(call)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("the process is dead")


def run(given: dict[str, Any]) -> None:
    services = Services(http=DeadlyHttp(given["at"], made=given["made"]))
    handler = next(bot for bot in BOTS if bot.name == given["bot"]).handler(lambda: services)
    with suppress(BotError):  # a refusal is an end as well
        handler(given["payload"], None)


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            signal.alarm(TIMEOUT_S)
            run(json.loads(line))
            sys.exit()
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - its answer


if __name__ == "__main__":
    main()
