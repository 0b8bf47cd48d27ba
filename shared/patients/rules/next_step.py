"""What a run that brings a patient to DoseSpot does next: a pure function of how things stand.

A patient is created, and a record changed, only while the run holds a claim; what a run before it
requested without getting an answer is looked for first.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fhir_profiles.claim import Claim
from shared.claims.rules.steps import (
    Announce,
    Change,
    Create,
    DoseSpotRecord,
    Link,
    Look,
    LookAgain,
    Refuse,
    Settle,
    Wait,
    record_digest,
    sendable_s,
    vain_digest,
)
from shared.errors import BotError, EnrollmentInProgress, LookUpFirst, RecordsDisagree, TryAgain
from shared.records.findings import Finding
from shared.timing import Timing

PATIENT, IN_VAIN, CHANGED_TO = "patient", "in-vain", "changed-to"
"""Names in a claim's memory: the id of the patient who was created; a digest of the change that
DoseSpot took without changing; and one of the record that an announced change is to store."""

SEVERAL = (
    "DoseSpot has several patients with this name, birth date, gender and ZIP code. Merge them in"
    " DoseSpot, or add the right one's id to Patient.identifier."
)
CREATE_UNANSWERED = (
    "DoseSpot was asked to create the patient but did not confirm it, and its search does"
    " not show the patient yet. The patient may exist. Run the bot again in a minute: it checks"
    " before it writes."
)
ANOTHER_PERSON = (
    "Patient.identifier: DoseSpot answered that it created the patient with the id {number}, who"
    " has another {traits} than the Patient, so nobody was linked. Have DoseSpot support check"
    " which patient was created, then run the bot again: it checks before it writes."
)
CHANGE_UNANSWERED = (
    "DoseSpot was asked to change the patient but did not confirm it. Run the bot again in"
    " a minute: it checks before it writes."
)


class PatientAct(StrEnum):
    """What a run announces on a claim before it does it."""

    CREATE = "create-patient"
    CHANGE = "change-patient"


@dataclass(frozen=True)
class Seen:
    """What both systems say.

    Attributes:
        claim: the claim to this patient.
        found: ids of DoseSpot's patients who are surely this one.
        stored: the record of the patient whose id the Patient carries, where it is to be changed.
        change: the record that DoseSpot should have instead; None if it is as it should be.
        left: what the caller has to know if DoseSpot does not make that change.
    """

    claim: Claim
    found: frozenset[int] = frozenset()
    stored: DoseSpotRecord = field(default_factory=dict)
    change: DoseSpotRecord | None = None
    left: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class PatientSituation:
    """How things stand.

    Attributes:
        run: the run's id.
        now: when the situation was as it is (aware time).
        linked: the DoseSpot id that the Patient carries; None if it carries none.
        seen: what both systems say; None if that has to be looked at again.
        created: the id that DoseSpot has given to the patient whom this run created.
        linked_here: whether this run put the id on the Patient.
        changes: how often this run has changed the record.
        opened: the act of which DoseSpot's answer does not say whether it took effect.
        earlier: the claim as this run found it, where another run's change may still take effect.
        looks: how often the run has looked in vain for what it waits for.
        left: whether the claim was given back, or has to be left as it is.
        trouble: why the run can't do what it was asked.
    """

    run: str
    now: datetime
    linked: int | None = None
    seen: Seen | None = None
    created: int | None = None
    linked_here: bool = False
    changes: int = 0
    opened: str | None = None
    earlier: Claim | None = None
    looks: int = 0
    left: bool = False
    trouble: BotError | None = None

    @property
    def claim(self) -> Claim:
        """The claim as it was last read."""
        if self.seen is None:
            raise ValueError("the claim has not been read")
        return self.seen.claim

    @property
    def holds(self) -> bool:
        """Whether this run holds the claim."""
        return self.claim.held_by(self.run, self.now)

    def with_claim(self, claim: Claim) -> "PatientSituation":
        """The same with another version of the claim."""
        if self.seen is None:
            raise ValueError("the claim has not been read")
        return replace(self, seen=replace(self.seen, claim=claim))


PatientStep = Look | LookAgain | Wait | Announce | Create | Link | Change | Settle | Refuse


def next_step(s: PatientSituation, timing: Timing) -> PatientStep | None:
    """What to do now; None if nothing is left to do."""
    if s.seen is None:
        return Look()
    trouble = s.trouble or _trouble(s)
    if trouble is None:
        if s.opened == PatientAct.CREATE and not s.seen.found and s.linked is None:
            return LookAgain(timing.pause_s(s.looks))
        if step := _due(s):
            return _allowed(step, s, timing)
    return _closing(s, timing, trouble)


def in_progress(s: PatientSituation, timing: Timing) -> BotError:
    """Another run holds the claim for longer than this one has time."""
    left_s = s.claim.others_time(s.run, s.now, timing.claim).total_seconds()
    return EnrollmentInProgress(
        f"Another run is sending this patient to DoseSpot. Try again in {max(1, round(left_s))}"
        " seconds."
    )


def unanswered(act: str) -> LookUpFirst:
    """DoseSpot did not say whether an act took effect."""
    return LookUpFirst(CREATE_UNANSWERED if act == PatientAct.CREATE else CHANGE_UNANSWERED)


def ends_with(s: PatientSituation, error: BotError) -> BotError:
    """What a run ends with that came to an error: an act that is open says more than that nothing
    was changed by the call that failed after it."""
    if s.opened is None or not isinstance(error, TryAgain):
        return error
    found = s.seen is not None and (s.linked is not None or bool(s.seen.found))
    came_true = found if s.opened == PatientAct.CREATE else is_stored(s)
    return error if came_true else unanswered(s.opened)


def in_vain(seen: Seen) -> str | None:
    """A digest of what DoseSpot has and should have; None if both are the same."""
    return vain_digest(seen.stored, seen.change)


def is_stored(s: PatientSituation) -> bool:
    """Whether DoseSpot has the record that the announced change is to store."""
    return s.seen is not None and record_digest(s.seen.stored) == s.claim.memory.get(CHANGED_TO)


def may_come(s: PatientSituation, timing: Timing) -> bool:
    """Whether a change that another run has announced may still take effect."""
    announced = s.claim.announced
    if announced is None or announced.act != PatientAct.CHANGE or announced.run == s.run:
        return False
    until = announced.at + timing.claim + timedelta(seconds=timing.maybe_begun_s)
    return s.now < until and not is_stored(s)


def _trouble(s: PatientSituation) -> BotError | None:
    if s.seen is None or s.created is not None:
        return None
    if s.linked is None and len(s.seen.found) > 1:
        return RecordsDisagree(SEVERAL)
    waits = s.opened == PatientAct.CREATE and s.linked is None and not s.seen.found
    if waits and not s.holds:
        return unanswered(PatientAct.CREATE)
    if s.opened == PatientAct.CHANGE and s.seen.change is not None and s.changes > 1:
        return unanswered(PatientAct.CHANGE)
    return None


def _due(s: PatientSituation) -> PatientStep | None:
    if s.seen is None:
        return Look()
    if s.linked is None:
        known = s.created if s.created is not None else next(iter(s.seen.found), None)
        return Create(0.0) if known is None else Link(known)
    repeated = s.changes > 1 or (s.changes == 1 and s.opened is None)
    vain = s.claim.memory.get(IN_VAIN) == in_vain(s.seen)
    if s.seen.change is None or repeated or vain:
        return None
    return Change(s.seen.change, 0.0)


def _allowed(step: PatientStep, s: PatientSituation, timing: Timing) -> PatientStep:
    """The step, if this run holds the claim and has announced it; else what has to come first."""
    if not isinstance(step, Create | Change):
        return step
    act = PatientAct.CREATE if isinstance(step, Create) else PatientAct.CHANGE
    if s.claim.others_time(s.run, s.now, timing.claim) > timedelta():
        return Wait(timing.pause_s(s.looks))
    changed_to = record_digest(step.record) if isinstance(step, Change) else None
    if not _is_announced(act, changed_to, s):
        return Announce(act, changed_to)
    left_s = sendable_s(s.claim, s.now, timing)
    return replace(step, within_s=left_s) if left_s > 0 else Announce(act, changed_to)


def _is_announced(act: str, changed_to: str | None, s: PatientSituation) -> bool:
    announced = s.claim.announced
    if not s.holds or announced is None or (announced.act, announced.run) != (act, s.run):
        return False
    return changed_to is None or changed_to == s.claim.memory.get(CHANGED_TO)


def _closing(s: PatientSituation, timing: Timing, trouble: BotError | None) -> PatientStep | None:
    not_shown = s.opened == PatientAct.CHANGE and s.seen is not None and s.seen.change is not None
    open_still = not_shown or (s.opened is not None and trouble is not None)
    holder, announced = s.claim.holder, s.claim.announced
    mine = holder is not None and holder.run == s.run
    free = s.claim.others_time(s.run, s.now, timing.claim) <= timedelta()
    over = trouble is None and announced is not None and free and not may_come(s, timing)
    if not s.left and not open_still and (mine or over):
        known = s.claim.memory
        memory: dict[str, str | None] = {CHANGED_TO: None} if CHANGED_TO in known else {}
        # A change that was refused may be accepted another time.
        if s.seen is not None and s.changes and trouble is None:
            memory[IN_VAIN] = in_vain(s.seen)
        if s.linked is not None:
            memory[PATIENT] = str(s.linked)
        return Settle(memory)
    return None if trouble is None else Refuse(trouble)
