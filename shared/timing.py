"""How long claims and lookups last, and the clock and waiting of a run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

Clock = Callable[[], datetime]
"""The current time, aware."""

Waiter = Callable[[float], bool]
"""Waits for seconds; False, at once, where the run has no time for it."""


@dataclass(frozen=True)
class Timing:
    """Times in seconds.

    Attributes:
        claim_s: how long a run may hold a claim.
        create_s: how long before the end of its claim a run must have sent a create or a change,
            so that it has been answered, and DoseSpot's lookup shows the result, when it ends.
        poll_s: how long a run waits before it looks again; it waits longer each time.
        begun_s: for how long a stage that DoseSpot has begun counts as begun, although the status
            does not show it.
        maybe_begun_s: the same for a stage whose beginning DoseSpot did not confirm, from the end
            of the claim on which it was announced; for as long a patient's change may still come.
    """

    claim_s: float = 45.0
    create_s: float = 30.0
    poll_s: float = 0.5
    begun_s: float = 600.0
    maybe_begun_s: float = 60.0

    @property
    def claim(self) -> timedelta:
        """How long a run may hold a claim."""
        return timedelta(seconds=self.claim_s)

    def pause_s(self, tries: int) -> float:
        """How long to wait after that many looks; at most eight times as long as at first."""
        return float(self.poll_s * 2 ** min(tries, 3))
