"""Takes prescriptions from step to step, as prescribers, the network and pharmacies do."""

from datetime import datetime, timedelta
from typing import Any

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicianAccount, Rejection
from deploy.sandbox.dosespot.prescribing import catalogs
from deploy.sandbox.dosespot.prescribing.orders import found, require_fields
from deploy.sandbox.dosespot.prescribing.pharmacies import CANCEL
from deploy.sandbox.dosespot.prescribing.sheets import (
    PrescriptionSheet,
    logged,
    stepped,
    with_fields,
)
from deploy.sandbox.dosespot.prescribing.statuses import STEPS, PrescriptionStep
from deploy.sandbox.dosespot.switches import Switches

_CANNOT_CANCEL = Rejection("PharmacyId", "Pharmacy does not accept cancellation requests")


def sheet_of(backend: DoseSpotBackend, prescription_id: int) -> PrescriptionSheet:
    """The prescription with that id.

    Raises:
        NotKept: there is none.
    """
    return found(backend.cabinet.prescriptions.get(prescription_id), "prescription")


def advance(
    backend: DoseSpotBackend, prescription_id: int, name: str, info: str | None = None
) -> PrescriptionSheet:
    """Takes one of the `STEPS`, and those that follow by themselves; any may follow any other.

    Args:
        backend: where the prescription is.
        prescription_id: which one.
        name: of the step.
        info: an error's details, or a pharmacy's note.

    Raises:
        NotKept: there is no such prescription or step.
    """
    found(STEPS.get(name), "step")
    sheet = _take(backend, sheet_of(backend, prescription_id), name, backend.now(), info)
    return _take_due(backend, sheet)


def transmit(backend: DoseSpotBackend, prescription_id: int, *, signed: bool) -> PrescriptionSheet:
    """Sends a prescription to its pharmacy: by fax where there is no other way.

    Args:
        backend: where the prescription is.
        prescription_id: which one.
        signed: whether the prescriber has signed it with the second factor.

    Raises:
        NotKept: there is no such prescription.
    """
    store = catalogs.pharmacy(sheet_of(backend, prescription_id).record["PharmacyId"])
    if store is not None and not store.level:
        return advance(backend, prescription_id, "fax")
    if signed:
        advance(backend, prescription_id, "sign")
    return advance(backend, prescription_id, "send")


def take_due_steps(backend: DoseSpotBackend) -> None:
    """Takes every step whose moment has come, at that moment."""
    drawer = backend.cabinet.prescriptions
    for sheet in drawer.remembered("due", lambda: [each for each in drawer.all() if each.next_at]):
        _take_due(backend, sheet)


def _take_due(backend: DoseSpotBackend, sheet: PrescriptionSheet) -> PrescriptionSheet:
    while sheet.next_step is not None and sheet.next_at is not None:
        if sheet.next_at > backend.now():
            break
        sheet = _take(backend, sheet, sheet.next_step, sheet.next_at, None)
    return sheet


def _take(
    backend: DoseSpotBackend, sheet: PrescriptionSheet, name: str, at: datetime, info: str | None
) -> PrescriptionSheet:
    step = STEPS[name]
    taken = stepped(sheet, step, at, info, _taker(backend, sheet, step))
    follows, after_s = _following(backend.switches).get(name, (None, None))
    if follows is not None and after_s is not None:
        due = {"next_step": follows, "next_at": at + timedelta(seconds=after_s)}
        taken = taken.model_copy(update=due)
    return _keep(backend, taken)


def _following(switches: Switches) -> dict[str, tuple[str, float | None]]:
    """The step that follows another one by itself, and after how many seconds; None is never."""
    return {
        "send": ("sent", switches.sending_takes_s),
        "sent": ("verify", switches.pharmacy_verifies_after_s),
        "verify": ("fill", switches.pharmacy_fills_after_s),
    }


def ignore_error(backend: DoseSpotBackend, prescription_id: int) -> PrescriptionSheet:
    """The prescriber sets aside that a prescription could not be sent.

    Raises:
        NotKept: there is no such prescription.
    """
    sheet = with_fields(sheet_of(backend, prescription_id), {"ErrorIgnored": True})
    user = _taker(backend, sheet, PrescriptionStep("prescriber"))
    return _keep(backend, logged(sheet, backend.now(), None, user))


def set_fields(
    backend: DoseSpotBackend, prescription_id: int, fields: dict[str, Any]
) -> PrescriptionSheet:
    """Gives a prescription any values, sensible or not; a new status is in its log.

    Raises:
        NotKept: there is no such prescription or field.
    """
    require_fields(fields)
    sheet = with_fields(sheet_of(backend, prescription_id), fields)
    if {"Status", "MedicationStatus"} & fields.keys():
        sheet = logged(sheet, backend.now(), None, "Sandbox")
    return _keep(backend, sheet)


def ask_to_cancel(
    backend: DoseSpotBackend, sheet: PrescriptionSheet, comment: str | None, by: ClinicianAccount
) -> Rejection | None:
    """Asks the pharmacy not to fill a prescription; None once it is asked."""
    store = catalogs.pharmacy(sheet.record["PharmacyId"])
    if store is None or not store.level & CANCEL:
        return _CANNOT_CANCEL
    asked = with_fields(sheet, {"Comment": comment})
    for name in ("request-cancel", "await-cancel"):
        asked = stepped(asked, STEPS[name], backend.now(), comment, by.name)
    _keep(backend, asked)
    return None


def _taker(backend: DoseSpotBackend, sheet: PrescriptionSheet, step: PrescriptionStep) -> str:
    if step.taker == "network":
        return "DoseSpot"
    if step.taker == "pharmacy":
        store = catalogs.pharmacy(sheet.record["PharmacyId"])
        return "Pharmacy" if store is None else store.name
    prescriber = backend.directory.get(sheet.record["PrescriberId"] or 0)
    return "Prescriber" if prescriber is None else prescriber.name


def _keep(backend: DoseSpotBackend, sheet: PrescriptionSheet) -> PrescriptionSheet:
    backend.cabinet.prescriptions.put(sheet)
    return sheet
