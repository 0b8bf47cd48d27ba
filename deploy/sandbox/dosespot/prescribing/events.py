"""Which push notifications a change around prescriptions gives rise to.

Source: DoseSpot's Push Notifications supplement 1.0.3, with its spellings: a pharmacy is added
with a `Status`, edited with a `PharmacyStatus`, and removed with a "3".
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.cabinet import Cabinet
from deploy.sandbox.dosespot.prescribing.counting import (
    CHANGES,
    ERRORS,
    PENDING,
    RENEWALS,
    waiting,
    weight,
    whose,
)
from deploy.sandbox.dosespot.prescribing.sheets import ChartEntry, PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.statuses import (
    MEDICATION_STATUSES,
    PRESCRIPTION_STATUSES,
    TOLD_MEDICATION_STATUSES,
    TOLD_STATUSES,
)
from deploy.sandbox.dosespot.push import PushEvent
from deploy.sandbox.dosespot.register import PatientChange
from deploy.sandbox.dosespot.replies import timestamp

_Waiting = PrescriptionSheet | PharmacyRequest

_COUNT_NAMES = {
    PENDING: "PendingPrescriptionCount",
    ERRORS: "TransmissionErrorCount",
    RENEWALS: "RefillRequestCount",
    CHANGES: "ChangeRequestCount",
}


def events(cabinet: Cabinet, patients: list[PatientChange], at: datetime) -> list[PushEvent]:
    """The notifications of everything that was changed since this was last asked.

    Args:
        cabinet: gives its changes away, of which some give rise to nothing.
        patients: changes of patients' records.
        at: when they happened.
    """
    sheets = cabinet.prescriptions.take_changes()
    requests = cabinet.requests.take_changes()
    moment = f"{timestamp(at)}Z"
    for drawer in (cabinet.history, cabinet.consents, cabinet.favorites):
        drawer.take_changes()
    return [
        *(_patient(change, moment) for change in patients),
        *(event for change in sheets for event in _prescription(cabinet, change, moment)),
        *(_reported(*change, moment) for change in cabinet.reported.take_changes()),
        *(_allergy(*change, moment) for change in cabinet.allergies.take_changes()),
        *(_pharmacy(*change, moment) for change in cabinet.pharmacies.take_changes()),
        *_counts(cabinet, [*sheets, *requests]),
    ]


def _prescription(
    cabinet: Cabinet, change: tuple[PrescriptionSheet | None, PrescriptionSheet], moment: str
) -> Iterator[PushEvent]:
    before, after = change
    data = {**_about(cabinet, after), "StatusDateTime": moment}
    info = after.log[-1].info if after.log else None
    if after.status in TOLD_STATUSES and after.status != (before and before.status):
        number = PRESCRIPTION_STATUSES[after.status]
        result = {"PrescriptionStatus": number, "StatusDetails": info}
        yield {"EventType": "PrescriptionResult", "Data": {**data, **result}}
    status = after.medication_status
    if status in TOLD_MEDICATION_STATUSES and (
        before is None or before.medication_status != status
    ):
        update = {"MedicationStatus": MEDICATION_STATUSES[status], "StatusNotes": info}
        related = {"RelatedRxChangeQueueItemId": _request_id(cabinet, after, "change")}
        yield {"EventType": "MedicationStatusUpdate", "Data": {**data, **related, **update}}


def _about(cabinet: Cabinet, sheet: PrescriptionSheet) -> PushEvent:
    return {
        "PatientId": sheet.patient_id,
        "ClinicId": sheet.clinic_id,
        "ClinicianId": sheet.record["PrescriberId"],
        "AgentId": sheet.record["PrescriberAgentId"],
        "PrescriptionId": sheet.id,
        "RelatedRxRequestQueueItemId": _request_id(cabinet, sheet, "renewal"),
    }


def _request_id(cabinet: Cabinet, sheet: PrescriptionSheet, kind: str) -> int | None:
    for request in cabinet.requests.of(sheet.clinic_id, sheet.patient_id):
        if request.kind == kind and sheet.id in request.requested_ids:
            return request.id
    return None


def _patient(change: PatientChange, moment: str) -> PushEvent:
    before, after = change
    gone = before is not None and before.record["Active"] and not after.record["Active"]
    status = "Added" if before is None else "Deleted" if gone else "Edited"
    data = {
        "Status": status,
        "PatientId": after.id,
        "ClinicianId": after.changed_by,
        "StatusDateTime": moment,
        "SourceType": "EMR",
    }
    return {"EventType": "PatientStatusUpdate", "Data": data}


def _reported(before: ChartEntry | None, after: ChartEntry, moment: str) -> PushEvent:
    data = {
        "Status": _happened(before, is_gone=after.record["Status"] == "Deleted"),
        "PatientId": after.patient_id,
        "SelfReportedMedicationId": after.id,
        "StatusDateTime": moment,
        "ClinicianId": None,
        "AgentId": None,
    }
    return {"EventType": "SelfReportedMedicationStatusUpdate", "Data": data}


def _allergy(before: ChartEntry | None, after: ChartEntry, moment: str) -> PushEvent:
    data = {
        "Status": _happened(before, is_gone=after.record["StatusType"] == "Deleted"),
        "PatientId": after.patient_id,
        "PatientAllergyId": after.id,
        "StatusDateTime": moment,
    }
    return {"EventType": "AllergyStatusUpdate", "Data": data}


def _pharmacy(before: ChartEntry | None, after: ChartEntry, moment: str) -> PushEvent:
    happened = _happened(before, is_gone=after.record["Removed"])
    told = {
        "Added": {"Status": "Added"},
        "Edited": {"PharmacyStatus": "Edited"},
        "Deleted": {"PharmacyStatus": "3"},
    }
    data = {
        "PatientId": after.patient_id,
        "PharmacyId": after.record["PharmacyId"],
        **told[happened],
        "StatusDateTime": moment,
    }
    return {"EventType": "PharmacyStatusUpdate", "Data": data}


def _happened(before: ChartEntry | None, *, is_gone: bool) -> str:
    if before is None:
        return "Added"
    return "Deleted" if is_gone else "Edited"


def _counts(
    cabinet: Cabinet, changes: Sequence[tuple[_Waiting | None, _Waiting]]
) -> Iterator[PushEvent]:
    """One for each clinician, in each clinic, for whom now more or less waits than before."""
    more: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for before, after in changes:
        more[whose(after)].update(weight(after))
        more[whose(before or after)].subtract(weight(before))
    for (clinician_id, clinic_id), difference in more.items():
        if any(difference.values()):
            here = _named(waiting(cabinet, clinician_id, clinic_id))
            total = _named(waiting(cabinet, clinician_id, None))
            who = {"ClinicianId": clinician_id, "ClinicId": clinic_id}
            data = {**who, **here, "Total": total}
            yield {"EventType": "PrescriberNotificationCounts", "Data": data}


def _named(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[kind] for kind, name in _COUNT_NAMES.items()}
