"""The shapes of the request bodies, under DoseSpot's own field names.

A body that does not have its shape (a wrong type, an unknown word, a string over its maximum
length) is malformed and gets a 400. Whether what fits makes sense is for `rules` to say. Strings
come out stripped, and None if nothing is left.
"""

import re
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    model_validator,
)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?")

_AMERICAN_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def stripped(value: str) -> str | None:
    """The text without the white space around it, None if that leaves nothing."""
    return value.strip() or None


def _date(value: str) -> str:
    if not _DATE.fullmatch(value.strip()):
        raise ValueError("not a date")
    return datetime.fromisoformat(value.strip()).date().isoformat() + "T00:00:00"


def _from_american(value: str) -> str:
    american = _AMERICAN_DATE.fullmatch(value.strip())
    if american is None:
        return value
    month, day, year = american.groups()
    return f"{year}-{month:0>2}-{day:0>2}"


Text = Annotated[str, AfterValidator(stripped)]
Text10 = Annotated[str, Field(max_length=10), AfterValidator(stripped)]
Text25 = Annotated[str, Field(max_length=25), AfterValidator(stripped)]
Text35 = Annotated[str, Field(max_length=35), AfterValidator(stripped)]
Text50 = Annotated[str, Field(max_length=50), AfterValidator(stripped)]
Text80 = Annotated[str, Field(max_length=80), AfterValidator(stripped)]
Text250 = Annotated[str, Field(max_length=250), AfterValidator(stripped)]
Date = Annotated[str, AfterValidator(_date)]
SearchDate = Annotated[str, BeforeValidator(_from_american), AfterValidator(_date)]
FiniteNumber = Annotated[float, Field(allow_inf_nan=False)]

PhoneType = Literal["Undefined", "Beeper", "Cell", "Fax", "Home", "Work", "Night", "Primary"]
PdmpRoleType = Literal[
    "Physician",
    "Dentist",
    "NursePractioner",
    "PhysiciansAssistant",
    "Resident",
    "Intern",
    "Psychologist",
    "Optometrist",
    "NaturopathicPhysician",
]
SpecialtyType = Literal[
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
]


class Body(BaseModel):
    """What all bodies share: types are not converted, unknown fields are ignored.

    A field named in `required` has to have a value; its absence is an ERROR and not a 400.
    """

    model_config = ConfigDict(strict=True, extra="ignore")

    required: ClassVar[tuple[str, ...]] = ()
    _emptied: frozenset[str] = PrivateAttr(frozenset())

    @model_validator(mode="wrap")
    @classmethod
    def _noting_what_is_emptied(cls, given: Any, build: ModelWrapValidatorHandler[Self]) -> Self:
        body = build(given)
        if isinstance(given, dict):
            blank = (
                name for name, one in given.items() if isinstance(one, str) and not one.strip()
            )
            body._emptied = frozenset(blank)
        return body

    def merged_into(self, stored: dict[str, Any]) -> dict[str, Any]:
        """The stored record with what is given, an empty text too; what is null stays."""
        given = self.model_dump()
        changed = {name for name, value in given.items() if value is not None} | self._emptied
        return {**stored, **{name: given[name] for name in changed & given.keys()}}


class DeaNumber(Body):
    """A DEA number, the state it is for, and the one clinic it is for, if any."""

    DEANumber: Text | None = None
    State: Text | None = None
    ClinicId: Text | None = None


class NaDeaNumber(Body):
    """A NADEAN, the state it is for, and the one clinic it is for, if any."""

    NADEANumber: Text | None = None
    State: Text | None = None
    ClinicId: Text | None = None


class MedicalLicenseNumber(Body):
    """A state licence, and the one clinic it is for, if any."""

    LicenseNumber: Text35 | None = None
    State: Text | None = None
    ClinicId: Text | None = None


class ContactBody(Body):
    """Address and telephones, as clinicians and clinics both have them."""

    Address1: Text | None = None
    Address2: Text35 | None = None
    City: Text | None = None
    State: Text | None = None
    ZipCode: Text | None = None
    PrimaryPhone: Text | None = None
    PrimaryPhoneType: PhoneType | None = None
    PrimaryFax: Text25 | None = None
    PhoneAdditional1: Text25 | None = None
    PhoneAdditionalType1: PhoneType | None = None
    PhoneAdditional2: Text25 | None = None
    PhoneAdditionalType2: PhoneType | None = None
    PhoneAdditional3: Text25 | None = None
    PhoneAdditionalType3: PhoneType | None = None
    Active: bool | None = None


