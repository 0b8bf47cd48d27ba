"""The operations that read what one clinic has of a patient, and what waits for a prescriber.

Any active clinician of the token's clinic may; a patient of another clinic does not exist for it.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from deploy.sandbox.dosespot import patients
from deploy.sandbox.dosespot.clinician import Rejection
from deploy.sandbox.dosespot.operations import (
    NOT_AUTHORIZED,
    ApiCall,
    Operation,
    OperationReply,
    shape,
)
from deploy.sandbox.dosespot.prescribing import answers, counting
from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest, RequestKind
from deploy.sandbox.dosespot.prescribing.cabinet import Drawer
from deploy.sandbox.dosespot.prescribing.catalogs import NO_LIST, missing, pharmacy
from deploy.sandbox.dosespot.prescribing.counting import asked_of, prescribed_by, waiting
from deploy.sandbox.dosespot.prescribing.shapes import (
    HistoryQuery,
    PrescriptionQuery,
    ReportedQuery,
    RequestQuery,
)
from deploy.sandbox.dosespot.prescribing.sheets import (
    ChartEntry,
    PrescriptionSheet,
    moment_of,
)
from deploy.sandbox.dosespot.prescribing.statuses import status_class

_NO_CONSENT = Rejection("PatientId", "Patient has not given consent to medication history")


def list_prescriptions(call: ApiCall) -> OperationReply:
    """GET patients/{id}/prescriptions: those that fit, by when they were written."""
    patient = patients.own(call)
    if isinstance(patient, Rejection):
        return patient
    drawer, query = call.backend.cabinet.prescriptions, call.body
    with_deleted = call.backend.switches.deleted_prescriptions == "listed"

    def find() -> list[PrescriptionSheet]:
        known = drawer.of(call.clinic_id, patient.id)
        found = (each for each in known if with_deleted or each.status != "Deleted")
        fitting = (each for each in found if _fits(each, query))
        return sorted(fitting, key=_age, reverse=query.sortOrder == "Desc")

    what = (patient.id, with_deleted, query.model_copy(update={"pageNumber": 1}).model_dump_json())
    return _page(call, drawer.remembered(what, find), answers.prescription)


def _age(sheet: PrescriptionSheet) -> tuple[datetime, int]:
    return sheet.written_at or datetime.min.replace(tzinfo=UTC), sheet.id


def _fits(sheet: PrescriptionSheet, query: PrescriptionQuery) -> bool:
    return (
        _is_within(sheet.written_at, query.startDate, query.endDate)
        and query.prescriptionStatus in (None, sheet.status)
        and query.statusClass in (None, status_class(sheet.status, sheet.medication_status))
    )


def read_prescription(call: ApiCall) -> OperationReply:
    """GET patients/{id}/prescriptions/{id}: one prescription."""
    sheet = own_sheet(call, {"Prescription": None})
    if not isinstance(sheet, PrescriptionSheet):
        return sheet
    return {"Prescription": answers.prescription(sheet, call.backend.switches)}


def read_log(call: ApiCall) -> OperationReply:
    """GET patients/{id}/prescriptions/{id}/log: where it stood, oldest first."""
    sheet = own_sheet(call, {"Items": []})
    if not isinstance(sheet, PrescriptionSheet):
        return sheet
    return {"Items": [answers.log_line(line, call.backend.switches) for line in sheet.log]}


def own_sheet(call: ApiCall, empty: dict[str, Any]) -> PrescriptionSheet | OperationReply:
    """The prescription in the path, or what is answered where that patient has none like it."""
    patient = patients.own(call)
    if isinstance(patient, Rejection):
        return patient
    sheet = call.backend.cabinet.prescriptions.get(call.path_ids[1])
    if sheet is None or (sheet.clinic_id, sheet.patient_id) != (call.clinic_id, patient.id):
        return missing(call, "PrescriptionId", "Prescription not found", empty)
    return sheet


def list_pharmacies(call: ApiCall) -> OperationReply:
    """GET patients/{id}/pharmacies: those the patient chose, with the default one."""
    entries = _own(call, call.backend.cabinet.pharmacies)
    if isinstance(entries, Rejection):
        return entries
    items = []
    for entry in entries:
        store = pharmacy(entry.record["PharmacyId"])
        if store is not None and not entry.record["Removed"]:
            fields = answers.pharmacy(store, call.backend.switches)
            items.append({**fields, "IsDefault": entry.record["IsDefault"]})
    return {"Items": items}


def list_reported(call: ApiCall) -> OperationReply:
    """GET patients/{id}/selfReportedMedications: what the patient says they take."""
    query: ReportedQuery = call.body
    entries = _own(call, call.backend.cabinet.reported)
    if isinstance(entries, Rejection):
        return entries
    return _page(call, _between(entries, "DateReported", query.startDate, query.endDate))


def list_history(call: ApiCall) -> OperationReply:
    """GET patients/{id}/medications/history: what was dispensed anywhere, after a consent."""
    query: HistoryQuery = call.body
    entries = _own(call, call.backend.cabinet.history)
    if isinstance(entries, Rejection):
        return entries
    if not _own(call, call.backend.cabinet.consents):
        return _NO_CONSENT
    return _page(call, _between(entries, "LastFillDate", query.start, query.end))


def list_allergies(call: ApiCall) -> OperationReply:
    """GET patients/{id}/allergies: what the patient is allergic to."""
    entries = _own(call, call.backend.cabinet.allergies)
    if isinstance(entries, Rejection):
        return entries
    return {"Items": [answers.entry(each, call.backend.switches) for each in entries]}


def _own(call: ApiCall, drawer: Drawer[ChartEntry]) -> list[ChartEntry] | Rejection:
    patient = patients.own(call)
    return patient if isinstance(patient, Rejection) else drawer.of(call.clinic_id, patient.id)


def _between(
    entries: list[ChartEntry], field: str, start: datetime | None, end: datetime | None
) -> list[ChartEntry]:
    return [each for each in entries if _is_within(moment_of(each.record[field]), start, end)]


def _is_within(moment: datetime | None, start: datetime | None, end: datetime | None) -> bool:
    if moment is None:
        return True
    return (start is None or start <= moment) and (end is None or moment <= end)


def _page(
    call: ApiCall, found: list[Any], write: Callable[[Any, Any], dict[str, Any]] = answers.entry
) -> OperationReply:
    switches = call.backend.switches
    shown, page = answers.paged(found, call.body.pageNumber, switches)
    return {"Items": [write(each, switches) for each in shown], "PageResult": page}


def list_renewals(call: ApiCall) -> OperationReply:
    """GET refills/pending: what pharmacies ask the token's clinician to renew."""
    return _requests(call, "renewal", detailed=False)


