"""What an enrollment run does next: a pure function of how things stand.

The order is what makes it safe to run again at any point. Both systems are read before anything is
decided; nothing is changed in DoseSpot without holding the claim on which it was announced; the id
is on the membership before anything else is changed; the status is recorded even if the run ends in
a refusal; the claim is given back last, once AuditEvents say what was done.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

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
    held_s,
    record_digest,
    sendable_s,
    vain_digest,
)
from shared.dosespot.codes import TfaType
from shared.enrollment.rules.situation import (
    CHANGED_TO,
    CLINICIAN,
    CREATED_FOR,
    IN_VAIN,
    TFA_TYPE,
    Act,
    Order,
    Situation,
    begun_memory,
    lagging,
    remembered_tfa_type,
    snapshot,
    stage_of,
)
from shared.enrollment.rules.stages import Stage, Standing, standing
from shared.enrollment.rules.trouble import (
    MOST_CHANGES,
    came_true,
    mistaken_identity,
    own_create_open,
    trouble_with,
    was_requested_here,
)
from shared.errors import BotError, StageRefused
from shared.members.rules.recorded_status import as_dosespot_says
from shared.records.findings import Finding
from shared.timing import Timing

ROLES = "ClinicianRoleType"


@dataclass(frozen=True)
class CheckGrant:
    """Look up who granted the roles that the prescriber would get."""


@dataclass(frozen=True)
class CheckClaim:
    """Look up whether whoever wrote the claim can be trusted."""


@dataclass(frozen=True)
class Begin:
    """Begin a stage, if that can be sent within so many seconds."""

    stage: Stage
    tfa_type: TfaType
    within_s: float


@dataclass(frozen=True)
class Remember:
    """Remember which second factor was chosen."""

    tfa_type: TfaType


@dataclass(frozen=True)
class WriteStatus:
    """Write status and EPCS qualification on the Practitioner."""


Step = (
    Look
    | LookAgain
    | Wait
    | CheckGrant
    | CheckClaim
    | Announce
    | Create
    | Link
    | Change
    | Begin
    | Remember
    | WriteStatus
    | Settle
    | Refuse
)


def next_step(s: Situation, order: Order, timing: Timing) -> Step | None:
    """What to do now; None if nothing is left to do."""
    if s.records is None or s.shown is None:
        return Look()
    trouble = trouble_with(s, order, timing)
    if trouble is None and not _is_awaited(s):
        if step := _due(s, order, timing):
            return _allowed(step, s, timing)
    elif trouble is None:
        return LookAgain(timing.pause_s(s.looks))
    return _closing(s, order, timing, trouble)


def _is_awaited(s: Situation) -> bool:
    """Whether the run waits for DoseSpot to show what it did not confirm."""
    return s.opened not in (None, Act.CHANGE) and not came_true(s)


def _due(s: Situation, order: Order, timing: Timing) -> Step | None:
    """The next thing that has to happen, whoever holds the claim."""
    if not s.is_linked:
        return _due_until_linked(s, order)
    if order.self_service and s.granted is None and has_new_roles(s, order):
        return CheckGrant()
    if s.shown is not None and s.shown.change is not None and _may_change(s):
        return Change(s.shown.change, 0.0)
    stage = due_stage(s, order, timing)
    if stage is not None:
        return Begin(stage, order.tfa_type or remembered_tfa_type(s.claim), 0.0)
    chosen = order.tfa_type
    is_new = chosen is not None and chosen is not remembered_tfa_type(s.claim)
    # What is announced is settled together with it.
    if chosen is not None and is_new and s.claim.announced is None and not s.left:
        return Remember(chosen)
    return None


def _due_until_linked(s: Situation, order: Order) -> Step:
    if order.self_service and s.granted is None:
        return CheckGrant()
    if s.clinician is None and s.created is None:
        return Create(0.0)
    needs_trust = order.self_service and s.created is None and not own_create_open(s)
    if needs_trust and s.trusted is None:
        return CheckClaim()
    known = s.created if s.created is not None else s.clinician and s.clinician.id
    return Link(known or 0)


def _may_change(s: Situation) -> bool:
    """Whether a change makes sense: not after a create, and not one that was in vain before."""
    repeated = s.changes >= MOST_CHANGES or (s.changes > 0 and s.opened != Act.CHANGE)
    return s.created is None and not repeated and s.claim.memory.get(IN_VAIN) != in_vain(s)


def left_in_dosespot(s: Situation) -> tuple[Finding, ...]:
    """What differs in DoseSpot from what this run, or one before it, sent."""
    was_sent = s.shown is not None and s.shown.change is not None and s.created is None
    return s.shown.left if s.shown and was_sent and not _may_change(s) else ()


def in_vain(s: Situation) -> str | None:
    """A digest of what DoseSpot has and should have; None if both are the same."""
    return None if s.shown is None else vain_digest(s.shown.stored, s.shown.change)


def has_new_roles(s: Situation, order: Order) -> bool:
    """Whether the order names a role that DoseSpot shows the clinician does not have."""
    shown = s.shown.stored.get(ROLES) if s.shown else None
    return shown is not None and not {role.value for role in order.roles} <= set(shown)


def due_stage(s: Situation, order: Order, timing: Timing) -> Stage | None:
    """The stage that has to be begun now."""
    clinician = s.clinician
    tried = s.begun is not None or s.declined or stage_of(s.opened) is not None
    if clinician is None or tried:
        return None
    if order.self_service:
        waits = clinician.active is False or clinician.confirmed is False
        stages = () if waits or s.created is not None else tuple(Stage)
        takes = {Standing.OPEN}
    else:
        stages = tuple(stage for stage in Stage if stage in order.stages)
        takes = {Standing.OPEN, Standing.ON_REQUEST}
    seen = snapshot(s, timing)
    return next((stage for stage in stages if standing(stage, seen) in takes), None)


def _allowed(step: Step, s: Situation, timing: Timing) -> Step:
    """The step, if this run holds the claim and has announced it; else what has to come first."""
    act = _act(step)
    if act is None:
        return step
    if s.claim.others_time(s.run, s.now, timing.claim) > timedelta():
        return Wait(timing.pause_s(s.looks))
    if isinstance(step, Remember):
        return step
    changed_to = record_digest(step.record) if isinstance(step, Change) else None
    if not _is_announced(act, changed_to, s):
        return Announce(act, changed_to)
    if isinstance(step, Begin):
        # A stage that may have begun as late as the claim's end is not begun again for a while.
        return replace(step, within_s=held_s(s.claim, s.now))
    if not isinstance(step, Create | Change):
        return step
    left_s = sendable_s(s.claim, s.now, timing)
    return replace(step, within_s=left_s) if left_s > 0 else Announce(act, changed_to)


def _act(step: Step) -> str | None:
    """What a step is announced as; None if it needs no claim."""
    match step:
        case Create():
            return Act.CREATE
        case Link():
            return Act.LINK
        case Change() | Remember():
            return Act.CHANGE
        case Begin():
            return step.stage.act
        case _:
            return None


def _is_announced(act: str, changed_to: str | None, s: Situation) -> bool:
    announced = s.claim.announced
    if not s.holds or announced is None:
        return False
    if act == Act.LINK:
        return announced.act in (Act.LINK, Act.CREATE)
    if changed_to is not None and changed_to != s.claim.memory.get(CHANGED_TO):
        return False
    return announced.act == act and announced.run == s.run


def _closing(s: Situation, order: Order, timing: Timing, trouble: BotError | None) -> Step | None:
    """What is left to do when nothing more can or must be done in DoseSpot."""
    if _is_to_be_written(s):
        return WriteStatus()
    if _is_to_be_settled(s, timing, trouble):
        return Settle(_memory(s, order, trouble))
    return None if trouble is None else Refuse(trouble)


def _is_to_be_written(s: Situation) -> bool:
    if s.recorded or not s.is_linked or s.clinician is None or mistaken_identity(s):
        return False
    before = s.subject.record
    return as_dosespot_says(before, s.clinician, s.now) is not before


def _is_to_be_settled(s: Situation, timing: Timing, trouble: BotError | None) -> bool:
    if s.left or not came_true(s):
        return False
    if s.claim.holder is not None and s.claim.holder.run == s.run:
        return True
    # A refused stage does not undo what was done before it.
    is_certain = trouble is None or (isinstance(trouble, StageRefused) and s.is_linked)
    if not is_certain or s.claim.announced is None:
        return False
    if s.claim.others_time(s.run, s.now, timing.claim) > timedelta():
        return False
    return lagging(s, timing) is None or stage_of(s.claim.announced.act) is None


def _memory(s: Situation, order: Order, trouble: BotError | None) -> Mapping[str, str | None]:
    """What later runs have to know."""
    memory: dict[str, str | None] = {CHANGED_TO: None} if CHANGED_TO in s.claim.memory else {}
    if s.is_linked and s.clinician is not None:
        memory[CLINICIAN] = str(s.clinician.id)
        if s.created is not None or was_requested_here(s):
            memory[CREATED_FOR] = s.subject.member
    stage = s.begun or stage_of(s.opened)
    if stage is not None and s.begun_from is not None and s.clinician is not None:
        lags = s.clinician.status is s.begun_from
        memory |= begun_memory(stage if lags else None, s.begun_from, s.now)
    if order.tfa_type is not None and trouble is None:
        memory[TFA_TYPE] = order.tfa_type.value
    # A change that was refused may be accepted another time.
    if s.changes and trouble is None:
        memory[IN_VAIN] = in_vain(s)
    return memory
