"""The shapes of queries and bodies around prescriptions, under DoseSpot's own field names.

What does not have its shape, such as an unknown word, is malformed and gets a 400.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from deploy.sandbox.dosespot.bodies import Body, Text, stripped
from deploy.sandbox.dosespot.prescribing.pharmacies import PharmacySpecialty

Text500 = Annotated[str, Field(max_length=500), AfterValidator(stripped)]
Text1000 = Annotated[str, Field(max_length=1000), AfterValidator(stripped)]

StatusFilter = Literal[
    "Entered",
    "Printed",
    "Sending",
    "eRxSent",
    "FaxSent",
    "Error",
    "Deleted",
    "Requested",
    "Edited",
    "EpcsError",
    "EpcsSigned",
    "ReadyToSign",
    "PharmacyVerified",
    "PharmacySelect",
    "Retracted",
]


def in_utc(moment: datetime) -> datetime:
    """The moment, in UTC if it does not say where."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _several(given: object) -> object:
    return [given] if isinstance(given, str) else given


Moment = Annotated[datetime, AfterValidator(in_utc)]


class PagedQuery(BaseModel):
    """What every list can be asked for."""

    model_config = ConfigDict(extra="ignore")

    pageNumber: int = Field(default=1, ge=1)


class PrescriptionQuery(PagedQuery):
    """Which prescriptions of a patient; a moment without an offset is in UTC."""

    startDate: Moment | None = None
    endDate: Moment | None = None
    statusClass: Literal["Active", "Inactive", "Pending"] | None = None
    prescriptionStatus: StatusFilter | None = None
    sortColumn: Literal["DateWritten"] = "DateWritten"
    sortOrder: Literal["Asc", "Desc"] = "Desc"


class ReportedQuery(PagedQuery):
    """Which self-reported medications of a patient."""

    startDate: Moment | None = None
    endDate: Moment | None = None


class HistoryQuery(PagedQuery):
    """Which entries of a patient's medication history."""

    start: Moment | None = None
    end: Moment | None = None


class NameQuery(PagedQuery):
    """A search for allergens by name."""

    name: Text | None = None


class DrugQuery(NameQuery):
    """A search for drugs by name."""

    drugStatus: Literal["Active", "Inactive", "All"] = "Active"


class DrugKey(BaseModel):
    """Which one drug is asked for, by any of its codes."""

    model_config = ConfigDict(extra="ignore")

    dispensableDrugId: int | None = None
    nDC: Text | None = None
    rXCUI: int | None = None


class PharmacyQuery(PagedQuery):
    """A search for pharmacies; what is left out matches all."""

    name: Text | None = None
    city: Text | None = None
    state: Text | None = None
    zip: Text | None = None
    address: Text | None = None
    phoneOrFax: Text | None = None
    ncpdpId: Text | None = None
    specialty: Annotated[list[PharmacySpecialty], BeforeValidator(_several)] = []


class RequestQuery(PagedQuery):
    """Which requests, or errors, of the token's clinician."""

    clinic: Literal["All", "Current"] = "All"
    patientId: int | None = None


class FavoriteQuery(PagedQuery):
    """Which favorites of a clinic."""

    favoriteType: Literal["All", "Medication", "Supply", "CompiledCompound"] = "All"
    searchName: Text | None = None
    pageSize: int | None = Field(default=None, ge=1)


class AddEditPatientPharmacyRequest(Body):
    """A pharmacy for a patient."""

    required = ("PharmacyId",)

    PharmacyId: int | None = None
    SetAsPrimary: bool | None = None


class ClinicPrescriptionFavoriteMedicationRequest(Body):
    """A favorite that everybody in a clinic may use."""

    required = (
        "DispensableDrugId",
        "Refills",
        "DispenseUnitTypeId",
        "Quantity",
        "Directions",
        "Title",
    )

    DispensableDrugId: int | None = None
    SpecialtyType: int | None = None
    Refills: Annotated[int, Field(ge=0, le=99)] | None = None
    DaysSupply: Annotated[int, Field(ge=0, le=365)] | None = None
    DispenseUnitTypeId: int | None = None
    Quantity: Text | None = None
    NoSubstitutions: bool | None = None
    Notes: Text1000 | None = None
    Directions: Text1000 | None = None
    Title: Text500 | None = None


class CancelPrescriptionRequest(Body):
    """A request to the pharmacy not to fill a prescription."""

    Comment: Text500 | None = None
