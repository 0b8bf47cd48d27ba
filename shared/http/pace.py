"""The time that a run has, and how it spends it waiting."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from random import SystemRandom
from threading import Lock
from time import monotonic

from shared.errors import RemoteUnavailable, Throttled
from shared.http.sending import Call, Reply, Sender, unavailable

RESERVE_S = 3.0
LONGEST_WAIT_S = 60.0
MOST_JITTER = 1.2
"""How many times as long as it was asked for a wait may be."""
SHORTEST_WAIT_S = 0.05
PAUSES_S = (0.2, 0.8)
THROTTLED_S = 0.2
"""Half of the shortest wait after the first 429 in a row; doubles with each."""


class Pace:
    """Waits as long as the run's time allows, RESERVE_S kept for writing down how it ended.

    All waits of a run together, in whatever threads, are at most LONGEST_WAIT_S.

    Args:
        remaining_s: seconds until the run is ended from outside.
        sleep: waits.
        on_wait: called after each wait with its seconds.
    """

    def __init__(
        self,
        remaining_s: Callable[[], float],
        sleep: Callable[[float], None],
        on_wait: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._remaining_s = remaining_s
        self._sleep = sleep
        self._on_wait = on_wait
        self._lock = Lock()
        self._waited_s = 0.0

    def wait(self, seconds: float) -> bool:
        """Waits, up to a fifth longer so that not everyone comes back at once.

        Args:
            seconds: how long; at least SHORTEST_WAIT_S, so that nothing is repeated without a
                pause.

        Returns:
            False, at once, if there is no time for it.
        """
        # Functions restored from one snapshot would share any other generator's state.
        jittered = max(SHORTEST_WAIT_S, seconds) * SystemRandom().uniform(1.0, MOST_JITTER)
        with self._lock:
            too_long = self._waited_s + jittered > LONGEST_WAIT_S
            if too_long or jittered > self._remaining_s() - RESERVE_S:
                return False
            self._waited_s += jittered
        self._sleep(jittered)
        self._on_wait(jittered)
        return True

    def has_time(self, seconds: float) -> bool:
        """Whether so many seconds are left for something new, in which the run may still wait."""
        with self._lock:
            # However long the next wait turns out to be: once one was refused, all are.
            may_wait = self._waited_s + SHORTEST_WAIT_S * MOST_JITTER <= LONGEST_WAIT_S
        return may_wait and seconds <= self._remaining_s() - RESERVE_S

    def answer_s(self) -> float:
        """Seconds that an answer may take now; 0 or less if nothing may be sent any more.

        RESERVE_S is kept as long as there is more; what then is sent may use half of what is left.
        """
        left_s = self._remaining_s()
        return max(left_s - RESERVE_S, left_s / 2)


class PatientHttp:
    """A `Sender` that resends what had no effect, while the run has time.

    A server that wants fewer calls gets the time that it asks for, and longer each time; one that
    could not be reached is tried twice more. A write without an answer is never sent again. No
    answer is awaited longer than the run lasts.

    Args:
        sender: sends one call once.
        pace: the run's.
    """

    def __init__(self, sender: Sender, pace: Pace) -> None:
        self._sender = sender
        self._pace = pace

    def send(self, call: Call) -> Reply:
        """Sends the call; raises what the last attempt raised."""
        unreached, tried, silent = list(PAUSES_S), 0, False
        while True:
            tried += 1
            try:
                reply = self._sender.send(self._in_time(call))
                return replace(reply, after_silence=True) if silent else reply
            except RemoteUnavailable as error:
                silent = silent or not isinstance(error, Throttled)
                pause_s = _pause_s(error, tried, unreached)
                if _too_late(call, pause_s) or not self._pace.wait(pause_s):
                    raise

    def _in_time(self, call: Call) -> Call:
        """The call, whose answer has to come before the run ends."""
        answer_s = self._pace.answer_s()
        if answer_s <= 0:
            raise unavailable(call.service)
        return replace(call, answer_s=min(answer_s, call.answer_s or inf))


def _pause_s(error: RemoteUnavailable, tried: int, unreached: list[float]) -> float:
    """How long to wait before another try; infinitely long if there is none."""
    if isinstance(error, Throttled):
        return max(error.retry_after_s, THROTTLED_S * 2.0**tried)
    return unreached.pop(0) if unreached else inf


def _too_late(call: Call, wait_s: float) -> bool:
    """Whether the call must not be sent any more after that wait."""
    return call.send_until_s is not None and monotonic() + wait_s > call.send_until_s
