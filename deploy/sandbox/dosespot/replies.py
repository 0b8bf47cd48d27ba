"""How DoseSpot writes its answers: the envelope, dates without an offset, people's fields.

Pure functions; the switches that concern spelling alone are answered here.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deploy.sandbox.dosespot.clinician import (
    CLINICIAN_ADMIN,
    ClinicEnrollment,
    ClinicianAccount,
    Rejection,
)
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.switches import Switches

Fields = dict[str, Any]

STATUS_NUMBERS = {
    "Pending": 1,
    "RegistrationSuccess": 2,
    "RegistrationError": 3,
    "IDPSuccess": 4,
    "IDPError": 5,
    "TFAActivateInit": 6,
    "TFAActivatedSuccess": 7,
    "TFAActivatedError": 8,
    "TFADeactivateInit": 9,
    "TFADeactivatedSuccess": 10,
    "TFADeactivatedError": 11,
    "IDPInitializeSuccess": 12,
    "NotApplicable": 13,
}
_MISSPELLED = {
    "TFAActivateInit": "TFAAcitvateInit",
    "TFADeactivatedSuccess": "TFADectivatedSuccess",
}
_SPECIALTY_NUMBERS = {
    "AllergyAndImmunology": 1,
    "Dermatology": 2,
    "Dentistry": 3,
    "BehavioralHealth": 4,
    "FamilyMedicine": 5,
    "InternalMedicine": 6,
    "ObstetricsAndGynecology": 7,
    "Orthopedics": 8,
    "Pediatrics": 9,
    "PhysicalMedicine": 10,
    "Psychiatry": 11,
    "Urology": 12,
}
_SAME_NAME = (
    "Prefix",
    "FirstName",
    "MiddleName",
    "LastName",
    "Suffix",
    "DateOfBirth",
    "Email",
    "Address1",
    "Address2",
    "City",
    "State",
    "ZipCode",
    "PrimaryPhone",
    "PrimaryPhoneType",
    "PrimaryFax",
    "PhoneAdditional1",
    "PhoneAdditionalType1",
    "PhoneAdditional2",
    "PhoneAdditionalType2",
    "PhoneAdditional3",
    "PhoneAdditionalType3",
    "NPINumber",
    "PDMPRoleType",
    "Active",
)
_LISTS = ("DEANumbers", "NADEANumbers", "MedicalLicenseNumbers")
_IDENTIFYING = (
    "ClinicianId",
    "FirstName",
    "LastName",
    "DateOfBirth",
    "NPINumber",
    "Address1",
    "City",
    "State",
    "ZipCode",
    "PrimaryPhone",
    "PrimaryPhoneType",
    "PrimaryFax",
)


def ok(fields: Mapping[str, Any]) -> Fields:
    """These fields, with the word that all went well."""
    return {**fields, "Result": {"ResultCode": "OK", "ResultDescription": ""}}


def error(fields: Mapping[str, Any], refusal: Rejection) -> Fields:
    """These fields, with the reason why it did not go well."""
    return {**fields, "Result": {"ResultCode": "ERROR", "ResultDescription": str(refusal)}}


def timestamp(moment: datetime | None) -> str | None:
    """A moment as DoseSpot writes it: to the millisecond, and without an offset."""
    if moment is None:
        return None
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds")


def status(name: str, switches: Switches) -> str | int:
    """A registration status as the switches have it spelled; unknown ones stay as they are."""
    if switches.status_as_number and name in STATUS_NUMBERS:
        return STATUS_NUMBERS[name]
    if name == "NotApplicable":
        return switches.not_applicable_spelling
    return _MISSPELLED.get(name, name) if switches.misspelled_status else name


def agreements(enrollment: ClinicEnrollment, switches: Switches) -> list[Fields]:
    """The entries of a clinician's legal agreements."""
    unsigned_only = switches.agreements_listing == "unsigned_only"
    return [
        {
            "AgreementId": agreement.id,
            "AgreementDate": timestamp(agreement.signed_at),
            "AgreementText": f"Legal agreement {number} of the sandbox. It is not binding.",
        }
        for number, agreement in enumerate(enrollment.agreements, 1)
        if agreement.signed_at is None or not unsigned_only
    ]


def clinician(person: ClinicianAccount, clinic_id: int, switches: Switches) -> Fields:
    """A clinician's fields, as a token for that clinic gets to see them."""
    record = person.record
    roles = {role for each in person.enrollments.values() for role in each.roles}
    here = person.enrollments.get(clinic_id)
    fields = {
        "ClinicianId": person.id,
        **{name: record.get(name) for name in _SAME_NAME},
        **{name: record.get(name) or [] for name in _LISTS},
        "DEANumber": next(iter(person.dea_numbers), None),
        "Roles": sorted(roles) if here is None else list(here.roles),
        "SpecialtyTypeId": _SPECIALTY_NUMBERS.get(record.get("ClinicianSpecialtyType") or ""),
        "Confirmed": person.confirmed,
        "AccountLocked": person.locked,
        "EpcsRequested": record.get("EPCSRequested"),
        "ClinicInfo": [clinic_info(number, switches) for number in person.enrollments],
    }
    if not switches.omit_optional_fields_as_null:
        return fields
    known = set(_IDENTIFYING)
    if switches.administrators_keep_roles and CLINICIAN_ADMIN in roles:
        known.add("Roles")
    return {name: value if name in known else None for name, value in fields.items()}


def clinic_info(clinic_id: int, switches: Switches) -> Fields:
    """What a clinician can do in one clinic."""
    return {
        "ClinicId": clinic_id,
        "HasNewRx": True,
        "HasRefills": True,
        "HasRxChange": True,
        "HasCancel": True,
        "HasRxFill": True,
        "HasEpcs": switches.clinic_has_epcs,
        "HasEpa": False,
    }


def patient(person: PatientChart) -> Fields:
    """A patient's fields as a list of patients has them."""
    return {"PatientId": person.id, **person.record}


def page(number: int, size: int, total: int) -> Fields:
    """Where a page of a list stands among the others; numbers begin at 1."""
    pages = -(-total // size)
    return {
        "CurrentPage": number,
        "TotalPages": pages,
        "PageSize": size,
        "TotalCount": total,
        "HasPrevious": number > 1,
        "HasNext": number < pages,
    }
