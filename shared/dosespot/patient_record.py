"""The patient's record as DoseSpot is asked to store it, and who of DoseSpot's patients it is.

Source of names and shapes: `AddEditPatientRequest` and `GetPatient` of DoseSpot REST API v2.
"""

from typing import Any

from shared.dosespot.clinician_record import filled, same_number
from shared.dosespot.wire import PatientItem
from shared.records.patient import Measure, Patient

PatientRecord = dict[str, Any]


def new_patient_record(patient: Patient) -> PatientRecord:
    """The record of a patient, without empty fields."""
    return filled(
        {
            "FirstName": patient.first_name,
            "MiddleName": patient.middle_name,
            "LastName": patient.last_name,
            "DateOfBirth": patient.birth_date,
            "Gender": patient.gender,
            "Email": patient.email,
            "Address1": patient.line1,
            "Address2": patient.line2,
            "City": patient.city,
            "State": patient.state,
            "ZipCode": patient.zip_code,
            "PrimaryPhone": patient.phone,
            "PrimaryPhoneType": patient.phone_type,
            "Active": patient.active,
            **_measured("Height", patient.height),
            **_measured("Weight", patient.weight),
        }
    )


def stored_patient_record(item: PatientItem) -> PatientRecord:
    """What DoseSpot has stored, in the words and forms of a request."""
    shown = item.model_dump()
    return filled(
        {
            **shown,
            "PatientId": None,
            "DateOfBirth": (item.DateOfBirth or "")[:10],
            "PrimaryPhone": same_number(item.PrimaryPhone),
        }
    )


def is_same_patient(item: PatientItem, patient: Patient) -> bool:
    """Whether DoseSpot's patient is surely this one: name, birth date, gender and ZIP code agree.

    Two people can share name and birthday, and a prescription for the wrong one does harm.
    """
    stored = stored_patient_record(item)
    theirs = [str(stored.get(name, "")).casefold() for name in ("FirstName", "LastName")]
    return (
        theirs == [patient.first_name.casefold(), patient.last_name.casefold()]
        and stored.get("DateOfBirth") == patient.birth_date
        and stored.get("Gender") == patient.gender
        and str(stored.get("ZipCode", ""))[:5] == patient.zip_code[:5]
    )


def _measured(name: str, measure: Measure | None) -> PatientRecord:
    return {} if measure is None else {name: measure.value, f"{name}Metric": measure.unit}
