"""DoseSpot's JSON as values, with DoseSpot's own names.

Any field of a reply may be null, whatever the published contract requires, and unknown fields are
ignored. Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2").
"""

from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct, convert

from fhir_profiles.codes import RegistrationStatus

LARGEST_ID = 2**31 - 1

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


class _Reply(Struct):
    pass


R = TypeVar("R", bound=_Reply)


def read(model: type[R], body: Any) -> R:
    """What DoseSpot answered; numbers may also be written as texts.

    Args:
        model: what it should be.
        body: the answer's JSON.

    Raises:
        ValueError: it is something else.
    """
    return convert(body, model, strict=False)


class Result(_Reply):
    """Whether DoseSpot did what was asked; business errors come with HTTP 200."""

    ResultCode: str | None = None
    ResultDescription: str | None = None

    @property
    def ok(self) -> bool:
        """Whether DoseSpot says so in so many words."""
        return (self.ResultCode or "").strip().upper() == "OK"


class Reply(_Reply):
    """What every reply holds."""

    Result: Result


class IdentifierReply(Reply):
    """The answer to a create or a look-up."""

    Id: Annotated[int, Meta(le=LARGEST_ID)] | None = None


class StatusReply(Reply):
    """The registration status, in whatever spelling."""

    Item: Any = None


class DeaEntry(_Reply):
    """A DEA number of a clinician."""

    DEANumber: str | None = None
    State: str | None = None
    ClinicId: str | int | None = None


class LicenseEntry(_Reply):
    """A medical license of a clinician."""

    LicenseNumber: str | None = None
    State: str | None = None
    ClinicId: str | int | None = None


class NaDeaEntry(_Reply):
    """A narcotic addiction DEA number of a clinician."""

    NADEANumber: str | None = None
    State: str | None = None
    ClinicId: str | int | None = None


class ClinicEntry(_Reply):
    """What a clinician may do at one clinic."""

    ClinicId: int | None = None
    HasNewRx: bool | None = None
    HasEpcs: bool | None = None


class _Person(_Reply):
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

    ClinicianId: int | None = None
    PrimaryFax: str | None = None
    PhoneAdditional3: str | None = None
    PhoneAdditionalType3: str | None = None
    DEANumber: str | None = None
    DEANumbers: list[DeaEntry] | None = None
    NADEANumbers: list[NaDeaEntry] | None = None
    MedicalLicenseNumbers: list[LicenseEntry] | None = None
    NPINumber: str | None = None
    Roles: list[str | int] | None = None
    PDMPRoleType: str | None = None
    SpecialtyTypeId: int | None = None
    Confirmed: bool | None = None
    Active: bool | None = None
    AccountLocked: bool | None = None
    EpcsRequested: bool | None = None
    ClinicInfo: list[ClinicEntry] | None = None


class ClinicianReply(Reply):
    """One clinician."""

    Item: ClinicianItem | None = None


class AgreementItem(_Reply):
    """A legal agreement; without a date it waits for the signature."""

    AgreementId: int | None = None
    AgreementDate: str | None = None


class AgreementsReply(Reply):
    """The legal agreements of one clinician."""

    Items: list[AgreementItem] | None = None


class PatientItem(_Person):
    """A patient as DoseSpot shows them."""

    PatientId: int | None = None
    Gender: str | None = None
    Weight: float | None = None
    WeightMetric: str | None = None
    Height: float | None = None
    HeightMetric: str | None = None
    NonDoseSpotMedicalRecordNumber: str | None = None
    Active: bool | None = None
    Encounter: str | None = None
    IsHospice: bool | None = None


class PatientReply(Reply):
    """One patient."""

    Item: PatientItem | None = None


class PageEntry(_Reply):
    """Where a page stands in a list."""

    HasNext: bool | None = None


class PatientsReply(Reply):
    """A page of patients."""

    Items: list[PatientItem] | None = None
    PageResult: PageEntry | None = None


class TokenReply(_Reply):
    """An access token and the seconds that it lives."""

    access_token: Annotated[str, Meta(pattern=r"^[!-~]+\Z")]
    expires_in: float | None = None
