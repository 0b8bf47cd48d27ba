"""An enrollment run: look, decide what is next, do it, and look again, until nothing is left to do.

`next_step` in the rules decides; this module does what it says, one step at a time, and keeps a
trail. A step changes at most one thing.
"""

from concurrent.futures import Future, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import assert_never

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Announced
from fhir_profiles.elements import positive_number
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
from shared.enrollment.accounting import account_for_announced, keep
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
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import (
    CHANGED_TO,
    CLINICIAN,
    TFA_TYPE,
    Act,
    Order,
    Shown,
    Situation,
    clinician_now,
    stage_of,
)
from shared.enrollment.rules.stages import Stage
from shared.enrollment.rules.trouble import (
    answered_for_another,
    ends_with,
    in_progress,
    unanswered,
    was_requested_here,
)
from shared.errors import (
    BotError,
    DoseSpotRefused,
    LookUpFirst,
    RecordsDisagree,
    StageRefused,
    TryAgain,
)
from shared.members.rules.another_person import UNKNOWN_ID
from shared.members.rules.clinician import Clinician
from shared.members.rules.subject import Subject
from shared.members.status_recording import BeforeStatus, StatusRecording, nobody_waits
from shared.records.findings import Finding
from shared.records.identity import Identity, missing
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
            self.give_back(s)
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
                return self._look(s, order)
            case LookAgain():
                return self._look_again(step, s, order)
            case Wait():
                return self._waited(step, s)
            case CheckGrant():
                return self._with_grant(s, order)
            case CheckClaim():
                return replace(s, trusted=self.members.is_administrators(s.claim.author))
            case Announce():
                return self._announced(step, s)
            case Create():
                return self._created(step, s, order)
            case Link():
                return self._linked(step, s, order)
            case Change():
                return self._changed(step, s)
            case Begin():
                return self._begun(step, s, order)
            case Remember():
                memory = {TFA_TYPE: step.tfa_type.value}
                return s.with_claim(self.members.write_claim(s.claim.settled(**memory)))
            case WriteStatus():
                return self._with_status_written(s, order)
            case Settle():
                return self._settled(step, s)
            case Refuse():
                raise step.error
            case _:
                assert_never(step)

    def read_records(self, s: Situation) -> Situation:
        """The situation with the FHIR records."""
        subject, records = self.members.look(s.subject, again=s.rounds > 0)
        return replace(s, subject=subject, records=records)

    def ask_network(self, s: Situation, order: Order, known_id: int | None = None) -> Situation:
        """The situation with what DoseSpot shows of the membership's clinician, or else of that id,
        or else of the one it finds by the NPI."""
        shown = self.network.look(s, order, known_id)
        if shown.clinician and not s.rounds:
            s = replace(s, was_active=shown.clinician.active)
            shown = self.network.change(s, order, shown)
        return replace(s, shown=shown)

    def _look(self, s: Situation, order: Order) -> Situation:
        if s.records is not None:
            return self.ask_network(s, order)
        records, in_dosespot = self.together(
            lambda: self.read_records(s), lambda: self.ask_network(s, order)
        )
        return self.with_missing_looked_up(
            replace(records, shown=in_dosespot.shown, was_active=in_dosespot.was_active), order
        )

    def with_missing_looked_up(self, s: Situation, order: Order) -> Situation:
        """The situation after both were read in parallel, looked up again by what was learned."""
        known = s.subject.clinician_id
        remembered = positive_number(s.claim.memory.get(CLINICIAN, ""))
        if known is not None and (s.clinician is None or s.clinician.id != known):
            s = self.ask_network(s, order)
        elif s.clinician is None and remembered is not None:
            s = self.ask_network(s, order, remembered)
        return replace(s, rounds=s.rounds + 1)

    def _look_again(self, step: LookAgain, s: Situation, order: Order) -> Situation:
        if not self.wait(step.pause_s):
            return replace(s, trouble=unanswered(s.opened or ""))
        return replace(self.ask_network(s, order), looks=s.looks + 1)

    def _waited(self, step: Wait, s: Situation) -> Situation:
        if not self.wait(step.pause_s):
            return replace(s, trouble=in_progress(s, self.timing))
        claim = self.members.read_claim(s.claim)
        s = replace(s.with_claim(claim), looks=s.looks + 1)
        is_free = not claim.others_time(s.run, self.now(), self.timing.claim)
        return replace(s.unread(), looks=0) if is_free else s

    def _with_grant(self, s: Situation, order: Order) -> Situation:
        s = replace(s, granted=self.members.granted() & order.roles)
        if s.shown is None or s.clinician is None:
            return s
        return replace(s, shown=self.network.change(s, order, s.shown))

    def _announced(self, step: Announce, s: Situation) -> Situation:
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

    def _created(self, step: Create, s: Situation, order: Order) -> Situation:
        try:
            clinician_id = self.network.create(s, order, step.within_s)
        except LookUpFirst:
            return replace(s, opened=Act.CREATE)
        except TryAgain:
            raise
        except BotError as refused:
            # DoseSpot may know the NPI although its lookup did not find it in time.
            return replace(s.unread(), refused=refused)
        keep(self.trail, AuditAction.CLINICIAN_CREATED, s, clinician_id)
        return replace(s, created=clinician_id)

    def _linked(self, step: Link, s: Situation, order: Order) -> Situation:
        clinician_id = step.dosespot_id
        account_for_announced(self.trail, s)
        self.trail.begin_to_save()
        looking = self.together.started(lambda: self.network.look(s, order, clinician_id))
        # Somebody with another person's id could sign in as them, so the answer is verified.
        seen = _result(looking) if s.created == clinician_id else None
        mine, theirs = s.subject.identity, seen.identity if seen else Identity()
        mistaken = answered_for_another(mine, theirs, clinician_id)
        if mistaken is not None:
            return replace(s, opened=Act.CREATE, trouble=mistaken)
        sure = not missing(mine, theirs)
        try:
            membership = self.members.link(s.subject.membership, clinician_id, sure=sure)
        finally:
            wait([looking])
        subject = replace(s.subject, membership=membership, clinician_id=clinician_id)
        s = replace(s, subject=subject)
        keep(self.trail, AuditAction.CLINICIAN_LINKED, s, clinician_id)
        # It is linked whether or not DoseSpot could be asked; if not, it is asked again.
        return replace(s, shown=_result(looking))

    def _changed(self, step: Change, s: Situation) -> Situation:
        clinician_id = _id(s)
        opened: str | None = None
        trouble: BotError | None = None
        try:
            self.network.edit(clinician_id, step.record, step.within_s)
        except LookUpFirst:
            opened = Act.CHANGE
        except TryAgain:
            raise
        except BotError as refused:
            # What was sent before may have taken effect anyway.
            opened, trouble = s.opened, refused
        else:
            keep(self.trail, AuditAction.CLINICIAN_CHANGED, s, clinician_id)
            self.trail.begin_to_save()
        warned = s.shown.warnings if s.shown and not trouble else ()
        changed = replace(
            s, opened=opened, trouble=trouble, changes=s.changes + 1, warned=(*s.warned, *warned)
        )
        return changed if trouble else replace(changed, shown=None)

    def _begun(self, step: Begin, s: Situation, order: Order) -> Situation:
        stage, clinician_id = step.stage, _id(s)
        s = replace(s, begun_from=s.clinician.status if s.clinician else None)
        try:
            began = self.network.begin(clinician_id, stage, step.tfa_type, step.within_s)
        except LookUpFirst:
            return replace(s, opened=stage.act)
        except DoseSpotRefused as refused:
            if not order.self_service:
                return replace(s, trouble=refused)
            # A prescriber who only opened the iFrame can do nothing about it but wait.
            began = False
        if began:
            keep(self.trail, stage.audit, s, clinician_id)
            self.trail.begin_to_save()
            s = replace(s, begun=stage)
        else:
            in_the_way = stage is Stage.TFA and not order.self_service
            trouble = StageRefused(Refusal.TFA_IN_PROGRESS) if in_the_way else None
            s = replace(s, declined=True, trouble=trouble)
        return self._with_status(s, clinician_id)

    def _with_status(self, s: Situation, clinician_id: int) -> Situation:
        """The situation with the status now; if it can't be read, DoseSpot is to be asked again.

        What has begun is still remembered: otherwise the next run would begin it again.
        """
        try:
            status = self.network.status(clinician_id)
        except BotError:
            return replace(s, shown=None)
        if s.shown is None or s.clinician is None:
            return s
        clinician = replace(s.clinician, status=status)
        return replace(s, shown=replace(s.shown, clinician=clinician))

    def _with_status_written(self, s: Situation, order: Order) -> Situation:
        latest = s

        def ask_again(_practitioner: Resource) -> Clinician:
            nonlocal latest
            latest = self.ask_network(s, order)
            return _known(latest)

        before, change = s.subject.record, StatusRecording(_known(s), ask_again, self.now)
        practitioner = f"Practitioner/{s.subject.practitioner.get('id')}"
        self.before_status(practitioner, change.clinician)
        written = self.members.write_status(before, change)
        subject = s.subject.recorded(written.resource)
        if written.replaced is not None:
            after, replaced = written.resource, written.replaced
            self.trail.recorded(change.clinician, before, after, replaced=replaced)
        return replace(latest, subject=subject, recorded=True)

    def _settled(self, step: Settle, s: Situation) -> Situation:
        account_for_announced(self.trail, s)
        claim = s.claim.settled(**step.memory)
        if not self._saves():
            # The run tries again when it ends; what is announced stays for the next run to keep.
            claim = s.claim.given_back(**step.memory)
        return replace(s.with_claim(self.members.write_claim(claim)), left=True)

    def _saves(self) -> bool:
        """Writes the AuditEvents so far; whether that went well."""
        try:
            self.trail.save()
        except BotError:
            return False
        return True

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


def _result(looking: "Future[Shown]") -> Shown | None:
    """What a look shows, once it is over; None if it failed."""
    return looking.result() if looking.exception() is None else None


def _known(s: Situation) -> Clinician:
    if s.clinician is None:
        raise RecordsDisagree(UNKNOWN_ID)
    return s.clinician


def _id(s: Situation) -> int:
    if s.clinician is None:
        raise AssertionError("only a known clinician is changed")
    return s.clinician.id
