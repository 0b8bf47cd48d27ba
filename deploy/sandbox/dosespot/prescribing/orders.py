"""Writes prescriptions, for a prescriber before the page or from behind.

Nothing is checked that only the page has to refuse.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicianAccount
from deploy.sandbox.dosespot.prescribing import catalogs
from deploy.sandbox.dosespot.prescribing.shapes import Moment
from deploy.sandbox.dosespot.prescribing.sheets import (
    PRESCRIPTION_FIELDS,
    PrescriptionSheet,
    logged,
)
from deploy.sandbox.dosespot.register import PatientChart

_Found = TypeVar("_Found")


class NotKept(LookupError):
    """Nobody or nothing has an id that was given; the text says which."""


class PrescriptionOrder(BaseModel):
    """What a prescriber decides; without a pharmacy it is the patient's default one, if any.

    `fields` are values of the reply that replace what follows from the rest.
    """

    model_config = ConfigDict(extra="forbid")

    clinician_id: int
    drug_id: int
    directions: str = "Take one by mouth daily"
    quantity: str = "30"
    refills: str = "0"
    days_supply: int | None = 30
    no_substitutions: bool = False
    pharmacy_id: int | None = None
    pharmacy_notes: str | None = None
    status: str = "Entered"
    medication_status: str = "Active"
    written_at: Moment | None = None
    fields: dict[str, Any] = {}


def write(backend: DoseSpotBackend, patient_id: int, order: PrescriptionOrder) -> PrescriptionSheet:
    """A new prescription for a patient.

    Raises:
        NotKept: there is no such patient, clinician, drug, pharmacy or field.
    """
    patient = found(backend.register.find(patient_id), "patient")
    prescriber = found(backend.directory.get(order.clinician_id), "clinician")
    at = order.written_at or backend.now()
    record = {**_record(backend, patient, order), "WrittenDate": at.isoformat()}
    require_fields(order.fields)
    sheet = PrescriptionSheet(
        id=record["PrescriptionId"],
        clinic_id=patient.clinic_id,
        patient_id=patient.id,
        record={**record, **order.fields},
    )
    sheet = logged(sheet, at, None, prescriber.name)
    backend.cabinet.prescriptions.put(sheet)
    return sheet


def copied(
    backend: DoseSpotBackend, sheet: PrescriptionSheet, user: str, **fields: Any
) -> PrescriptionSheet:
    """A new prescription like another one, with these fields of its own."""
    own = {"WrittenDate": backend.now().isoformat(), "LastFillDate": None, "DateInactive": None}
    record = {**sheet.record, **_new_ids(backend), **own, **fields}
    twin = sheet.model_copy(update={"id": record["PrescriptionId"], "record": record, "log": ()})
    twin = logged(twin, backend.now(), None, user)
    backend.cabinet.prescriptions.put(twin)
    return twin


def found(thing: _Found | None, what: str) -> _Found:
    """The thing itself.

    Raises:
        NotKept: it is None.
    """
    if thing is None:
        raise NotKept(f"there is no such {what}")
    return thing


def require_fields(fields: dict[str, Any]) -> None:
    """Passes if a prescription has all these fields.

    Raises:
        NotKept: it has not.
    """
    unknown = fields.keys() - set(PRESCRIPTION_FIELDS)
    if unknown:
        raise NotKept(f"a prescription has no {', '.join(sorted(unknown))}")


def supervisor_of(clinician: ClinicianAccount, clinic_id: int) -> int | None:
    """Who supervises a clinician in a clinic, None if nobody does."""
    enrollment = clinician.enrollments.get(clinic_id)
    return None if enrollment is None else enrollment.supervisor_id


def default_pharmacy(backend: DoseSpotBackend, patient: PatientChart) -> int | None:
    """The id of the pharmacy that a patient uses, None without one."""
    chosen = backend.cabinet.pharmacies.of(patient.clinic_id, patient.id)
    return next((each.record["PharmacyId"] for each in chosen if each.record["IsDefault"]), None)


def _record(
    backend: DoseSpotBackend, patient: PatientChart, order: PrescriptionOrder
) -> dict[str, Any]:
    prescriber = found(backend.directory.get(order.clinician_id), "clinician")
    pharmacy_id = order.pharmacy_id or default_pharmacy(backend, patient)
    if pharmacy_id is not None:
        found(catalogs.pharmacy(pharmacy_id), "pharmacy")
    return {
        **dict.fromkeys(PRESCRIPTION_FIELDS),
        **_new_ids(backend),
        **drug_fields(order.drug_id),
        "Status": order.status,
        "MedicationStatus": order.medication_status,
        "Directions": order.directions,
        "Quantity": order.quantity,
        "Refills": order.refills,
        "DaysSupply": order.days_supply,
        "NoSubstitutions": order.no_substitutions,
        "PharmacyId": pharmacy_id,
        "PharmacyNotes": order.pharmacy_notes,
        "PrescriberId": prescriber.id,
        "SupervisorId": supervisor_of(prescriber, patient.clinic_id),
        "ClinicId": patient.clinic_id,
        "ErrorIgnored": False,
        "IsUrgent": False,
        "IsRxRenewal": False,
        "Formulary": False,
    }


def drug_fields(drug_id: int) -> dict[str, Any]:
    """What a prescription says of its drug.

    Raises:
        NotKept: there is no such drug.
    """
    drug = found(catalogs.drug(drug_id), "drug")
    return {
        "Type": "Coded",
        "DispensableDrugId": drug.id,
        "DisplayName": drug.display_name,
        "Strength": drug.strength,
        "Schedule": drug.schedule,
        "DispenseUnitId": drug.unit,
    }


def _new_ids(backend: DoseSpotBackend) -> dict[str, Any]:
    number = backend.cabinet.prescriptions.next_id()
    return {
        "PrescriptionId": number,
        "PatientMedicationId": number + 500_000,
        "RxReferenceNumber": f"S{number}",
    }
