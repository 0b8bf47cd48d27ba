"""What a process keeps between runs: connections, DoseSpot's tokens, threads and clocks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Lock
from time import monotonic, sleep
from typing import Any, TypeVar

from shared.audit.trail import Trail
from shared.http.sending import Http, Sender
from shared.http.token_cache import TokenCache
from shared.runtime.log import set_up_logging
from shared.timing import Timing
from shared.together import Together

T = TypeVar("T")

THREADS = 8


def made_once(make: Callable[[], T]) -> Callable[[], T]:
    """What `make` makes, made at the first call and the same for all: also for calls at once."""
    lock = Lock()
    made: list[T] = []

    def one() -> T:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return one


class Services:
    """What outlives one invocation.

    Args:
        http: sends all calls.
        clock: seconds of a monotonic clock.
        now: the current time, aware.
        sleep: waits for seconds.
        timing: how long claims and lookups last.
        at_end: is shown the trail of every run when it ends, in the run's own thread.
    """

    def __init__(
        self,
        http: Sender | None = None,
        clock: Callable[[], float] = monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = sleep,
        timing: Timing | None = None,
        at_end: Callable[[Trail], None] = lambda _: None,
    ) -> None:
        set_up_logging()
        self.http = http or Http()
        self.sleep = sleep
        self.timing = timing or Timing()
        self.tokens = TokenCache(clock)
        self.clock = clock
        self.together = Together(ThreadPoolExecutor(THREADS, thread_name_prefix="bot"))
        self.now = now
        self.at_end = at_end
        self._kept: dict[Callable[[Callable[[], float]], Any], Any] = {}
        self._keeping = Lock()

    def kept(self, make: Callable[[Callable[[], float]], T]) -> T:
        """What `make` returns for the monotonic clock, once for all runs, such as a cache of
        answers.

        Args:
            make: a class or function; whoever asks with the same one gets the same thing.
        """
        with self._keeping:
            if make not in self._kept:
                self._kept[make] = make(self.clock)
            kept: T = self._kept[make]
            return kept
