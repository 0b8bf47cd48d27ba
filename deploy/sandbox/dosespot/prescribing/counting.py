"""What waits for a prescriber, counted from what is kept and never set."""

from collections.abc import Iterator
from dataclasses import dataclass

from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.cabinet import Cabinet
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.statuses import NOT_SENT_YET, OVER


@dataclass(frozen=True)
class WaitingCounts:
    """How much waits for one clinician in one clinic."""

    pending: int
    errors: int
    renewals: int
    changes: int


def waiting(cabinet: Cabinet, clinic_id: int, clinician_id: int) -> WaitingCounts:
    """What waits for that clinician in that clinic."""
    sheets = list(prescribed_by(cabinet, clinician_id, clinic_id))
    asked = list(asked_of(cabinet, clinician_id, clinic_id))
    return WaitingCounts(
        pending=sum(each.status in NOT_SENT_YET for each in sheets if not _is_over(each)),
        errors=sum(each.failed for each in sheets),
        renewals=sum(each.kind == "renewal" for each in asked),
        changes=sum(each.kind == "change" for each in asked),
    )


def prescribed_by(
    cabinet: Cabinet, clinician_id: int, clinic_id: int | None
) -> Iterator[PrescriptionSheet]:
    """The prescriptions of a clinician, in one clinic or with None in all."""
    for sheet in cabinet.prescriptions.all():
        if sheet.record["PrescriberId"] == clinician_id and clinic_id in (None, sheet.clinic_id):
            yield sheet


def asked_of(
    cabinet: Cabinet, clinician_id: int, clinic_id: int | None
) -> Iterator[PharmacyRequest]:
    """The pending requests to a clinician, in one clinic or with None in all."""
    for asked in cabinet.requests.all():
        mine = asked.clinician_id == clinician_id and clinic_id in (None, asked.clinic_id)
        if asked.pending and mine:
            yield asked


def _is_over(sheet: PrescriptionSheet) -> bool:
    return sheet.medication_status in OVER
