"""How things stand in an enrollment run: what was read, what the run has done, and what it was
asked to do.

Values only. From them `next_step` decides what to do next, and the use case does it.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from fhir_profiles.claim import Claim
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from shared.claims.rules.steps import DoseSpotRecord
from shared.dosespot.codes import TfaType
from shared.enrollment.rules.stages import Snapshot, Stage
from shared.errors import BotError
from shared.members.rules.clinician import Clinician
from shared.members.rules.subject import Subject
from shared.records.findings import Finding
from shared.records.identity import Identity
from shared.records.prescriber import MedicalLicense
from shared.timing import Timing

BEGUN, BEGUN_FROM, BEGUN_AT = "begun", "begun-from", "begun-at"
TFA_TYPE, CREATED_FOR, CLINICIAN, IN_VAIN = "tfa-type", "created-for", "clinician", "in-vain"
CHANGED_TO = "changed-to"
"""Names in a claim's memory: the stage begun last, at which status and when; the second factor that
was chosen last; whose membership a clinician was created for; the clinician's id; a digest of the
change that DoseSpot took without changing; and a digest of the record that an announced change
should store."""


class Act(StrEnum):
    """What a run announces on a claim before it does it, besides the stages' own acts."""

    CREATE = "create"
    LINK = "link"
    CHANGE = "change"


@dataclass(frozen=True)
class Order:
    """What the caller wants.

    Attributes:
        roles: the clinician's roles in DoseSpot to add; for self-service those that
            PractitionerRoles name, whoever wrote them.
        licenses: medical licenses to add.
        stages: the stages to initialize.
        tfa_type: the second factor that the caller has chosen, if any.
        self_service: the prescriber runs it for themselves: the run goes one stage further, if
            there is one, and changes neither who somebody is nor what was deactivated.
    """

    roles: frozenset[ClinicianRole]
    licenses: tuple[MedicalLicense, ...] = ()
    stages: frozenset[Stage] = frozenset()
    tfa_type: TfaType | None = None
    self_service: bool = False

    @property
    def heeds_agreements(self) -> bool:
        """Whether a pending legal agreement changes what the run does or says to the prescriber."""
        return self.self_service or any(stage.needs_agreements for stage in self.stages)


@dataclass(frozen=True)
class Records:
    """What the FHIR server says besides the Practitioner and the membership.

    Attributes:
        claim: the claim to this clinician.
        conflict: why nobody may be enrolled with these records: another membership carries the id,
            or another Practitioner a number.
        obstacle: why no clinician could be created if one were needed.
    """

    claim: Claim
    conflict: BotError | None = None
    obstacle: BotError | None = None


