"""Runs a bot in this process and breaks one of its calls, or all from one on, in every way."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from bots.catalog import BOTS
from shared.errors import BotError, Throttled
from shared.http.sending import Call, Http, Reply, Sender, unavailable, unconfirmed
from shared.runtime.services import Services
from shared.timing import Timing

SELDOM = Timing(poll_s=5.0)
"""The times of real use, but for fewer looks while waiting, which take no time here."""


class Crash(BaseException):
    """The process dies here."""


def _silence(call: Call) -> Exception:
    return unconfirmed(call) if call.writes else unavailable(call.service)


def _crash_before(call: Call, _send: Callable[[Call], Reply]) -> Reply:
    raise Crash


def _crash_after(call: Call, send: Callable[[Call], Reply]) -> Reply:
    send(call)
    raise Crash


def _no_answer_before(call: Call, _send: Callable[[Call], Reply]) -> Reply:
    raise _silence(call)


def _no_answer_after(call: Call, send: Callable[[Call], Reply]) -> Reply:
    send(call)
    raise _silence(call)


def _html_after(call: Call, send: Callable[[Call], Reply]) -> Reply:
    send(call)
    return Reply(200, {}, b"<html></html>")


def _empty_before(_call: Call, _send: Callable[[Call], Reply]) -> Reply:
    return Reply(200, {}, b"")


def _throttled(call: Call, _send: Callable[[Call], Reply]) -> Reply:
    raise Throttled(f"{call.service} asks for fewer calls.", 10.0)


def _throttled_at_once(call: Call, _send: Callable[[Call], Reply]) -> Reply:
    raise Throttled(f"{call.service} asks for fewer calls.", 0.0)


def _expired(_call: Call, _send: Callable[[Call], Reply]) -> Reply:
    return Reply(401, {}, b"")


def _replied(status: int, body: bytes, *, effect: bool) -> "Way":
    """Answers so, whether or not the call was made."""

    def reply(call: Call, send: Callable[[Call], Reply]) -> Reply:
        if effect:
            send(call)
        if status >= 500:
            raise _silence(call)
        return Reply(status, {}, body)

    return reply


Way = Callable[[Call, Callable[[Call], Reply]], Reply]
STATUSES = (201, 202, 204, 302, 400, 403, 404, 408, 409, 422, 499, 500)
FAULT_TEXT = b'{"Id": 0, "Result": {"ResultCode": "ERROR", "ResultDescription": "Timeout expired"}}'
REPLIES = {
    **{str(status): (status, b"") for status in STATUSES},
    "200 ERROR Timeout expired": (200, FAULT_TEXT),
    "200 null": (200, b"null"),
}
"""Answers that do not say whether anything was done."""

WAYS: dict[str, Way] = {
    "crash before": _crash_before,
    "crash after": _crash_after,
    "no answer, no effect": _no_answer_before,
    "no answer, effect": _no_answer_after,
    "HTML, effect": _html_after,
    "empty, no effect": _empty_before,
    "429": _throttled,
    "401": _expired,
    **{
        f"{name}, {'effect' if effect else 'no effect'}": _replied(status, body, effect=effect)
        for name, (status, body) in REPLIES.items()
        for effect in (False, True)
    },
}

ENDLESS: dict[str, Way] = {
    "429, at once": _throttled_at_once,
    "412": _replied(412, b"", effect=False),
    **{name: WAYS[name] for name in ("500, no effect", "500, effect", "401")},
}
"""How a server may answer whatever it is asked, for longer than any run lasts."""


class BreakingHttp:
    """A `Sender` that counts its calls and breaks the one with number `at`.

    Args:
        http: sends the others.
        at: number of the call to break, from 0; None breaks none.
        way: how.
        endless: whether all calls after it are broken too.
    """

    def __init__(
        self, http: Sender, at: int | None = None, way: Way | None = None, *, endless: bool = False
    ) -> None:
        self._http = http
        self._at = at
        self._way = way
        self._endless = endless
        self.calls = 0

    def send(self, call: Call) -> Reply:
        number, self.calls = self.calls, self.calls + 1
        if self._way is None or self._at is None or number < self._at:
            return self._http.send(call)
        if number == self._at or self._endless:
            return self._way(call, self._http.send)
        return self._http.send(call)


class QuickClock:
    """A clock whose waits take no time, but pass on it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def sleep(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


class Runner:
    """Runs bots in this process, each run with services of its own, as cold Lambdas have.

    Args:
        clock: shared by all runs.
    """

    def __init__(self, clock: QuickClock) -> None:
        self._clock = clock
        self._http = Http()

    def let_pass(self, seconds: float) -> None:
        """Lets time pass for all later runs."""
        self._clock.sleep(seconds)

    def run(
        self, bot: str, payload: dict[str, Any], at: int | None = None, way: str = ""
    ) -> tuple[dict[str, Any], int]:
        """The bot's answer and how many calls it took; raises what the run raises."""
        breaking = BreakingHttp(self._http, at, WAYS.get(way))
        return self._run(bot, payload, breaking), breaking.calls

    def run_endlessly_broken(self, bot: str, payload: dict[str, Any], at: int, way: str) -> int:
        """How many calls a run makes of which all from one on break; raises nothing of ours."""
        breaking = BreakingHttp(self._http, at, ENDLESS[way], endless=True)
        with suppress(BotError):
            self._run(bot, payload, breaking)
        return breaking.calls

    def _run(self, bot: str, payload: dict[str, Any], http: Sender) -> dict[str, Any]:
        def services() -> Services:
            clock = self._clock
            return Services(http=http, now=clock.now, sleep=clock.sleep, timing=SELDOM)

        handler = next(known for known in BOTS if known.name == bot).handler(services)
        return handler(payload, None)
