"""Counts that were asked for lately, kept for pages that ask every few seconds.

Medplum's hook stops asking at the first error until its page is loaded again. So a failure of
DoseSpot is bridged by what it said last, for a minute: older counts would be invented.
"""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from shared.dosespot.notification_counts import NotificationCounts
from shared.errors import DoseSpotRefused, RemoteMisbehaved, RemoteUnavailable

FRESH_S = 5.0
"""For how long an answer is given again without asking; half of the hook's interval."""
LAST_GOOD_S = 60.0
"""For how long an answer is still given where DoseSpot fails."""
MOST_KEPT = 5000
"""Clinicians whose counts are kept, so that a process that lives long does not grow."""

FAILURES = (RemoteUnavailable, RemoteMisbehaved, DoseSpotRefused)
"""What says nothing about who asks; a clinician who may not ask is told so at once."""

Account = tuple[str, int, int]


class Counting(Protocol):
    """DoseSpot, seen by one clinician; `CountsClient` is one."""

    @property
    def account(self) -> Account:
        """Whose counts they are."""
        ...

    def notification_counts(self) -> NotificationCounts:
        """What waits for the clinician now."""
        ...


@dataclass(frozen=True)
class _Kept:
    counts: NotificationCounts
    at_s: float


class KeptCounts:
    """The last counts of each clinician who asked in this process.

    Args:
        clock: seconds of a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Account, _Kept] = {}

    def ask(self, dosespot: Counting) -> NotificationCounts:
        """What waits for the clinician.

        Raises:
            BotError: whatever the client raises, unless DoseSpot failed and has answered within
                LAST_GOOD_S.
        """
        asked_s = self._clock()
        known = self._known(dosespot.account, FRESH_S)
        if known is not None:
            return known
        try:
            counts = dosespot.notification_counts()
        except FAILURES:
            known = self._known(dosespot.account, LAST_GOOD_S)
            if known is None:
                raise
            return known
        self._keep(dosespot.account, _Kept(counts, asked_s))
        return counts

    def _known(self, account: Account, at_most_s: float) -> NotificationCounts | None:
        with self._lock:
            kept = self._kept.get(account)
        is_new = kept is not None and self._clock() - kept.at_s < at_most_s
        return kept.counts if kept is not None and is_new else None

    def _keep(self, account: Account, kept: _Kept) -> None:
        with self._lock:
            before = self._kept.pop(account, kept)
            self._kept[account] = max(before, kept, key=lambda one: one.at_s)
            if len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]
