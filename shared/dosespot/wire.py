"""DoseSpot's JSON as values, with DoseSpot's own names.

Any field of a reply may be null, whatever the published contract requires, and unknown fields are
ignored. Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2").
"""

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

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


_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


def _unquoted_number(given: Any) -> Any:
    """The number that a string holds, as JSON writes numbers; anything else as it is."""
    if not (isinstance(given, str) and _NUMBER.fullmatch(given)):
        return given
    return int(given) if given.lstrip("-").isdecimal() else float(given)


def _whole_number(given: Any) -> Any:
    number = _unquoted_number(given)
    return int(number) if isinstance(number, float) and number.is_integer() else number


def _flag(given: Any) -> Any:
    """What a string or a number says that stands for true or false; anything else as it is."""
    is_written_so = isinstance(given, str) or type(given) is int
    return _FLAGS.get(str(given).lower(), given) if is_written_so else given


_WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
_Number = Annotated[float, BeforeValidator(_unquoted_number)]
_Flag = Annotated[bool, BeforeValidator(_flag)]
_StringOrNumber = Annotated[str | _WholeNumber, Field(union_mode="left_to_right")]


class _Reply(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, strict=True)


R = TypeVar("R", bound=_Reply)


def read(model: type[R], body: Any) -> R:
    """What DoseSpot answered; numbers, true and false may also be written as strings.

    Args:
        model: what it should be.
        body: the answer's JSON.

    Raises:
        ValueError: it is something else.
    """
    return model.model_validate(body)


class Result(_Reply):
    """Whether DoseSpot did what was asked; business errors come with HTTP 200."""

    ResultCode: str | None = None
    ResultDescription: str | None = None

    @property
    def ok(self) -> bool:
        """Whether DoseSpot says so explicitly."""
        return (self.ResultCode or "").strip().upper() == "OK"


class ResultReply(_Reply):
    """What every reply holds."""

    Result: Result


class IdentifierReply(ResultReply):
    """The answer to a create or a lookup."""

    Id: Annotated[_WholeNumber, Field(le=LARGEST_ID)] | None = None


class StatusReply(ResultReply):
    """The registration status, however it is spelled."""

    Item: Any = None


class DeaEntry(_Reply):
    """A DEA number of a clinician."""

    DEANumber: str | None = None
    State: str | None = None
    ClinicId: _StringOrNumber | None = None


class LicenseEntry(_Reply):
    """A medical license of a clinician."""

    LicenseNumber: str | None = None
    State: str | None = None
    ClinicId: _StringOrNumber | None = None


class NaDeaEntry(_Reply):
    """A narcotic addiction DEA number of a clinician."""

    NADEANumber: str | None = None
    State: str | None = None
    ClinicId: _StringOrNumber | None = None


class ClinicEntry(_Reply):
    """What a clinician may do at one clinic."""

    ClinicId: _WholeNumber | None = None
    HasNewRx: _Flag | None = None
    HasEpcs: _Flag | None = None


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

    ClinicianId: _WholeNumber | None = None
    PrimaryFax: str | None = None
    PhoneAdditional3: str | None = None
    PhoneAdditionalType3: str | None = None
    DEANumber: str | None = None
    DEANumbers: list[DeaEntry] | None = None
    NADEANumbers: list[NaDeaEntry] | None = None
    MedicalLicenseNumbers: list[LicenseEntry] | None = None
    NPINumber: str | None = None
    Roles: list[_StringOrNumber] | None = None
    PDMPRoleType: str | None = None
    SpecialtyTypeId: _WholeNumber | None = None
    Confirmed: _Flag | None = None
    Active: _Flag | None = None
    AccountLocked: _Flag | None = None
    EpcsRequested: _Flag | None = None
    ClinicInfo: list[ClinicEntry] | None = None


class ClinicianReply(ResultReply):
    """One clinician."""

    Item: ClinicianItem | None = None


class AgreementItem(_Reply):
    """A legal agreement; without a date it is waiting to be signed."""

    AgreementId: _WholeNumber | None = None
    AgreementDate: str | None = None


class AgreementsReply(ResultReply):
    """The legal agreements of one clinician."""

    Items: list[AgreementItem] | None = None


class PatientItem(_Person):
    """A patient as DoseSpot shows them."""

    PatientId: _WholeNumber | None = None
    Gender: str | None = None
    Weight: _Number | None = None
    WeightMetric: str | None = None
    Height: _Number | None = None
    HeightMetric: str | None = None
    NonDoseSpotMedicalRecordNumber: str | None = None
    Active: _Flag | None = None
    Encounter: str | None = None
    IsHospice: _Flag | None = None


class PatientReply(ResultReply):
    """One patient."""

    Item: PatientItem | None = None


class PageEntry(_Reply):
    """Where a page is in a list."""

    HasNext: _Flag | None = None


class PatientsReply(ResultReply):
    """A page of patients."""

    Items: list[PatientItem] | None = None
    PageResult: PageEntry | None = None


class TokenReply(_Reply):
    """An access token and the seconds that it lives."""

    access_token: Annotated[str, Field(pattern=r"^[!-~]+$", repr=False)]
    expires_in: _Number | None = None
