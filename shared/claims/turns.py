"""One run at a time: takes the claim to a thing, once no other run holds it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fhir_profiles.claim import Announced, Claim
from shared.claims.store import ClaimStore
from shared.errors import EnrollmentInProgress
from shared.timing import Clock, Timing, Waiter


@dataclass(frozen=True)
class Turn:
    """A claim that this run holds.

    Attributes:
        claim: with the run's own act announced.
        before: the claim as it was before.
    """

    claim: Claim
    before: Claim

    @property
    def left_open(self) -> Announced | None:
        """What another run announced and did not settle: it may or may not have been done."""
        return self.before.announced

    def given_back(self) -> Claim:
        """The claim, held by nobody, as open as it was before."""
        return replace(self.claim.given_back(), announced=self.left_open)


@dataclass(frozen=True)
class Turns:
    """Gives a run its turn.

    Attributes:
        claims: keeps claims.
        run: the run's own id.
        who: reference of who asked for it.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
    """

    claims: ClaimStore
    run: str
    who: str
    now: Clock
    wait: Waiter
    timing: Timing

    def take(
        self,
        key: str,
        act: str,
        subject: str,
        in_progress: str,
        *,
        is_done: Callable[[Claim], bool] = lambda _: False,
        forgets: str = "",
    ) -> Turn | None:
        """Takes the claim and announces the act on it; waits while another run holds it.

        Args:
            key: the claim's.
            act: what the run is about to do.
            subject: for what or whom.
            in_progress: the error's sentence where another run holds it for too long.
            is_done: whether the claim says that there is nothing to do.
            forgets: a name in the claim's memory that no longer counts where an act is open.

        Returns:
            The turn; None if there is nothing to do.

        Raises:
            EnrollmentInProgress: another run holds it for longer than this one has time.
            BotError: whatever the FHIR client raises.
        """
        claim, tries = self.claims.find(key), 0
        while not is_done(claim):
            now = self.now()
            if not claim.others_time(self.run, now, self.timing.claim):
                before, announced = claim, Announced(act, self.run, subject, self.who, now)
                memory = {forgets: None} if forgets and before.announced is not None else {}
                taken = before.taken(self.run, now + self.timing.claim, announced, **memory)
                claim = self.claims.write(taken)
                if claim.held_by(self.run, self.now()):
                    return Turn(claim, before)
            if not self.wait(self.timing.pause_s(tries)):
                raise EnrollmentInProgress(in_progress)
            claim, tries = self.claims.read_again(claim), tries + 1
        return None