def list_detailed_renewals(call: ApiCall) -> OperationReply:
    """GET refills/pending/detailed: the same, with whole prescriptions."""
    return _requests(call, "renewal", detailed=True)


def list_changes(call: ApiCall) -> OperationReply:
    """GET rxchanges/pending: what pharmacies ask the token's clinician to change."""
    return _requests(call, "change", detailed=False)


def list_detailed_changes(call: ApiCall) -> OperationReply:
    """GET rxchanges/pending/detailed: the same, with whole prescriptions."""
    return _requests(call, "change", detailed=True)


def _requests(call: ApiCall, kind: RequestKind, *, detailed: bool) -> OperationReply:
    if not call.user().active:
        return NOT_AUTHORIZED
    query: RequestQuery = call.body
    found = [
        asked
        for asked in asked_of(call.backend.cabinet, call.session.user_id, _clinic(call))
        if asked.kind == kind and query.patientId in (None, asked.patient_id)
    ]

    def write(asked: PharmacyRequest, _: Any) -> dict[str, Any]:
        return _written(call, asked, detailed=detailed)

    return _page(call, found, write)


def _written(call: ApiCall, asked: PharmacyRequest, *, detailed: bool) -> dict[str, Any]:
    backend = call.backend
    patient = backend.register.get(asked.clinic_id, asked.patient_id)
    if patient is None:
        raise LookupError(asked.patient_id)
    short = answers.request(asked, patient, backend.switches)
    if not detailed:
        return short
    sheets = backend.cabinet.prescriptions.of(asked.clinic_id, asked.patient_id)
    return answers.detailed(short, {each.id: each for each in sheets}, backend.switches)


def _clinic(call: ApiCall) -> int | None:
    return None if call.body.clinic == "All" else call.clinic_id


def read_counts(call: ApiCall) -> OperationReply:
    """GET notifications/counts: how much waits for the token's clinician in its clinic."""
    if not call.user().active:
        return NOT_AUTHORIZED
    counts = waiting(call.backend.cabinet, call.session.user_id, call.clinic_id)
    return {name: counts[kind] for name, kind in _COUNTS.items()}


def list_errors(call: ApiCall) -> OperationReply:
    """GET notifications/errors: prescriptions of the token's clinician that were not sent."""
    if not call.user().active:
        return NOT_AUTHORIZED
    mine = prescribed_by(call.backend.cabinet, call.session.user_id, _clinic(call))
    return _page(call, [each for each in mine if each.failed], answers.transmission_error)


_COUNTS = {
    "RefillRequestsCount": counting.RENEWALS,
    "TransactionErrorsCount": counting.ERRORS,
    "PendingPrescriptionsCount": counting.PENDING,
    "PendingRxChangeCount": counting.CHANGES,
}
PATIENT = "patients/{patient_id:int}"
ONE = f"{PATIENT}/prescriptions/{{prescription_id:int}}"
_NO_ITEMS: dict[str, Any] = {"Items": []}

OPERATIONS = (
    Operation(
        "GET",
        f"{PATIENT}/prescriptions",
        list_prescriptions,
        on_error=NO_LIST,
        query=shape(PrescriptionQuery),
    ),
    Operation("GET", ONE, read_prescription, on_error={"Prescription": None}),
    Operation("GET", f"{ONE}/log", read_log, on_error=_NO_ITEMS),
    Operation("GET", f"{PATIENT}/pharmacies", list_pharmacies, on_error=_NO_ITEMS),
    Operation("GET", f"{PATIENT}/allergies", list_allergies, on_error=_NO_ITEMS),
    Operation(
        "GET",
        f"{PATIENT}/selfReportedMedications",
        list_reported,
        on_error=NO_LIST,
        query=shape(ReportedQuery),
    ),
    Operation(
        "GET",
        f"{PATIENT}/medications/history",
        list_history,
        on_error=NO_LIST,
        query=shape(HistoryQuery),
    ),
    *(
        Operation("GET", path, listing, on_error=NO_LIST, query=shape(RequestQuery))
        for path, listing in (
            ("refills/pending", list_renewals),
            ("refills/pending/detailed", list_detailed_renewals),
            ("rxchanges/pending", list_changes),
            ("rxchanges/pending/detailed", list_detailed_changes),
            ("notifications/errors", list_errors),
        )
    ),
    Operation("GET", "notifications/counts", read_counts, on_error=dict.fromkeys(_COUNTS)),
)
