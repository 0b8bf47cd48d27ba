"""Keeping a patient in DoseSpot: found or created once, changed where that is asked for."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.patient_identifier import dosespot_patient_id, with_dosespot_patient_id
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.patient_record import (
    is_same_patient,
    new_patient_record,
    stored_patient_record,
)
from shared.errors import RecordsDisagree, RecordsRefused
from shared.fhir.client import FhirClient
from shared.records.findings import listed
from shared.records.patient import HEIGHT, WEIGHT, Patient, is_minor, read_patient
from shared.workflow.trail import Trail

SyncStatus = Literal["created", "linked", "updated", "unchanged"]

REFUSED = "The patient can't be sent to DoseSpot as the FHIR records are. "
SEVERAL = (
    "DoseSpot has several patients with this name, birth date, gender and ZIP code. Merge them in"
    " DoseSpot, or add the right one's id to Patient.identifier."
)
UNKNOWN_ID = (
    "Patient.identifier: DoseSpot has no patient with the id that stands here. Correct the id, or"
    " remove it and run the bot again."
)


@dataclass(frozen=True)
class SyncedPatient:
    """The patient's DoseSpot id, and what the run did."""

    patient_id: int
    status: SyncStatus


def sync_patient(
    fhir: FhirClient,
    dosespot: DoseSpotClient,
    patient: Resource,
    today: date,
    trail: Trail,
    *,
    update: bool,
) -> SyncedPatient:
    """Makes sure that DoseSpot has the patient, and that the Patient carries DoseSpot's id.

    Args:
        fhir: may read and write the Patient and read its Observations.
        dosespot: acts as a clinician of the clinic.
        patient: raw FHIR Patient.
        today: the day on which names, addresses and contact points have to be in effect.
        trail: keeps what was changed.
        update: whether a patient whom DoseSpot has already gets changed demographics.

    Raises:
        RecordsRefused: lists everything that the Patient lacks.
        RecordsDisagree: DoseSpot has several such patients, or none with the id on the Patient.
        BotError: whatever the two clients raise.
    """
    known = dosespot_patient_id(patient)
    if known is not None and not update:
        return SyncedPatient(known, "unchanged")
    wanted = _checked(fhir, patient, today)
    if known is not None:
        return _updated(dosespot, known, wanted, trail)
    found = [one for one in dosespot.find_patients(wanted) if is_same_patient(one, wanted)]
    ids = {one.PatientId for one in found if one.PatientId}
    if len(ids) > 1:
        raise RecordsDisagree(SEVERAL)
    patient_id = ids.pop() if ids else dosespot.create_patient(new_patient_record(wanted))
    if not found:
        trail.did(AuditAction.PATIENT_CREATED, f"DoseSpot {patient_id}")
    fhir.apply(patient, lambda current: with_dosespot_patient_id(current, patient_id))
    trail.did(AuditAction.PATIENT_LINKED, f"DoseSpot {patient_id}")
    return SyncedPatient(patient_id, "linked" if found else "created")


def _checked(fhir: FhirClient, patient: Resource, today: date) -> Patient:
    observations = []
    if is_minor(patient, today):
        (answer,) = fhir.read_together(
            f"Observation?subject=Patient/{patient['id']}&code={HEIGHT},{WEIGHT}"
            "&_sort=-date&_count=20"
        )
        observations = answer.all()
    read, findings = read_patient(patient, observations, today)
    if findings.problems:
        raise RecordsRefused(listed(REFUSED, findings.problems))
    return read


def _updated(
    dosespot: DoseSpotClient, patient_id: int, wanted: Patient, trail: Trail
) -> SyncedPatient:
    item = dosespot.patient(patient_id)
    if item is None:
        raise RecordsDisagree(UNKNOWN_ID)
    stored = stored_patient_record(item)
    merged = {**stored, **new_patient_record(wanted)}
    if merged == stored:
        return SyncedPatient(patient_id, "unchanged")
    dosespot.edit_patient(patient_id, merged)
    trail.did(AuditAction.PATIENT_CHANGED, f"DoseSpot {patient_id}")
    return SyncedPatient(patient_id, "updated")
