"""What waits for a prescriber in the iFrame, and how they answer it there.

Rules leave with the visit what is to be told.
"""

from collections.abc import Callable, Mapping

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.iframe_frame import Present
from deploy.sandbox.dosespot.prescribing import (
    asking,
    cards,
    notification_pages,
    order_form,
    progress,
    signing,
)
from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.counting import asked_of, prescribed_by
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.words import is_pending
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.stages import may_sign
from deploy.sandbox.markup import Html

ANSWERED = "This was answered already."

Form = Mapping[str, str]
AnswerRule = Callable[[DoseSpotBackend, Present, Form], None]


def notifications(backend: DoseSpotBackend, present: Present) -> Html:
    """The requests, errors and pending prescriptions of a clinician in the visit's clinic."""
    who, where = present.clinician.id, present.clinic_id
    sheets = list(prescribed_by(backend.cabinet, who, where))
    requests = [_request(backend, present, each) for each in asked_of(backend.cabinet, who, where)]
    errors = [
        notification_pages.error(present.path, each, _patient(backend, each).name)
        for each in sheets
        if each.failed
    ]
    pending = [
        notification_pages.waiting(each, _patient(backend, each).name)
        for each in sheets
        if is_pending(each)
    ]
    lists = [cards.listed(each) for each in (requests, errors, pending)]
    return notification_pages.notifications(lists)


def approve(backend: DoseSpotBackend, present: Present, form: Form) -> None:
    """Grants a request; a controlled substance is signed for."""
    request = _own_request(backend, present, form)
    if request is None:
        present.visit.notice = ANSWERED
        return
    chosen = _chosen(backend, request, form)
    refills = form.get("refills", "").strip() or None
    wrong = order_form.wrong_refills(refills or "0", _schedule(backend, chosen))
    refused = " ".join(wrong) or _refusal(backend, present, chosen, form)
    if refused:
        present.visit.notice = refused
        return
    signed = _schedule(backend, chosen) > 0
    asking.approve(backend, request.id, chosen.id, signed=signed, refills=refills)
    present.visit.done = "1 prescription was sent."


def deny(backend: DoseSpotBackend, present: Present, form: Form) -> None:
    """Refuses a request."""
    request = _own_request(backend, present, form)
    if request is None:
        present.visit.notice = ANSWERED
        return
    asking.deny(backend, request.id)
    present.visit.done = "The request was denied."


def set_aside(backend: DoseSpotBackend, present: Present, form: Form) -> None:
    """Sets an error aside."""
    mine = prescribed_by(backend.cabinet, present.clinician.id, present.clinic_id)
    for sheet in mine:
        if sheet.failed and str(sheet.id) == form.get("prescription-id"):
            progress.ignore_error(backend, sheet.id)
            return
    present.visit.notice = ANSWERED


ANSWERS: dict[str, AnswerRule] = {"approve": approve, "deny": deny, "set-aside": set_aside}


def _request(backend: DoseSpotBackend, present: Present, request: PharmacyRequest) -> Html:
    choices = [progress.sheet_of(backend, number) for number in request.requested_ids]
    has_epcs = backend.switches.clinic_has_epcs
    signs = may_sign(present.clinician, present.enrollment, clinic_has_epcs=has_epcs)
    controlled = any(_schedule(backend, sheet) for sheet in choices)
    by_token = present.enrollment.tfa_type == "Token"
    signed = cards.codes(f"-{request.id}", by_token=by_token) if signs and controlled else Html()
    name = _patient(backend, choices[0]).name
    return notification_pages.request(present.path, request, name, choices, signed=signed)


def _own_request(backend: DoseSpotBackend, present: Present, form: Form) -> PharmacyRequest | None:
    mine = asked_of(backend.cabinet, present.clinician.id, present.clinic_id)
    return next((each for each in mine if str(each.id) == form.get("request-id")), None)


def _chosen(backend: DoseSpotBackend, request: PharmacyRequest, form: Form) -> PrescriptionSheet:
    asked_for = [str(number) for number in request.requested_ids]
    chosen = form.get("chosen", "")
    number = chosen if chosen in asked_for else asked_for[0]
    return progress.sheet_of(backend, int(number))


def _refusal(
    backend: DoseSpotBackend, present: Present, sheet: PrescriptionSheet, form: Form
) -> str | None:
    has_epcs = backend.switches.clinic_has_epcs
    patient = _patient(backend, sheet)
    refused = signing.refusal(present, sheet, patient, clinic_has_epcs=has_epcs)
    if refused is None and signing.schedule(sheet, patient):
        return signing.code_refusal(present, form)
    return refused


def _schedule(backend: DoseSpotBackend, sheet: PrescriptionSheet) -> int:
    return signing.schedule(sheet, _patient(backend, sheet))


def _patient(backend: DoseSpotBackend, sheet: PrescriptionSheet) -> PatientChart:
    patient = backend.register.find(sheet.patient_id)
    if patient is None:
        raise LookupError(sheet.patient_id)
    return patient
