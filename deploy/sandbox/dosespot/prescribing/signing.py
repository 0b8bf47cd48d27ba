"""Whether a prescription can be sent, and what a controlled substance needs for it.

What a prescriber types is compared and let go.
"""

from collections.abc import Mapping

from deploy.sandbox.dosespot import identity
from deploy.sandbox.dosespot.iframe_frame import Present
from deploy.sandbox.dosespot.prescribing import catalogs
from deploy.sandbox.dosespot.prescribing.pharmacies import EPCS
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.stages import may_sign

NO_PERMISSION = "You do not have permission to send controlled substances"
_NO_PHARMACY = "Choose a pharmacy first."
_NO_EPCS = "This pharmacy does not take controlled substances electronically."
_WRONG = "The PIN or the code was not right. Nothing was sent."


def schedule(sheet: PrescriptionSheet, patient: PatientChart) -> int:
    """The schedule of a prescription's drug for that patient, 0 if it is not controlled."""
    drug = catalogs.drug(sheet.record["DispensableDrugId"])
    return 0 if drug is None else drug.schedule_in(str(patient.record["State"]).upper())


def refusal(
    present: Present, sheet: PrescriptionSheet, patient: PatientChart, *, clinic_has_epcs: bool
) -> str | None:
    """Why a clinician cannot send a prescription, None if they can."""
    store = catalogs.pharmacy(sheet.record["PharmacyId"])
    controlled = schedule(sheet, patient) > 0
    signs = may_sign(present.clinician, present.enrollment, clinic_has_epcs=clinic_has_epcs)
    if controlled and not signs:
        return NO_PERMISSION
    if store is None:
        return _NO_PHARMACY
    return _NO_EPCS if controlled and not store.level & EPCS else None


def code_refusal(present: Present, form: Mapping[str, str]) -> str | None:
    """What is missing or wrong of PIN and one-time code, None if they sign."""
    needed = {"pin": "Enter your PIN.", "code": "Enter the six-digit code."}
    if present.enrollment.tfa_type == "Token":
        needed = {"serial-number": "Enter the serial number of your token.", **needed}
    missing = [sentence for name, sentence in needed.items() if not form.get(name, "").strip()]
    if missing:
        return " ".join(missing)
    is_pin = identity.is_pin(present.clinician, form["pin"].strip())
    return None if is_pin and identity.is_right_code(form["code"].strip()) else _WRONG