class AddEditClinicianRequest(ContactBody):
    """A clinician to be created, or what one should look like after an edit."""

    required = (
        "FirstName",
        "LastName",
        "DateOfBirth",
        "Address1",
        "City",
        "State",
        "ZipCode",
        "PrimaryPhone",
        "PrimaryFax",
        "ClinicianRoleType",
    )

    Address1: Text35 | None = None
    Prefix: Text10 | None = None
    FirstName: Text | None = None
    MiddleName: Text35 | None = None
    LastName: Text | None = None
    Suffix: Text10 | None = None
    DateOfBirth: Date | None = None
    Email: Text | None = None
    DEANumber: Text | None = None
    DEANumbers: list[DeaNumber] | None = None
    NADEANumbers: list[NaDeaNumber] | None = None
    MedicalLicenseNumbers: list[MedicalLicenseNumber] | None = None
    NPINumber: Text | None = None
    ClinicianRoleType: Any = None
    EPCSRequested: bool | None = None
    PDMPRoleType: PdmpRoleType | None = None
    ClinicianSpecialtyType: SpecialtyType | None = None


class AddEditClinicRequest(ContactBody):
    """A clinic to be created, or what one should look like after an edit."""

    required = (
        "ClinicName",
        "Address1",
        "City",
        "State",
        "ZipCode",
        "PrimaryPhone",
        "PrimaryPhoneType",
    )

    PrimaryPhone: Text25 | None = None
    ClinicName: Text | None = None
    ClinicNameLongForm: Text250 | None = None


class ClinicianAddMultipleClinicsRequest(Body):
    """The clinics to which a clinician should be linked."""

    required = ("ClinicIds",)

    ClinicIds: list[int] | None = None


class ClinicRemoveMultipleCliniciansRequest(Body):
    """The clinicians who should be taken out of a clinic."""

    required = ("ClinicianIds",)

    ClinicianIds: list[int] | None = None


class SupervisorToClinicianRequest(Body):
    """Who supervises in one clinic."""

    ClinicId: int
    SupervisorId: int | None = None


class DeleteClinicianSupervisorRequest(Body):
    """The clinics in which nobody should supervise any more."""

    required = ("ClinicIds",)

    ClinicIds: list[int] | None = None


class InitializeTfaActivationRequest(Body):
    """The kind of second factor."""

    required = ("TfaTypeId",)

    TfaTypeId: Literal["Mobile", "Token"] | None = None


class AddEditPatientRequest(Body):
    """A patient to be created, or what one should look like after an edit."""

    required = (
        "FirstName",
        "LastName",
        "DateOfBirth",
        "Gender",
        "Address1",
        "City",
        "State",
        "ZipCode",
        "PrimaryPhone",
        "PrimaryPhoneType",
        "Active",
    )

    Prefix: Text10 | None = None
    FirstName: Text35 | None = None
    MiddleName: Text35 | None = None
    LastName: Text35 | None = None
    Suffix: Text10 | None = None
    DateOfBirth: Date | None = None
    Gender: Literal["Male", "Female", "Unknown"] | None = None
    Email: Text80 | None = None
    Address1: Text35 | None = None
    Address2: Text35 | None = None
    City: Text35 | None = None
    State: Text50 | None = None
    ZipCode: Text10 | None = None
    PrimaryPhone: Text25 | None = None
    PrimaryPhoneType: PhoneType | None = None
    PhoneAdditional1: Text25 | None = None
    PhoneAdditionalType1: PhoneType | None = None
    PhoneAdditional2: Text25 | None = None
    PhoneAdditionalType2: PhoneType | None = None
    Weight: FiniteNumber | None = None
    WeightMetric: Literal["lb", "kg"] | None = None
    Height: FiniteNumber | None = None
    HeightMetric: Literal["inch", "cm"] | None = None
    NonDoseSpotMedicalRecordNumber: Text35 | None = None
    Active: bool | None = None
    Encounter: Text50 | None = None
    IsHospice: bool | None = None


class PatientSearch(BaseModel):
    """The query of a search for patients; what is left out matches everybody."""

    model_config = ConfigDict(extra="ignore")

    firstName: Text | None = None
    lastName: Text | None = None
    dob: SearchDate | None = None
    status: Literal["ActiveOnly", "InactiveOnly", "Both"] = "Both"
    pageNumber: int = Field(default=1, ge=1)
