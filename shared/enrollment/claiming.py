"""The claim to a prescriber in a run: waited for, taken for what is announced on it, given back.

What it protects from is told in `docs/explanation/one-clinician.md`.
"""

from contextlib import suppress
from dataclasses import dataclass, replace

from fhir_profiles.claim import Announced
from shared.claims.rules.steps import Announce, Settle, Wait
from shared.enrollment.accounting import account_for_announced
from shared.enrollment.ports import Keeper, Members
from shared.enrollment.rules.next_step import Remember
from shared.enrollment.rules.situation import CHANGED_TO, TFA_TYPE, Act, Situation, stage_of
from shared.enrollment.rules.trouble import in_progress, was_requested_here
from shared.errors import BotError
from shared.timing import Clock, Timing, Waiter


@dataclass(frozen=True)
class Claiming:
    """Takes the claim, and gives it back; each step returns how things stand then.

    Attributes:
        members: the FHIR server, which has the claim.
        trail: keeps what was done.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
    """

    members: Members
    trail: Keeper
    now: Clock
    wait: Waiter
    timing: Timing

    def wait_for(self, step: Wait, s: Situation) -> Situation:
        """Waits while another run holds the claim, and reads it again."""
        if not self.wait(step.pause_s):
            return replace(s, trouble=in_progress(s, self.timing))
        claim = self.members.read_claim(s.claim)
        s = replace(s.with_claim(claim), looks=s.looks + 1)
        is_free = not claim.others_time(s.run, self.now(), self.timing.claim)
        return replace(s.unread(), looks=0) if is_free else s

    def check(self, s: Situation) -> Situation:
        """Finds out whether an administrator, or our own client, wrote the claim last."""
        return replace(s, trusted=self.members.is_administrators(s.claim.author))

    def announce(self, step: Announce, s: Situation) -> Situation:
        """Takes the claim and announces on it what is done next.

        Where another run was quicker, and where an earlier one may have done something since both
        systems were read, they have to be read again.
        """
        account_for_announced(self.trail, s)
        self._saves()
        now = self.now()
        announced = s.claim.announced
        if announced is None or not (step.act == Act.LINK and was_requested_here(s)):
            announced = Announced(step.act, s.run, s.subject.member, self.trail.who, now)
        memory = {} if step.changed_to is None else {CHANGED_TO: step.changed_to}
        wanted = s.claim.taken(s.run, now + self.timing.claim, announced, **memory)
        claim = self.members.write_claim(wanted)
        taken = replace(s.with_claim(claim), now=now)
        if not taken.holds:
            if not self.wait(self.timing.pause_s(s.looks)):
                return replace(taken, trouble=in_progress(taken, self.timing))
            return replace(taken.unread(), looks=s.looks + 1)
        # What has happened since both were read the claim itself shows: of a clinician if nobody
        # had a claim before, of a stage unless a run died with it. A record others change as well.
        announced = s.claim.announced
        is_new = s.claim.resource is None and step.act != Act.CHANGE
        is_first = announced is None or announced.run == s.run
        return taken if is_new or (stage_of(step.act) and is_first) else taken.unread()

    def remember(self, step: Remember, s: Situation) -> Situation:
        """Keeps on the claim which second factor was chosen."""
        memory = {TFA_TYPE: step.tfa_type.value}
        return s.with_claim(self.members.write_claim(s.claim.settled(**memory)))

    def settle(self, step: Settle, s: Situation) -> Situation:
        """Gives the claim back, once AuditEvents say what was done."""
        account_for_announced(self.trail, s)
        claim = s.claim.settled(**step.memory)
        if not self._saves():
            # The run tries again when it ends; what is announced stays for the next run to keep.
            claim = s.claim.given_back(**step.memory)
        return replace(s.with_claim(self.members.write_claim(claim)), left=True)

    def give_back(self, s: Situation) -> None:
        """Gives the claim back if the run ends in an error that leaves nothing open.

        A clinician whom no membership carries yet is open too: DoseSpot's lookup may lag behind.
        """
        unlinked = s.created is not None and s.subject.clinician_id != s.created
        if s.records is None or not s.holds or s.opened or unlinked or s.left:
            return
        # A link whose answer was lost may have been made anyway.
        linking = s.claim.announced is not None and s.claim.announced.act == Act.LINK
        is_open = linking or s.created is not None or s.begun or s.changes
        with suppress(BotError):  # the claim ends by itself
            self.members.write_claim(s.claim.given_back() if is_open else s.claim.settled())

    def _saves(self) -> bool:
        """Writes the AuditEvents so far; whether that went well."""
        try:
            self.trail.save()
        except BotError:
            return False
        return True
