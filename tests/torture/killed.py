"""A real process that runs a bot once and is killed at one of its calls.

`python -m tests.torture.killed` reads one JSON object: the bot's name, the payload, the number of
the call from 0, and whether the call is made before the process dies. It exits with 0 where the run
ends before that call.
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


def main(given: dict[str, Any]) -> None:
    services = Services(http=DeadlyHttp(given["at"], made=given["made"]))
    handler = next(bot for bot in BOTS if bot.name == given["bot"]).handler(lambda: services)
    with suppress(BotError):  # a refusal is an end as well
        handler(given["payload"], None)


if __name__ == "__main__":
    main(json.load(sys.stdin))
