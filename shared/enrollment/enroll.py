"""An enrollment run: look, decide what is next, do it, and look again, until nothing is left to do.

`next_step` in the rules decides; this module has that done, one step at a time: `looking` looks,
`claiming` takes the claim and gives it back, `dosespot_steps` and `fhir_steps` change the two
systems. A step changes at most one thing.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import assert_never

from shared.claims.rules.steps import (
    Announce,
    Change,
    Create,
    Link,
    Look,
    LookAgain,
    Refuse,
    Settle,
    Wait,
)
from shared.enrollment.claiming import Claiming
from shared.enrollment.dosespot_steps import DoseSpotSteps
from shared.enrollment.fhir_steps import FhirSteps
from shared.enrollment.looking import Looking
from shared.enrollment.ports import Keeper, Members, Network
from shared.enrollment.rules.next_step import (
    Begin,
    CheckClaim,
    CheckGrant,
    Remember,
    Step,
    WriteStatus,
    left_in_dosespot,
    next_step,
)
from shared.enrollment.rules.situation import Act, Order, Situation, clinician_now
from shared.enrollment.rules.stages import Stage
from shared.enrollment.rules.trouble import ends_with
from shared.errors import BotError
from shared.members.rules.clinician import Clinician
from shared.members.rules.subject import Subject
from shared.members.status_recording import BeforeStatus, nobody_waits
from shared.records.findings import Finding
from shared.timing import Clock, Timing, Waiter
from shared.together import Together


@dataclass(frozen=True)
class Outcome:
    """How things stand after a run.

    Attributes:
        subject: with the resources as the FHIR server now has them.
        clinician: what DoseSpot says now.
        expected: the same with the status that will show: DoseSpot's may lag behind what was begun.
        created: whether this run created the clinician.
        begun: the stage that this run began.
        warnings: what could not be done as the records say, or what looks wrong.
    """

    subject: Subject
    clinician: Clinician
    expected: Clinician
    created: bool
    begun: Stage | None
    warnings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Enrollment:
    """The use case; both bots of the enrollment guide run it.

    Attributes:
        members: the FHIR server.
        network: DoseSpot.
        trail: keeps what was done.
        together: runs independent calls at the same time.
        now: the clock.
        wait: waits as long as the run has time.
        timing: how long claims last.
        before_status: is told what DoseSpot says of the Practitioner, given by reference, before
            that is written.
    """

    members: Members
    network: Network
    trail: Keeper
    together: Together
    now: Clock
    wait: Waiter
    timing: Timing
    before_status: BeforeStatus = nobody_waits

    @cached_property
    def looking(self) -> Looking:
        """What looks at both systems."""
        return Looking(self.members, self.network, self.together, self.wait)

    @cached_property
    def claiming(self) -> Claiming:
        """What takes the claim and gives it back."""
        return Claiming(self.members, self.trail, self.now, self.wait, self.timing)

    @cached_property
    def in_dosespot(self) -> DoseSpotSteps:
        """What changes DoseSpot."""
        return DoseSpotSteps(self.network, self.trail)

    @cached_property
    def in_fhir(self) -> FhirSteps:
        """What writes the membership and the Practitioner."""
        return FhirSteps(self.members, self.trail, self.looking, self.now, self.before_status)

    def begin(self, subject: Subject, order: Order) -> Situation:
        """How things stand before the run has looked."""
        granted = None if order.self_service else order.roles
        return Situation(run=self.trail.run, now=self.now(), subject=subject, granted=granted)

    def look(self, subject: Subject, order: Order) -> Situation:
        """How things stand before a run; changes nothing.

        Raises:
            BotError: whatever the two servers raise.
        """
        return self.take(Look(), self.begin(subject, order), order)

    def run(self, situation: Situation, order: Order) -> Outcome:
        """Takes the prescriber as far as the order goes and DoseSpot allows.

        Args:
            situation: the answer of `look` or `begin`.
            order: what the caller wants.

        Raises:
            StageRefused: a requested stage can't be taken; DoseSpot was not changed for it, and
                what it says is on the Practitioner.
            EnrollmentLimitReached: the project may not have another clinician.
            LookUpFirst: DoseSpot did not say whether a change took effect.
            BotError: whatever else prevents it.
        """
        s = situation
        try:
            while (step := next_step(s, order, self.timing)) is not None:
                s = self.take(step, s, order)
        except BotError as error:
            self.claiming.give_back(s)
            raise ends_with(s, error) from None
        if s.clinician is None or s.shown is None:
            raise AssertionError("a run ends with a clinician or an error")
        found = (*s.subject.warnings, *s.warned, *s.shown.warnings, *left_in_dosespot(s))
        warnings = tuple(dict.fromkeys(found))
        created = s.created is not None or s.opened == Act.CREATE
        expected = clinician_now(s, self.timing) or s.clinician
        return Outcome(s.subject, s.clinician, expected, created, s.begun, warnings)

    def take(self, step: Step, s: Situation, order: Order) -> Situation:
        """Does one step; returns how things stand then.

        Raises:
            BotError: the step could not be done, or says that the run has to end.
        """
        after = self._taken(step, s, order)
        return replace(after, now=self.now())

    def _taken(self, step: Step, s: Situation, order: Order) -> Situation:  # noqa: PLR0911, PLR0912 - one for each
        match step:
            case Look():
                return self.looking.look(s, order)
            case LookAgain():
                return self.looking.look_again(step, s, order)
            case Wait():
                return self.claiming.wait_for(step, s)
            case CheckGrant():
                return self.looking.check_grant(s, order)
            case CheckClaim():
                return self.claiming.check(s)
            case Announce():
                return self.claiming.announce(step, s)
            case Create():
                return self.in_dosespot.create(step, s, order)
            case Link():
                return self.in_fhir.link(step, s, order)
            case Change():
                return self.in_dosespot.change(step, s)
            case Begin():
                return self.in_dosespot.begin(step, s, order)
            case Remember():
                return self.claiming.remember(step, s)
            case WriteStatus():
                return self.in_fhir.write_status(s, order)
            case Settle():
                return self.claiming.settle(step, s)
            case Refuse():
                raise step.error
            case _:
                assert_never(step)
