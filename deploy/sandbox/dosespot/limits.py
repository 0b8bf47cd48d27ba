"""Counts calls in a sliding window; holds no clock and knows no operation by name."""

from collections import defaultdict, deque
from collections.abc import Mapping


class RateLimiter:
    """How many calls of each kind there were in the last seconds.

    Attributes:
        refused: how many calls were not admitted.
    """

    def __init__(self) -> None:
        self.refused = 0
        self._seen: defaultdict[str, deque[float]] = defaultdict(deque)

    def admit(self, limits: Mapping[str, int], window_s: float, at_s: float) -> bool:
        """Counts a call, unless one of its kinds is already at its limit.

        Args:
            limits: the kinds that the call belongs to, and how many of each there may be.
            window_s: in how many seconds.
            at_s: when the call comes, in seconds since any fixed moment.
        """
        for kind in limits:
            self._forget(kind, at_s - window_s)
        if any(len(self._seen[kind]) >= limit for kind, limit in limits.items()):
            self.refused += 1
            return False
        for kind in limits:
            self._seen[kind].append(at_s)
        return True

    def _forget(self, kind: str, until_s: float) -> None:
        seen = self._seen[kind]
        while seen and seen[0] <= until_s:
            seen.popleft()
