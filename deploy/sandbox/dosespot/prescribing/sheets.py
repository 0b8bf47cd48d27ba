"""What is kept of a prescription, and how its steps change it.

Frozen values; a record has the names and values of DoseSpot's replies, but moments in full.
"""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from deploy.sandbox.dosespot.prescribing.statuses import FAILED, FILLED, OVER, PrescriptionStep

PRESCRIPTION_FIELDS = (
    "PrescriptionId",
    "PatientMedicationId",
    "Status",
    "MedicationStatus",
    "Type",
    "DisplayName",
    "DispensableDrugId",
    "Strength",
    "Schedule",
    "Directions",
    "Quantity",
    "DispenseUnitId",
    "Refills",
    "DaysSupply",
    "NoSubstitutions",
    "PharmacyId",
    "PharmacyNotes",
    "PrescriberId",
    "PrescriberAgentId",
    "SupervisorId",
    "ClinicId",
    "WrittenDate",
    "EffectiveDate",
    "LastFillDate",
    "DateInactive",
    "RxReferenceNumber",
    "NonDoseSpotPrescriptionId",
    "ErrorIgnored",
    "IsUrgent",
    "IsRxRenewal",
    "RxRenewalNote",
    "Comment",
    "Encounter",
    "Formulary",
    "EligibilityId",
    "FirstPrescriptionDiagnosis",
    "SecondPrescriptionDiagnosis",
    "SupplyId",
    "FreeTextType",
    "CompoundIngredients",
)


class ChartEntry(BaseModel):
    """Something that one clinic has of one patient.

    `patient_id` is 0 where it is the clinic's own.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    clinic_id: int
    patient_id: int
    record: dict[str, Any]


class SheetLogLine(BaseModel):
    """Where a prescription stood from a moment on, and who or what brought it there."""

    model_config = ConfigDict(frozen=True)

    status: str | None
    medication_status: str | None
    at: datetime
    info: str | None = None
    user: str | None = None
    ignored: bool = False
    was_refill_request: bool = False


class PrescriptionSheet(ChartEntry):
    """One prescription; the last line of its log is about how it stands now.

    `next_step` is the name of the step that is taken by itself at `next_at`.
    """

    log: tuple[SheetLogLine, ...] = ()
    next_step: str | None = None
    next_at: datetime | None = None

    @property
    def status(self) -> str:
        """The prescription status."""
        return str(self.record["Status"])

    @property
    def medication_status(self) -> str:
        """The medication status."""
        return str(self.record["MedicationStatus"])

    @property
    def failed(self) -> bool:
        """Whether it could not be sent and nobody has set that aside."""
        return self.status in FAILED and not self.record["ErrorIgnored"]

    @property
    def written_at(self) -> datetime | None:
        """When it was written, None where the record does not say so."""
        return moment_of(self.record["WrittenDate"])


def moment_of(value: object) -> datetime | None:
    """The moment that a value of a record says, in UTC without an offset; None if it is none."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def stepped(
    sheet: PrescriptionSheet, step: PrescriptionStep, at: datetime, info: str | None, user: str
) -> PrescriptionSheet:
    """The prescription after a step.

    Args:
        sheet: as it was.
        step: what becomes of its statuses.
        at: when.
        info: an error's details, or a pharmacy's note.
        user: who takes the step.
    """
    changes: dict[str, Any] = {}
    if step.status is not None:
        changes |= {"Status": step.status, "ErrorIgnored": False}
    if step.medication_status is not None:
        changes["MedicationStatus"] = step.medication_status
    if step.medication_status in FILLED:
        changes["LastFillDate"] = at.isoformat()
    if step.medication_status in OVER:
        changes["DateInactive"] = at.isoformat()
    nothing_due = {"next_step": None, "next_at": None}
    moved = with_fields(sheet, changes).model_copy(update=nothing_due)
    return logged(moved, at, info, user)


def with_fields(sheet: PrescriptionSheet, fields: dict[str, Any]) -> PrescriptionSheet:
    """The prescription with other values in its record, and nothing new in its log."""
    return sheet.model_copy(update={"record": {**sheet.record, **fields}})


def logged(
    sheet: PrescriptionSheet, at: datetime, info: str | None, user: str
) -> PrescriptionSheet:
    """The prescription with a line in its log about how it stands."""
    line = SheetLogLine(
        status=sheet.record["Status"],
        medication_status=sheet.record["MedicationStatus"],
        at=at,
        info=info,
        user=user,
        ignored=bool(sheet.record["ErrorIgnored"]),
        was_refill_request=bool(sheet.record["IsRxRenewal"]),
    )
    return sheet.model_copy(update={"log": (*sheet.log, line)})
