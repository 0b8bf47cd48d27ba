"""One run of an enrollment: look, decide, do, write down what DoseSpot then says.

The order is what makes it safe to run again at any point: the clinician's id is on the membership
before anything else is changed in DoseSpot, and the status is written last, also where the run ends
in a refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.codes import ClinicianRole, RegistrationStatus, TfaType
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import ClinicianRecord, merged_record, new_record, with_role
from shared.enrollment.clinician import Clinician
from shared.enrollment.decide import Decision, RecordChange, Snapshot, Stage, decide, decide_advance
from shared.enrollment.refusals import Refusal
from shared.errors import BotError, DoseSpotRefused, FhirDenied, LookUpFirst, StageRefused
from shared.fhir.client import FhirClient
from shared.records.prescriber import MedicalLicense
from shared.workflow.claims import Claims
from shared.workflow.creation import Creation
from shared.workflow.known_clinician import (
    KnownClinician,
    confirmed_clinician,
    known_clinician,
)
from shared.workflow.recorded_status import as_dosespot_says
from shared.workflow.subject import Subject
from shared.workflow.together import Together
from shared.workflow.trail import Trail

_BEGUN = {
    Stage.IDP: RegistrationStatus.IDP_INITIALIZE_SUCCESS,
    Stage.TFA: RegistrationStatus.TFA_ACTIVATE_INIT,
}

_INITIALIZED = {
    Stage.IDP: AuditAction.IDP_INITIALIZED,
    Stage.TFA: AuditAction.TFA_INITIALIZED,
}


@dataclass(frozen=True)
class Order:
    """What the caller wants.

    Attributes:
        roles: the clinician's roles in DoseSpot.
        licenses: medical licenses to add.
        stages: the stages to initialize.
        tfa_type: the second factor, where TFA is initialized.
        self_service: the prescriber runs it for themselves: the run goes one step further, if
            there is one, and does not reactivate an account that DoseSpot has deactivated.
    """

    roles: frozenset[ClinicianRole]
    licenses: tuple[MedicalLicense, ...] = ()
    stages: frozenset[Stage] = frozenset()
    tfa_type: TfaType = TfaType.MOBILE
    self_service: bool = False

    @property
    def heeds_agreements(self) -> bool:
        """Whether a pending legal agreement changes what the run does or the prescriber is told."""
        return self.self_service or Stage.IDP in self.stages


@dataclass(frozen=True)
class Outcome:
    """How things stand after a run.

    Attributes:
        subject: with the resources as the FHIR server now has them.
        clinician: what DoseSpot says now.
        created: whether this run made the clinician.
        initialized: the stage that this run initialized.
    """

    subject: Subject
    clinician: Clinician
    created: bool
    initialized: Stage | None


@dataclass(frozen=True)
class Looked:
    """How things stand before a run.

    Attributes:
        known: the prescriber in DoseSpot; None where DoseSpot does not know them.
        obstacle: why the prescriber may not be made there, if so.
    """

    known: KnownClinician | None
    obstacle: BotError | None


@dataclass(frozen=True)
class Enrollment:
    """The use case; both bots of the enrollment guide run it.

    Attributes:
        practitioners: may read and write the Practitioner.
        memberships: stands in for `practitioners` where an AccessPolicy forbids it to write.
        dosespot: acts as a Clinician Admin.
        claims: the run's.
        creation: makes clinicians and links them.
        together: runs independent calls at the same time.
        now: the current time, aware.
        trail: keeps what was changed.
    """

    practitioners: FhirClient
    memberships: FhirClient
    dosespot: DoseSpotClient
    claims: Claims
    creation: Creation
    together: Together
    now: Callable[[], datetime]
    trail: Trail

    def look(self, subject: Subject, order: Order) -> Looked:
        """What DoseSpot says of the prescriber, as far as the order needs it; changes nothing.

        Raises:
            RecordsDisagree: the id on the membership is on another one too, or somebody else's.
            BotError: whatever the two clients raise.
        """
        obstacle, known = self.together(
            lambda: self._obstacle(subject),
            lambda: known_clinician(
                self.dosespot, subject, self.together, agreements=order.heeds_agreements
            ),
        )
        return Looked(known, obstacle)

    def run(self, subject: Subject, looked: Looked, order: Order) -> Outcome:
        """Takes the prescriber as far as the order asks and DoseSpot allows.

        Args:
            subject: the prescriber's records.
            looked: the answer of `look`.
            order: what the caller wants.

        Raises:
            StageRefused: an asked stage can't be taken; DoseSpot was not changed for it, and what
                it says is on the Practitioner.
            EnrollmentLimitReached: the project may not have another clinician.
            BotError: whatever the two clients raise.
        """
        wanted = new_record(
            subject.prescriber, order.roles, order.licenses, self.dosespot.clinic_id
        )
        known, created = looked.known, False
        if known is None:
            self._decided(subject, None, order)
            if looked.obstacle is not None:
                raise looked.obstacle
            subject, known, created = self._created(subject, wanted, order)
        else:
            subject = self._linked(subject, known.clinician.id)
        if not created:
            merged = self._merged(known, wanted, order)
            decision = self._decided(subject, known, order, up_to_date=known.stored == merged)
            if decision.record is RecordChange.UPDATE:
                known = self._updated(subject, known, merged, order)
        return self._finished(subject, known, order, created=created)

    def _finished(
        self, subject: Subject, known: KnownClinician, order: Order, *, created: bool
    ) -> Outcome:
        """Initializes what is due, now that the record in DoseSpot is as it shall be."""
        initialized: Stage | None = None
        if not (created and order.self_service):
            subject, known, initialized = self._initialized(subject, known, order)
        subject = self._recorded(subject, known.clinician, order)
        return Outcome(subject, known.clinician, created, initialized)

    def _merged(
        self, known: KnownClinician, wanted: ClinicianRecord, order: Order
    ) -> ClinicianRecord:
        """The record that DoseSpot shall have.

        Whoever the bot acts for keeps the role without which nobody could run it again.
        """
        merged = merged_record(known.stored, wanted, self.dosespot.clinic_id)
        if order.self_service and known.clinician.active is False:
            merged["Active"] = False
        if known.clinician.id == self.dosespot.acting_as:
            merged["ClinicianRoleType"] = with_role(merged, ClinicianRole.CLINICIAN_ADMIN)
        return merged

    def _decided(
        self,
        subject: Subject,
        known: KnownClinician | None,
        order: Order,
        *,
        up_to_date: bool = False,
    ) -> Decision:
        """The decision; before a refusal is raised, what was learned is written down."""
        snapshot = Snapshot(
            has_dea=bool(subject.prescriber.dea),
            active=subject.prescriber.active,
            clinician=known.clinician if known else None,
            up_to_date=up_to_date,
        )
        decision = (
            decide_advance(snapshot) if order.self_service else decide(snapshot, order.stages)
        )
        if decision.refusals:
            if known is not None:
                self._recorded(subject, known.clinician, order)
            raise StageRefused(" ".join(decision.refusals))
        return decision

    def _created(
        self, subject: Subject, wanted: ClinicianRecord, order: Order
    ) -> tuple[Subject, KnownClinician, bool]:
        """The subject with a clinician, whom this run or another one has created."""
        found = self.creation.clinician(subject.membership, subject.prescriber.npi, wanted)
        subject = replace(subject, membership=found.membership)
        clinician_id = found.clinician_id
        if found.created:
            self._did(AuditAction.CLINICIAN_CREATED, clinician_id)
        if found.sure:
            new = replace(subject, clinician_id=clinician_id)
            subject, known = self.together(
                lambda: self._linked(subject, clinician_id, sure=True),
                lambda: self._seen(new, clinician_id, order),
            )
            return subject, known, found.created
        known = self._seen(subject, clinician_id, order)
        return self._linked(subject, clinician_id), known, found.created

    def _updated(
        self, subject: Subject, known: KnownClinician, merged: ClinicianRecord, order: Order
    ) -> KnownClinician:
        """The clinician after the edit; one without an answer is sent again, which is harmless."""
        clinician_id = known.clinician.id
        try:
            self.dosespot.edit_clinician(clinician_id, merged)
        except LookUpFirst:
            self.dosespot.edit_clinician(clinician_id, merged)
        self._did(AuditAction.CLINICIAN_CHANGED, clinician_id)
        return self._seen(subject, clinician_id, order)

    def _seen(self, subject: Subject, clinician_id: int, order: Order) -> KnownClinician:
        return confirmed_clinician(
            self.dosespot,
            clinician_id,
            subject,
            self.together,
            agreements=order.heeds_agreements,
        )

    def _initialized(
        self, subject: Subject, known: KnownClinician, order: Order
    ) -> tuple[Subject, KnownClinician, Stage | None]:
        """How things stand after the stage that is due, and that stage if this run began it.

        Only a run with a claim begins one. Who has to wait for it looks again whether it is due.
        """
        decision = self._decided(subject, known, order, up_to_date=True)
        if decision.initialize is None:
            return subject, known, None
        subject = self._with_one_try_for_a_claim(subject)
        if not self.claims.time_left_s(subject.membership):
            known = self._seen(subject, known.clinician.id, order)
            return self._initialized(subject, known, order)
        try:
            begun = self._begun(known.clinician, decision.initialize, order)
        except BotError:
            self.claims.released(subject.membership)
            raise
        if begun:
            self._did(_INITIALIZED[decision.initialize], known.clinician.id)
        subject, known = self._after_a_stage(subject, known)
        if begun:
            return subject, known, decision.initialize
        if decision.initialize is Stage.TFA and not order.self_service:
            self._recorded(subject, known.clinician, order)
            raise StageRefused(Refusal.TFA_IN_PROGRESS)
        return subject, known, None

    def _after_a_stage(
        self, subject: Subject, known: KnownClinician
    ) -> tuple[Subject, KnownClinician]:
        """The subject without the claim, and the clinician with the status that followed."""
        membership, status = self.together(
            lambda: self.claims.released(subject.membership),
            lambda: self.dosespot.registration_status(known.clinician.id),
        )
        clinician = replace(known.clinician, status=status)
        return replace(subject, membership=membership), replace(known, clinician=clinician)

    def _with_one_try_for_a_claim(self, subject: Subject) -> Subject:
        return replace(subject, membership=self.claims.advanced(subject.membership))

    def _begun(self, clinician: Clinician, stage: Stage, order: Order) -> bool:
        """Initializes the stage; without an answer, the status tells whether it was.

        A prescriber who only opened the iFrame can do nothing about DoseSpot's refusal but wait.
        """
        try:
            if stage is Stage.IDP:
                return self.dosespot.initialize_idp(clinician.id)
            return self.dosespot.initialize_tfa(clinician.id, order.tfa_type)
        except DoseSpotRefused:
            if not order.self_service:
                raise
            return False
        except LookUpFirst:
            if self.dosespot.registration_status(clinician.id) is not _BEGUN[stage]:
                raise
            return True

    def _obstacle(self, subject: Subject) -> BotError | None:
        """Why a prescriber without an id may not be made; makes sure that an id is theirs alone."""
        if subject.clinician_id is None:
            return self.creation.obstacle(subject.membership)
        self.creation.require_sole(subject.membership, subject.clinician_id)
        return None

    def _did(self, action: AuditAction, clinician_id: int) -> None:
        """Has a change in DoseSpot kept at once: the FHIR server keeps versions, DoseSpot none."""
        self.trail.did(action, f"DoseSpot {clinician_id}")
        self.trail.begin_to_save()

    def _linked(self, subject: Subject, clinician_id: int, *, sure: bool = False) -> Subject:
        """The subject with the DoseSpot id on the membership."""
        membership = self.creation.link(subject.membership, clinician_id, sure=sure)
        if subject.clinician_id is None:
            self.trail.did(AuditAction.CLINICIAN_LINKED, f"DoseSpot {clinician_id}")
        return replace(subject, membership=membership, clinician_id=clinician_id)

    def _recorded(self, subject: Subject, clinician: Clinician, order: Order) -> Subject:
        """The subject with status and EPCS qualification as DoseSpot has them.

        Where somebody else wrote in between, they may know more: DoseSpot is asked again.
        """
        now = self.now()
        known = iter([clinician])

        def change(practitioner: Resource) -> Resource:
            current = next(known, None) or self._seen(subject, clinician.id, order).clinician
            return as_dosespot_says(practitioner, current, now)

        try:
            practitioner = self.practitioners.apply(subject.practitioner, change)
        except FhirDenied:
            practitioner = self.memberships.apply(subject.practitioner, change)
        if practitioner != subject.practitioner:
            self.trail.recorded(clinician, subject.practitioner, practitioner)
        return replace(subject, practitioner=practitioner)
