"""Prescriptions, the network's history, self-reported medications and pharmacies' requests as
DoseSpot shows them, with DoseSpot's own names.

Lists hold their entries as they are, because each is read by itself: one that is malformed must not
hide the others.
"""

from typing import Annotated, Any

from pydantic import Field

from shared.dosespot.reply import (
    LARGEST_ID,
    DoseSpotModel,
    Flag,
    Maybe,
    PageEntry,
    ResultReply,
    StringOrNumber,
    WholeNumber,
)

LARGEST_HISTORY_ID = 2**63 - 1


Id = Annotated[WholeNumber, Field(gt=0, le=LARGEST_ID)]


class EntriesReply(ResultReply):
    """A page of a list, its entries unread."""

    Items: list[Any] | None = None
    PageResult: PageEntry | None = None


class PrescriptionReply(ResultReply):
    """One prescription, unread."""

    Prescription: Any = None


class PrescriptionItem(DoseSpotModel):
    """A prescription. It carries no NDC, RxCUI, NCPDP id, patient id nor time of sending."""

    PrescriptionId: Id
    Status: Any = None
    MedicationStatus: Any = None
    ErrorIgnored: Maybe[Flag] = None
    DisplayName: Maybe[str] = None
    Strength: Maybe[str] = None
    DispensableDrugId: Maybe[WholeNumber] = None
    Directions: Maybe[str] = None
    Quantity: Maybe[StringOrNumber | float] = None
    DispenseUnitId: Maybe[WholeNumber] = None
    Refills: Maybe[StringOrNumber] = None
    DaysSupply: Maybe[WholeNumber] = None
    PharmacyId: Maybe[WholeNumber] = None
    PharmacyNotes: Maybe[str] = None
    Comment: Maybe[str] = None
    NoSubstitutions: Maybe[Flag] = None
    WrittenDate: Any = None
    EffectiveDate: Any = None
    LastFillDate: Any = None
    PrescriberId: Maybe[WholeNumber] = None
    ClinicId: Maybe[WholeNumber] = None
    RxReferenceNumber: Maybe[StringOrNumber] = None
    NonDoseSpotPrescriptionId: Maybe[StringOrNumber] = None
    Schedule: Any = None
    IsUrgent: Maybe[Flag] = None


class HistoryItem(DoseSpotModel):
    """A medication in the history of the network."""

    PatientMedicationHistoryId: Annotated[WholeNumber, Field(gt=0, le=LARGEST_HISTORY_ID)]
    DisplayName: Maybe[str] = None
    GenericDrugName: Maybe[str] = None
    DispensableDrugId: Maybe[WholeNumber] = None
    NDC: Maybe[StringOrNumber] = None
    RxCUI: Maybe[StringOrNumber] = None
    Directions: Maybe[str] = None
    Route: Maybe[str] = None
    Quantity: Maybe[StringOrNumber | float] = None
    DispenseUnitId: Maybe[WholeNumber] = None
    DispenseUnitDescription: Maybe[str] = None
    Refills: Maybe[StringOrNumber] = None
    DaysSupply: Maybe[WholeNumber] = None
    PharmacyNotes: Maybe[str] = None
    NoSubstitutions: Maybe[Flag] = None
    WrittenDate: Any = None
    EffectiveDate: Any = None
    LastFillDate: Any = None
    DiagnosisCode: Maybe[StringOrNumber] = None
    DiagnosisQualifier: Maybe[StringOrNumber] = None
    Schedule: Any = None


class SelfReportedItem(DoseSpotModel):
    """A medication that the patient says they take."""

    SelfReportedMedicationId: Id
    Status: Any = None
    DisplayName: Maybe[str] = None
    DispensableDrugID: Maybe[WholeNumber] = None
    NDC: Maybe[StringOrNumber] = None
    Directions: Maybe[str] = None
    DosageText: Maybe[str] = None
    Route: Maybe[str] = None
    Quantity: Maybe[StringOrNumber | float] = None
    DispenseUnitTypeId: Maybe[WholeNumber] = None
    DispenseUnitType: Maybe[str] = None
    Refills: Maybe[StringOrNumber] = None
    DaysSupply: Maybe[WholeNumber] = None
    Comment: Maybe[str] = None
    DateReported: Any = None
    DatePrescribed: Any = None
    DiscontinuedDate: Any = None
    Schedule: Any = None


class RequestPatient(DoseSpotModel):
    """Whom a pharmacy's request is about."""

    PatientId: Maybe[WholeNumber] = None


class RenewalItem(DoseSpotModel):
    """A pharmacy's request for a renewal."""

    RefillId: Id
    Patient: Maybe[RequestPatient] = None
    ClinicianId: Maybe[WholeNumber] = None
    RequestedPrescriptionId: Maybe[WholeNumber] = None
    OriginalPrescriptionId: Maybe[WholeNumber] = None
    PharmacyId: Maybe[WholeNumber] = None
    RequestedDate: Any = None
    RequestExpirationDate: Any = None


class ChangeItem(DoseSpotModel):
    """A pharmacy's request for a change."""

    RxChangeRequestId: Id
    Patient: Maybe[RequestPatient] = None
    ClinicianId: Maybe[WholeNumber] = None
    PrescribedPrescriptionId: Maybe[WholeNumber] = None
    OriginalPrescriptionId: Maybe[WholeNumber] = None
    RequestedMedications: Maybe[list[Any]] = None
    PharmacyId: Maybe[WholeNumber] = None
    RequestedDate: Any = None
    RequestExpirationDate: Any = None
