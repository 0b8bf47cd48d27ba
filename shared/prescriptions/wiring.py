"""What the bots about medications have in common: who asks about whom, and the use cases wired."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.elements import child, text
from shared.directory.wiring import project_directory_of
from shared.dosespot.acting import ActingAt
from shared.dosespot.catalog import Catalog, CatalogClient
from shared.dosespot.prescriptions import PrescriptionsClient
from shared.members.caller import clinician_id_of
from shared.members.enrolled import enrolled_with
from shared.prescriptions.lookups import CatalogReads
from shared.prescriptions.other_sync import OtherMedicationSync
from shared.prescriptions.ports import SyncPorts
from shared.prescriptions.pushed import PatientsPharmacies, PushedEvents
from shared.prescriptions.sync import PrescriptionSync
from shared.runtime.invocation import Invocation


@dataclass(frozen=True)
class AskedAbout:
    """Who asks about whom.

    Attributes:
        clinician_id: DoseSpot's, of the caller.
        project: id of the caller's project.
        patient: raw FHIR Patient, as the caller may read it.
    """

    clinician_id: int
    project: str
    patient: Resource


def asked_about(run: Invocation, patient_id: str) -> AskedAbout:
    """The caller, who must be enrolled, and the Patient, whom they must be allowed to read.

    Raises:
        NotAuthorized: nobody called, or the caller is not enrolled.
        BotError: whatever the FHIR client raises.
    """
    requester, named = run.requester, f"Patient/{patient_id}"
    me, patient = run.together(run.fhir.who_am_i, lambda: run.fhir.read(named))
    run.trail.subject = named
    project = text(child(me, "project").get("id"))
    return AskedAbout(clinician_id_of(me, requester), project, patient)


def other_medication_sync_of(run: Invocation, at: ActingAt) -> OtherMedicationSync:
    """The use case for the history and self-reported medications, as a clinician at a clinic."""

    def consented(patient_id: int) -> None:
        day = run.now().date().isoformat()
        key = f"{AuditAction.HISTORY_CONSENTED}.{patient_id}.{day}"
        run.trail.did(AuditAction.HISTORY_CONSENTED, f"DoseSpot {patient_id}", key=key)
        run.trail.begin_to_save()

    return OtherMedicationSync(
        fhir=run.fhir,
        dosespot=run.dosespot_for(PrescriptionsClient, at.clinician_id, at.clinic),
        together=run.together,
        now=run.now,
        consented=consented,
        assigners=at.assigners,
    )


def pushed_events_of(
    run: Invocation,
    project: str,
    at: ActingAt,
    pharmacies: Callable[[ActingAt], PatientsPharmacies],
) -> PushedEvents:
    """The use case, which reads and writes charts with the bot's own rights.

    Args:
        run: the run.
        project: id of the project.
        at: a Clinician Admin at the clinic that the notification may be about.
        pharmacies: brings patients' pharmacies in line, as a clinician at a clinic.

    Raises:
        Misconfigured: a project secret is missing or malformed.
    """
    members = run.privileged_fhir

    def acting(number: int) -> ActingAt:
        return replace(at, clinician_id=number)

    return PushedEvents(
        fhir=run.fhir,
        clinic_id=run.settings.dosespot(at.clinic).clinic_id,
        admin_id=at.clinician_id,
        dosespot=lambda number: run.dosespot_for(PrescriptionsClient, number, at.clinic),
        prescriptions=lambda number: prescription_sync_of(run, acting(number), project),
        others=lambda number: other_medication_sync_of(run, acting(number)),
        pharmacies=lambda number: pharmacies(acting(number)),
        assigners=at.assigners,
        members=lambda ids: enrolled_with(members, ids),
        together=run.together,
    )


def prescription_sync_of(run: Invocation, at: ActingAt, project: str) -> PrescriptionSync:
    """The use case.

    Args:
        run: the run.
        at: as whom, and at which clinic, DoseSpot is asked.
        project: id of the project.
    """
    catalog = run.dosespot_for(CatalogClient, at.clinician_id, at.clinic)
    ports = SyncPorts(
        fhir=run.fhir,
        dosespot=run.dosespot_for(PrescriptionsClient, at.clinician_id, at.clinic),
        lookups=CatalogReads(run.services.kept(Catalog), catalog, run.together),
        directory=project_directory_of(run, project),
        together=run.together,
        now=run.now,
        assigners=at.assigners,
    )
    return PrescriptionSync(ports)
