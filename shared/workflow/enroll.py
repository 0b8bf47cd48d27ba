"""One run of an enrollment: look, decide, do, write down what DoseSpot then says.

The order is what makes it safe to run again at any point: the clinician's id is on the membership
before anything else is asked of DoseSpot, and the status is written last, also where the run ends
in a refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids, with_clinician_id
from fhir_profiles.codes import ClinicianRole, TfaType
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.project_settings import MAX_CLINICIANS, max_clinicians
from fhir_profiles.registration_status import with_registration_status
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import ClinicianRecord, merged_record, new_record, with_role
from shared.enrollment.clinician import Clinician
from shared.enrollment.decide import Decision, RecordChange, Snapshot, Stage, decide, decide_advance
from shared.enrollment.refusals import Refusal
from shared.errors import EnrollmentLimitReached, FhirDenied, RecordsDisagree, StageRefused
from shared.fhir.client import FhirClient
from shared.records.prescriber import MedicalLicense
from shared.workflow.known_clinician import (
    KnownClinician,
    confirmed_clinician,
    known_clinician,
)
from shared.workflow.subject import Subject
from shared.workflow.together import Together


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


class Enrollment:
    """The use case; both bots of the enrollment guide run it.

    Args:
        practitioners: may read and write the Practitioner.
        memberships: may read and write the memberships and read the project, and stands in for
            `practitioners` where an AccessPolicy forbids it to write.
        dosespot: acts as a Clinician Admin.
        together: runs independent calls at the same time.
        now: the current time, aware.
        log: takes the name of a step and facts about it that are not personal.
    """

    def __init__(
        self,
        practitioners: FhirClient,
        memberships: FhirClient,
        dosespot: DoseSpotClient,
        together: Together,
        now: Callable[[], datetime],
        log: Callable[..., None],
    ) -> None:
        self._practitioners = practitioners
        self._memberships = memberships
        self._dosespot = dosespot
        self._together = together
        self._now = now
        self._log = log

    def look(self, subject: Subject) -> KnownClinician | None:
        """What DoseSpot says of the prescriber; changes nothing."""
        return known_clinician(self._dosespot, subject, self._together)

    def run(self, subject: Subject, known: KnownClinician | None, order: Order) -> Outcome:
        """Takes the prescriber as far as the order asks and DoseSpot allows.

        Args:
            subject: the prescriber's records.
            known: the answer of `look`.
            order: what the caller wants.

        Raises:
            StageRefused: an asked stage can't be taken; DoseSpot was not changed for it, and what
                it says is on the Practitioner.
            EnrollmentLimitReached: the project may not have another clinician.
            BotError: whatever the two clients raise.
        """
        wanted = new_record(
            subject.prescriber, order.roles, order.licenses, self._dosespot.clinic_id
        )
        if known is None:
            self._decided(subject, None, order)
            subject, known = self._created(subject, wanted)
            return self._finished(subject, known, order, created=True)
        subject = self._linked(subject, known.clinician.id)
        merged = self._merged(known, wanted, order)
        decision = self._decided(subject, known, order, up_to_date=known.stored == merged)
        if decision.record is RecordChange.UPDATE:
            known = self._updated(subject, known, merged)
        return self._finished(subject, known, order, created=False)

    def _finished(
        self, subject: Subject, known: KnownClinician, order: Order, *, created: bool
    ) -> Outcome:
        """Initializes what is due, now that the record in DoseSpot is as it shall be."""
        decision = Decision()
        if not (created and order.self_service):
            decision = self._decided(subject, known, order, up_to_date=True)
        clinician, initialized = self._initialized(known.clinician, decision, order)
        subject = self._recorded(subject, clinician)
        if decision.initialize is Stage.TFA and not initialized and not order.self_service:
            raise StageRefused(Refusal.TFA_IN_PROGRESS)
        return Outcome(subject, clinician, created, initialized)

    def _merged(
        self, known: KnownClinician, wanted: ClinicianRecord, order: Order
    ) -> ClinicianRecord:
        """The record that DoseSpot shall have.

        Whoever the bot acts for keeps the role without which nobody could run it again.
        """
        merged = merged_record(known.stored, wanted, self._dosespot.clinic_id)
        if order.self_service and known.clinician.active is False:
            merged["Active"] = False
        if known.clinician.id == self._dosespot.acting_as:
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
                self._recorded(subject, known.clinician)
            raise StageRefused(" ".join(decision.refusals))
        return decision

    def _created(self, subject: Subject, wanted: ClinicianRecord) -> tuple[Subject, KnownClinician]:
        self._require_room(subject.membership)
        clinician_id = self._dosespot.create_clinician(wanted)
        self._log("clinician created")
        subject = self._linked(subject, clinician_id)
        return subject, self._seen(subject, clinician_id)

    def _updated(
        self, subject: Subject, known: KnownClinician, merged: ClinicianRecord
    ) -> KnownClinician:
        self._dosespot.edit_clinician(known.clinician.id, merged)
        self._log("clinician changed")
        return self._seen(subject, known.clinician.id)

    def _seen(self, subject: Subject, clinician_id: int) -> KnownClinician:
        return confirmed_clinician(self._dosespot, clinician_id, subject, self._together)

    def _initialized(
        self, clinician: Clinician, decision: Decision, order: Order
    ) -> tuple[Clinician, Stage | None]:
        """The clinician after the stage that was decided on, and that stage if this run began it.

        DoseSpot's status may lag behind an initialization, so it may have been begun before.
        """
        if decision.initialize is None:
            return clinician, None
        if decision.initialize is Stage.IDP:
            begun = self._dosespot.initialize_idp(clinician.id)
        else:
            begun = self._dosespot.initialize_tfa(clinician.id, order.tfa_type)
        self._log("stage initialized", stage=decision.initialize.value, begun=begun)
        status = self._dosespot.registration_status(clinician.id)
        return replace(clinician, status=status), decision.initialize if begun else None

    def _linked(self, subject: Subject, clinician_id: int) -> Subject:
        """The subject with the DoseSpot id on the membership."""
        membership = self._memberships.apply(
            subject.membership, lambda found: _with_only_clinician_id(found, clinician_id)
        )
        return replace(subject, membership=membership, clinician_id=clinician_id)

    def _recorded(self, subject: Subject, clinician: Clinician) -> Subject:
        """The subject with status and EPCS qualification as DoseSpot has them."""
        now = self._now()

        def change(practitioner: Resource) -> Resource:
            marked = with_registration_status(practitioner, clinician.status.value)
            return with_epcs_qualification(marked, clinician.epcs_enabled, now)

        try:
            practitioner = self._practitioners.apply(subject.practitioner, change)
        except FhirDenied:
            practitioner = self._memberships.apply(subject.practitioner, change)
        self._log("status", status=clinician.status.value, epcs=clinician.epcs_enabled)
        return replace(subject, practitioner=practitioner)

    def _require_room(self, membership: Resource) -> None:
        """Raises where the project has as many clinicians as it may have."""
        project = membership["project"]["reference"]
        limit = max_clinicians(self._memberships.read(project))
        if limit is None:
            return
        memberships = self._memberships.search_all("ProjectMembership", {"project": project})
        enrolled = sum(1 for one in memberships if clinician_ids(one).numbers)
        if enrolled >= limit:
            raise EnrollmentLimitReached(
                f"DoseSpot enrollment limit reached: {enrolled} of {limit} clinicians enrolled."
                f" Increase the '{MAX_CLINICIANS}' project system setting to enroll more"
                " clinicians."
            )


def _with_only_clinician_id(membership: Resource, clinician_id: int) -> Resource:
    """The membership with that id; somebody may have written another one since it was read."""
    others = set(clinician_ids(membership).numbers) - {clinician_id}
    if others:
        raise RecordsDisagree(
            "ProjectMembership.identifier: another DoseSpot clinician id was written here"
            " meanwhile. Have an administrator compare both clinicians in DoseSpot."
        )
    return with_clinician_id(membership, clinician_id)
