"""The time that a run has, and how it spends it waiting."""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom
from time import monotonic

from shared.errors import RemoteUnavailable, Throttled
from shared.http import Call, Reply, Sender

RESERVE_S = 3.0
LONGEST_WAIT_S = 60.0
PAUSES_S = (0.2, 0.8)


@dataclass(frozen=True)
class Timing:
    """How long things may take, in seconds.

    Attributes:
        claim_s: how long a run may be alone in creating a clinician.
        create_s: how long before the end of its claim a run must have sent the create, so that
            it has been answered, and DoseSpot's look-up shows the clinician, when the claim ends.
        poll_s: how often a run looks whether another one has finished.
        lookup_s: how long a run looks for a clinician whose creation was not confirmed.
    """

    claim_s: float = 45.0
    create_s: float = 30.0
    poll_s: float = 0.5
    lookup_s: float = 6.0


class Pace:
    """Waits as long as the run's time allows, RESERVE_S kept for writing down how it ended.

    All waits of a run together are at most LONGEST_WAIT_S.

    Args:
        remaining_s: seconds until the run is ended from outside.
        sleep: waits.
        told: hears how many seconds were waited, each time.
    """

    def __init__(
        self,
        remaining_s: Callable[[], float],
        sleep: Callable[[float], None],
        told: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        self._remaining_s = remaining_s
        self._sleep = sleep
        self._told = told
        self._waited_s = 0.0

    def wait(self, seconds: float) -> bool:
        """Waits, up to a fifth longer so that many do not come back at once.

        Returns:
            False, at once, where there is no time for it.
        """
        # Functions restored from one snapshot would share any other generator's state.
        jittered = seconds * SystemRandom().uniform(1.0, 1.2)
        too_long = self._waited_s + jittered > LONGEST_WAIT_S
        if too_long or jittered > self._remaining_s() - RESERVE_S:
            return False
        self._sleep(jittered)
        self._waited_s += jittered
        self._told(jittered)
        return True


class PatientHttp:
    """A `Sender` that sends again what had no effect, while the run has time.

    What asks for fewer calls is given the time that it asks for; what could not be reached is
    tried again twice. A write without an answer is never sent again.

    Args:
        sender: sends one call once.
        pace: the run's.
    """

    def __init__(self, sender: Sender, pace: Pace) -> None:
        self._sender = sender
        self._pace = pace

    def send(self, call: Call) -> Reply:
        """Sends the call; raises what the last attempt raised."""
        pauses = list(PAUSES_S)
        while True:
            try:
                return self._sender.send(call)
            except Throttled as busy:
                if _too_late(call, busy.retry_after_s) or not self._pace.wait(busy.retry_after_s):
                    raise
            except RemoteUnavailable:
                if not pauses or not self._pace.wait(pauses.pop(0)):
                    raise


def _too_late(call: Call, wait_s: float) -> bool:
    """Whether the call must not be sent any more after that wait."""
    return call.send_until_s is not None and monotonic() + wait_s > call.send_until_s
