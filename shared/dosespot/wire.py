"""DoseSpot's clinicians and patients as values, with DoseSpot's own names.

Any field of a reply may be null, whatever the published contract requires, and unknown fields are
ignored. Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2").
"""

from typing import Any

from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.reply import (
    DoseSpotModel,
    Flag,
    Number,
    PageEntry,
    ResultReply,
    StringOrNumber,
    WholeNumber,
)

SPECIALTIES = (
    "AllergyAndImmunology",
    "Dermatology",
    "Dentistry",
    "BehavioralHealth",
    "FamilyMedicine",
    "InternalMedicine",
    "ObstetricsAndGynecology",
    "Orthopedics",
    "Pediatrics",
    "PhysicalMedicine",
    "Psychiatry",
    "Urology",
)
"""Clinician specialty types in the order of their numbers, which start at 1."""

_OTHER_SPELLINGS = {
    "tfaacitvateinit": RegistrationStatus.TFA_ACTIVATE_INIT,
    "tfadectivatedsuccess": RegistrationStatus.TFA_DEACTIVATED_SUCCESS,
    "n/a": RegistrationStatus.NOT_APPLICABLE,
}
_NUMBERED = (
    RegistrationStatus.PENDING,
    RegistrationStatus.REGISTRATION_SUCCESS,
    RegistrationStatus.REGISTRATION_ERROR,
    RegistrationStatus.IDP_SUCCESS,
    RegistrationStatus.IDP_ERROR,
    RegistrationStatus.TFA_ACTIVATE_INIT,
    RegistrationStatus.TFA_ACTIVATED_SUCCESS,
    RegistrationStatus.TFA_ACTIVATED_ERROR,
    RegistrationStatus.TFA_DEACTIVATE_INIT,
    RegistrationStatus.TFA_DEACTIVATED_SUCCESS,
    RegistrationStatus.TFA_DEACTIVATED_ERROR,
    RegistrationStatus.IDP_INITIALIZE_SUCCESS,
    RegistrationStatus.NOT_APPLICABLE,
)
_STATUSES = {
    **{status.lower(): status for status in _NUMBERED},
    **{str(number): status for number, status in enumerate(_NUMBERED, start=1)},
    **_OTHER_SPELLINGS,
}


def parse_status(item: Any) -> RegistrationStatus:
    """The registration status behind DoseSpot's name, misspelling or number; else `UNKNOWN`."""
    if isinstance(item, bool) or not isinstance(item, str | int):
        return RegistrationStatus.UNKNOWN
    return _STATUSES.get(str(item).strip().lower(), RegistrationStatus.UNKNOWN)


class StatusReply(ResultReply):
    """The registration status, however it is spelled."""

    Item: Any = None


class DeaEntry(DoseSpotModel):
    """A DEA number of a clinician."""

    DEANumber: str | None = None
    State: str | None = None
    ClinicId: StringOrNumber | None = None


class LicenseEntry(DoseSpotModel):
    """A medical license of a clinician."""

    LicenseNumber: str | None = None
    State: str | None = None
    ClinicId: StringOrNumber | None = None


class NaDeaEntry(DoseSpotModel):
    """A narcotic addiction DEA number of a clinician."""

    NADEANumber: str | None = None
    State: str | None = None
    ClinicId: StringOrNumber | None = None


class ClinicEntry(DoseSpotModel):
    """What a clinician may do at one clinic."""

    ClinicId: WholeNumber | None = None
    HasNewRx: Flag | None = None
    HasEpcs: Flag | None = None


class _Person(DoseSpotModel):
    Prefix: str | None = None
    FirstName: str | None = None
    MiddleName: str | None = None
    LastName: str | None = None
    Suffix: str | None = None
    DateOfBirth: str | None = None
    Email: str | None = None
    Address1: str | None = None
    Address2: str | None = None
    City: str | None = None
    State: str | None = None
    ZipCode: str | None = None
    PrimaryPhone: str | None = None
    PrimaryPhoneType: str | None = None
    PhoneAdditional1: str | None = None
    PhoneAdditionalType1: str | None = None
    PhoneAdditional2: str | None = None
    PhoneAdditionalType2: str | None = None


class ClinicianItem(_Person):
    """A clinician as DoseSpot shows them; names differ from those of the request."""

    ClinicianId: WholeNumber | None = None
    PrimaryFax: str | None = None
    PhoneAdditional3: str | None = None
    PhoneAdditionalType3: str | None = None
    DEANumber: str | None = None
    DEANumbers: list[DeaEntry] | None = None
    NADEANumbers: list[NaDeaEntry] | None = None
    MedicalLicenseNumbers: list[LicenseEntry] | None = None
    NPINumber: str | None = None
    Roles: list[StringOrNumber] | None = None
    PDMPRoleType: str | None = None
    SpecialtyTypeId: WholeNumber | None = None
    Confirmed: Flag | None = None
    Active: Flag | None = None
    AccountLocked: Flag | None = None
    EpcsRequested: Flag | None = None
    ClinicInfo: list[ClinicEntry] | None = None


class ClinicianReply(ResultReply):
    """One clinician."""

    Item: ClinicianItem | None = None


class AgreementItem(DoseSpotModel):
    """A legal agreement; without a date it is waiting to be signed."""

    AgreementId: WholeNumber | None = None
    AgreementDate: str | None = None


class AgreementsReply(ResultReply):
    """The legal agreements of one clinician."""

    Items: list[AgreementItem] | None = None


class PatientItem(_Person):
    """A patient as DoseSpot shows them."""

    PatientId: WholeNumber | None = None
    Gender: str | None = None
    Weight: Number | None = None
    WeightMetric: str | None = None
    Height: Number | None = None
    HeightMetric: str | None = None
    NonDoseSpotMedicalRecordNumber: str | None = None
    Active: Flag | None = None
    Encounter: str | None = None
    IsHospice: Flag | None = None


class PatientReply(ResultReply):
    """One patient."""

    Item: PatientItem | None = None


class PatientsReply(ResultReply):
    """A page of patients."""

    Items: list[PatientItem] | None = None
    PageResult: PageEntry | None = None