@dataclass(frozen=True)
class Shown:
    """What DoseSpot says.

    Attributes:
        clinician: status and flags; None if DoseSpot knows nobody.
        identity: who DoseSpot says that is.
        stored: the record as DoseSpot has it.
        change: the record that DoseSpot should have instead; None if it is as it should be.
        warnings: what can't be changed, and why.
        left: what the caller has to know if DoseSpot does not make that change.
    """

    clinician: Clinician | None = None
    identity: Identity = field(default_factory=Identity)
    stored: DoseSpotRecord = field(default_factory=dict)
    change: DoseSpotRecord | None = None
    warnings: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Situation:
    """How things stand.

    Attributes:
        run: the run's id.
        now: when the situation was as it is (aware time).
        subject: the prescriber's FHIR records.
        records: what else the FHIR server says; None if that has to be read again.
        shown: what DoseSpot says; None if that has to be asked again.
        granted: the roles that an administrator is known to have granted; None if that was not
            looked up yet.
        trusted: whether an administrator or our own client wrote the claim; None likewise.
        created: the id that DoseSpot has given to the clinician whom this run created.
        begun: the stage that this run began.
        begun_from: the status at which it did.
        opened: the act of this run of which DoseSpot's answer does not say whether it took effect.
        refused: why DoseSpot refused to create the clinician.
        declined: whether DoseSpot declined to begin a stage, which nobody can change now.
        changes: how often this run has changed the record.
        warned: what the caller should know of those changes.
        was_active: whether the account was active when the run first looked.
        rounds: how often the run has looked at both systems.
        looks: how often it has looked in vain for what it is waiting for.
        recorded: whether the status was written on the Practitioner by this run.
        left: whether the claim was given back, or has to be left as it is.
        trouble: why the run can't do what it was asked.
    """

    run: str
    now: datetime
    subject: Subject
    records: Records | None = None
    shown: Shown | None = None
    granted: frozenset[ClinicianRole] | None = None
    trusted: bool | None = None
    created: int | None = None
    begun: Stage | None = None
    begun_from: RegistrationStatus | None = None
    opened: str | None = None
    refused: BotError | None = None
    declined: bool = False
    changes: int = 0
    warned: tuple[Finding, ...] = ()
    was_active: bool | None = None
    rounds: int = 0
    looks: int = 0
    recorded: bool = False
    left: bool = False
    trouble: BotError | None = None

    @property
    def claim(self) -> Claim:
        """The claim as it was last read."""
        if self.records is None:
            raise ValueError("the records have not been read")
        return self.records.claim

    @property
    def clinician(self) -> Clinician | None:
        """The clinician, as DoseSpot says; None if DoseSpot knows nobody."""
        return self.shown.clinician if self.shown else None

    @property
    def is_linked(self) -> bool:
        """Whether the membership carries the id of the clinician whom DoseSpot shows."""
        known = self.clinician
        return known is not None and known.id == self.subject.clinician_id

    @property
    def holds(self) -> bool:
        """Whether this run holds the claim."""
        return self.claim.held_by(self.run, self.now)

    def with_claim(self, claim: Claim) -> "Situation":
        """The same with another version of the claim."""
        if self.records is None:
            raise ValueError("the records have not been read")
        return replace(self, records=replace(self.records, claim=claim))

    def unread(self) -> "Situation":
        """The same, with everything to be reread."""
        return replace(self, records=None, shown=None)


def stage_of(act: str | None) -> Stage | None:
    """The stage that an act begins; None for another act."""
    return next((stage for stage in Stage if stage.act == act), None)


def clinician_now(s: Situation, timing: Timing) -> Clinician | None:
    """The clinician with the status that counts: the status may lag behind what was begun."""
    known = s.clinician
    if known is None:
        return None
    stage = lagging(s, timing)
    return known if stage is None else replace(known, status=stage.begun)


def lagging(s: Situation, timing: Timing) -> Stage | None:
    """The stage that has begun, or may have, although the status does not show it yet."""
    if s.clinician is None:
        return None
    memory, announced = s.claim.memory, s.claim.announced
    status = s.clinician.status
    begun = stage_of(memory.get(BEGUN))
    if begun is not None and memory.get(BEGUN_FROM) == status.value:
        since = _moment(memory.get(BEGUN_AT, ""), s.now)
        if s.now - since < timedelta(seconds=timing.begun_s):
            return begun
    maybe = stage_of(announced.act) if announced else None
    if announced is not None and maybe is not None and maybe.opens_at(status):
        own_untried = announced.run == s.run and s.opened is None
        # It may have been begun as late as when the claim ended.
        until = announced.at + timing.claim + timedelta(seconds=timing.maybe_begun_s)
        if not own_untried and s.now < until:
            return maybe
    return None


def snapshot(s: Situation, timing: Timing) -> Snapshot:
    """What decides where the stages stand."""
    prescriber = s.subject.prescriber
    return Snapshot(bool(prescriber.dea), prescriber.active, clinician_now(s, timing))


def remembered_tfa_type(claim: Claim) -> TfaType:
    """The second factor that was chosen last; an app on the phone if nobody has chosen."""
    remembered = claim.memory.get(TFA_TYPE)
    return next((one for one in TfaType if one.value == remembered), TfaType.MOBILE)


def begun_memory(
    stage: Stage | None, status: RegistrationStatus, now: datetime
) -> dict[str, str | None]:
    """What a claim remembers of a stage that was begun at that status, which still shows.

    Nothing if the status shows the stage: after a later error it may be begun again at once.
    """
    if stage is None:
        return dict.fromkeys((BEGUN, BEGUN_FROM, BEGUN_AT))
    return {
        BEGUN: stage.act,
        BEGUN_FROM: status.value,
        BEGUN_AT: now.isoformat(timespec="milliseconds"),
    }


def _moment(value: str, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return otherwise
