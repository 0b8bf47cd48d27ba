"""Sending no more calls in a time than a server allows, however it counts that time.

A server may count fixed windows or a sliding one, and counts a call when it arrives, which we can't
know. So a call counts from before it is sent until a window's length after its answer: whichever
window the server uses, all calls that it counts there counted here at the same time. Places are
also handed out evenly over the window, so that a call waits a moment rather than the rest of a
window.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic, sleep

from shared.http.sending import Call, Reply, Sender

MARGIN = 0.01
"""Part of a window by which places are kept longer, for clocks that differ."""

AHEAD = 0.02
"""Part of a window by which places may be handed out earlier than evenly, to catch up."""


@dataclass(frozen=True)
class Quota:
    """How much of something a server allows.

    Attributes:
        name: what is counted; quotas of one name are one.
        limit: how much of it, at least 1.
        window_s: in how many seconds.
    """

    name: Hashable
    limit: int
    window_s: float


Charge = tuple[Quota, int]
"""A quota, and how much of it one call needs."""


@dataclass
class _QuotaUse:
    """What is taken of one quota.

    Attributes:
        taken: by calls that are on their way, and by those that were answered not long ago.
        coming_back: when an answered call gives back, and how much; in the order of the times.
        evenly_at_s: when the next call would be sent, were they all sent evenly.
    """

    quota: Quota
    taken: int = 0
    coming_back: deque[tuple[float, int]] = field(default_factory=deque)
    evenly_at_s: float = 0.0

    def wait_s(self, cost: int, now_s: float) -> float:
        while self.coming_back and self.coming_back[0][0] <= now_s:
            self.taken -= self.coming_back.popleft()[1]
        early_s = self.evenly_at_s - self.quota.window_s * AHEAD - now_s
        short_by = self.taken + min(cost, self.quota.limit) - self.quota.limit
        return max(early_s, self._until_back_s(short_by, now_s), 0.0)

    def take(self, cost: int, now_s: float) -> None:
        self.taken += cost
        even_s = cost * self.quota.window_s / self.quota.limit
        self.evenly_at_s = max(self.evenly_at_s, now_s) + even_s

    def answered(self, cost: int, now_s: float) -> None:
        self.coming_back.append((now_s + self.quota.window_s * (1 + MARGIN), cost))

    def _until_back_s(self, short_by: int, now_s: float) -> float:
        """Seconds until so much has come back; at least a window for what is on its way."""
        if short_by <= 0:
            return 0.0
        for back_at_s, cost in self.coming_back:
            short_by -= cost
            if short_by <= 0:
                return back_at_s - now_s
        return self.quota.window_s


class Quotas:
    """What is taken of all quotas; holds no clock and never waits.

    A call that needs more of a quota than there is at all is sent when it can have it alone.
    """

    def __init__(self) -> None:
        self._accounts: dict[Hashable, _QuotaUse] = {}

    def wait_s(self, charges: Sequence[Charge], now_s: float) -> float:
        """Seconds after which to ask again; 0 if the call may be sent now.

        Args:
            charges: what the call needs.
            now_s: the time in seconds since any fixed moment.
        """
        waits = (self._account(quota).wait_s(cost, now_s) for quota, cost in charges)
        return max(waits, default=0.0)

    def take(self, charges: Sequence[Charge], now_s: float) -> None:
        """Takes what a call needs that is sent now; `wait_s` has just said 0."""
        for quota, cost in charges:
            self._account(quota).take(cost, now_s)

    def answered(self, charges: Sequence[Charge], now_s: float) -> None:
        """Lets come back what a call took that was answered, or given up, now."""
        for quota, cost in charges:
            self._account(quota).answered(cost, now_s)

    def _account(self, quota: Quota) -> _QuotaUse:
        if quota.name not in self._accounts:
            self._accounts[quota.name] = _QuotaUse(quota)
        return self._accounts[quota.name]


class QuotaHttp:
    """A `Sender` that keeps to quotas; safe to use from several threads.

    Args:
        sender: sends one call once.
        charges: what a call needs.
        clock: seconds of a monotonic clock.
        sleep: waits.
    """

    def __init__(
        self,
        sender: Sender,
        charges: Callable[[Call], Sequence[Charge]],
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], None] = sleep,
    ) -> None:
        self._sender = sender
        self._charges = charges
        self._clock = clock
        self._sleep = sleep
        self._quotas = Quotas()
        self._lock = Lock()

    def send(self, call: Call) -> Reply:
        """Sends the call as soon as it may be; raises what the sender raises."""
        charges = self._charges(call)
        while wait_s := self._taken_or_wait_s(charges):
            self._sleep(wait_s)
        try:
            return self._sender.send(call)
        finally:
            with self._lock:
                self._quotas.answered(charges, self._clock())

    def _taken_or_wait_s(self, charges: Sequence[Charge]) -> float:
        with self._lock:
            now_s = self._clock()
            wait_s = self._quotas.wait_s(charges, now_s)
            if not wait_s:
                self._quotas.take(charges, now_s)
            return wait_s
