"""How things stand: what both systems say of the prescriber, as often as a run has to look."""

from concurrent.futures import Future
from dataclasses import dataclass, replace

from fhir_profiles.elements import positive_number
from shared.claims.rules.steps import LookAgain
from shared.enrollment.ports import Members, Network
from shared.enrollment.rules.situation import CLINICIAN, Order, Shown, Situation
from shared.enrollment.rules.trouble import unanswered
from shared.timing import Waiter
from shared.together import Together


@dataclass(frozen=True)
class Looking:
    """Looks at both systems and changes nothing; each look returns how things stand then.

    Attributes:
        members: the FHIR server.
        network: DoseSpot.
        together: runs independent calls at the same time.
        wait: waits as long as the run has time.
    """

    members: Members
    network: Network
    together: Together
    wait: Waiter

    def look(self, s: Situation, order: Order) -> Situation:
        """Asks both systems at the same time, or DoseSpot alone if the records were read before."""
        if s.records is not None:
            return self.ask_network(s, order)
        records, in_dosespot = self.together(
            lambda: self.read_records(s), lambda: self.ask_network(s, order)
        )
        return self.with_missing_looked_up(
            replace(records, shown=in_dosespot.shown, was_active=in_dosespot.was_active), order
        )

    def read_records(self, s: Situation) -> Situation:
        """Reads the FHIR records."""
        subject, records = self.members.look(s.subject, again=s.rounds > 0)
        return replace(s, subject=subject, records=records)

    def ask_network(self, s: Situation, order: Order, known_id: int | None = None) -> Situation:
        """Asks DoseSpot for the membership's clinician, or else for that id, or else for the one
        it finds by the NPI."""
        shown = self.network.look(s, order, known_id)
        if shown.clinician and not s.rounds:
            s = replace(s, was_active=shown.clinician.active)
            shown = self.network.change(s, order, shown)
        return replace(s, shown=shown)

    def with_missing_looked_up(self, s: Situation, order: Order) -> Situation:
        """The situation after both were read in parallel, looked up again by what was learned."""
        known = s.subject.clinician_id
        remembered = positive_number(s.claim.memory.get(CLINICIAN, ""))
        if known is not None and (s.clinician is None or s.clinician.id != known):
            s = self.ask_network(s, order)
        elif s.clinician is None and remembered is not None:
            s = self.ask_network(s, order, remembered)
        return replace(s, rounds=s.rounds + 1)

    def look_again(self, step: LookAgain, s: Situation, order: Order) -> Situation:
        """Waits, and asks DoseSpot for what came of a request whose answer was lost."""
        if not self.wait(step.pause_s):
            return replace(s, trouble=unanswered(s.opened or ""))
        return replace(self.ask_network(s, order), looks=s.looks + 1)

    def check_grant(self, s: Situation, order: Order) -> Situation:
        """Reads which roles were granted; with them, another change may be due."""
        s = replace(s, granted=self.members.granted() & order.roles)
        if s.shown is None or s.clinician is None:
            return s
        return replace(s, shown=self.network.change(s, order, s.shown))

    def beside(self, s: Situation, order: Order, clinician_id: int) -> "Future[Shown]":
        """Looks at a clinician while the run does something else."""
        return self.together.started(lambda: self.network.look(s, order, clinician_id))
