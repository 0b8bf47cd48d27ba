"""The patient's record as DoseSpot is asked to store it, and who of DoseSpot's patients it is.

Source of names and shapes: `AddEditPatientRequest` and `GetPatient` of DoseSpot REST API v2.
"""

from collections.abc import Collection
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import entries, text, texts, value_text
from fhir_profiles.patient_identifier import dosespot_patient_id
from shared.dosespot.clinician_record import FOLLOWING_TEXTS, filled, same_number
from shared.dosespot.wire import PatientItem
from shared.errors import RecordsDisagree, RecordsRefused
from shared.records.identifiers.spelling import folded
from shared.records.identity import folded_name
from shared.records.measures import Measure
from shared.records.patient import Patient

PatientRecord = dict[str, Any]

NOT_IN_DOSESPOT = (
    "Patient.identifier: the patient is not in DoseSpot yet. Run dosespot-patient-sync-bot first."
)
NO_SUCH_PATIENT = (
    "Patient.identifier: DoseSpot has no patient with this id. Correct the id, or remove it and run"
    " dosespot-patient-sync-bot."
)


def new_patient_record(patient: Patient) -> PatientRecord:
    """The record of a patient, without empty fields."""
    return filled(
        {
            "Prefix": patient.prefix,
            "FirstName": patient.first_name,
            "MiddleName": patient.middle_name,
            "LastName": patient.last_name,
            "Suffix": patient.suffix,
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
    """What DoseSpot has stored, with the names and formats of a request."""
    shown = item.model_dump()
    return filled(
        {
            **shown,
            "PatientId": None,
            "DateOfBirth": (item.DateOfBirth or "")[:10],
            "PrimaryPhone": same_number(item.PrimaryPhone),
        }
    )


def merged_patient_record(stored: PatientRecord, wanted: PatientRecord) -> PatientRecord:
    """What DoseSpot should have: `stored`, changed by `wanted`; equal to it if they agree.

    What the Patient no longer has is sent as an empty text; all else that DoseSpot has stays.
    """
    gone = dict.fromkeys(FOLLOWING_TEXTS & stored.keys() - wanted.keys(), "")
    return {**stored, **wanted, **gone}


def is_same_patient(item: PatientItem, patient: Patient) -> bool:
    """Whether DoseSpot's patient is surely this one: name, birth date, gender and ZIP code agree.

    Two people can share name and birthday, and a prescription for the wrong one does harm.
    """
    stored = stored_patient_record(item)
    theirs = [folded(str(stored.get(name, ""))) for name in ("FirstName", "LastName")]
    mine = [patient.first_name, patient.last_name]
    return (
        [name.casefold() for name in theirs] == [name.casefold() for name in mine]
        and stored.get("DateOfBirth") == patient.birth_date
        and stored.get("Gender") == patient.gender
        and str(stored.get("ZipCode", ""))[:5] == patient.zip_code[:5]
    )


def differing_traits(item: PatientItem, patient: Resource, wanted: Patient) -> list[str]:
    """In which of birth date and names DoseSpot's patient is surely another person.

    Args:
        item: DoseSpot's record; what it leaves out contradicts nothing.
        patient: raw FHIR Patient, whose former names count too.
        wanted: what the Patient says now.
    """
    traits = _traits(item, patient, wanted.birth_date)
    return [trait for trait, (mine, theirs) in traits.items() if theirs and theirs not in mine]


def unproven_traits(item: PatientItem, patient: Resource) -> list[str]:
    """Which of birth date and names do not show that DoseSpot's patient is this person.

    Before a chart is filled with what DoseSpot has, all of them must agree; what DoseSpot leaves
    out shows nothing.
    """
    traits = _traits(item, patient, value_text(patient, "birthDate"))
    return [trait for trait, (mine, theirs) in traits.items() if not theirs or theirs not in mine]


def required_patient_id(patient: Resource, assigners: Collection[str] = ()) -> int:
    """The DoseSpot id that the Patient carries; the arguments are those of `dosespot_patient_id`.

    Raises:
        RecordsRefused: it has none.
    """
    number = dosespot_patient_id(patient, assigners)
    if number is None:
        raise RecordsRefused(NOT_IN_DOSESPOT)
    return number


def require_same_person(item: PatientItem | None, patient: Resource) -> None:
    """Makes sure that DoseSpot's record with the Patient's id is this person's.

    Raises:
        RecordsDisagree: DoseSpot has no such record, or somebody else's.
    """
    if item is None:
        raise RecordsDisagree(NO_SUCH_PATIENT)
    if unproven := unproven_traits(item, patient):
        raise RecordsDisagree(
            f"Patient.identifier: the {', '.join(unproven)} of DoseSpot's patient with this id"
            f" {'is' if len(unproven) == 1 else 'are'} not the Patient's, so nothing was read."
            " Correct the id; if it is the same person, add the former name to Patient.name with"
            " use old, or have the birth date corrected in DoseSpot."
        )


def _traits(
    item: PatientItem, patient: Resource, birth_date: str
) -> dict[str, tuple[set[str], str]]:
    """By trait, what it may be on the Patient, and what it is in DoseSpot, "" if that is open."""
    stored = stored_patient_record(item)
    names = [name for _, name in entries(patient, "name")]
    return {
        "birth date": ({birth_date}, str(stored.get("DateOfBirth", ""))),
        "family name": (
            {folded_name(text(name.get("family"))) for name in names},
            folded_name(str(stored.get("LastName", ""))),
        ),
        "first name": (
            {folded_name(given) for name in names for given in texts(name, "given")[:1]},
            folded_name(str(stored.get("FirstName", ""))),
        ),
    }


def _measured(name: str, measure: Measure | None) -> PatientRecord:
    return {} if measure is None else {name: measure.value, f"{name}Metric": measure.unit}
