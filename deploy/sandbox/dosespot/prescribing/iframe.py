"""The routes of the pages on which a prescriber prescribes, and answers what pharmacies ask.

* `GET /iframe/{visit}/{page}`: one of the `PAGES`, for a patient.
* `POST /iframe/{visit}/{form}`: one of the `FORMS`, for a patient, or of the `ANSWERS`.

Only somebody who may prescribe gets to them; all others are led to the visit's page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.iframe_frame import (
    PREFIX,
    Endpoint,
    Present,
    denied,
    led_to,
    presence,
    sent_form,
    shown,
)
from deploy.sandbox.dosespot.prescribing import (
    cards,
    catalogs,
    charting,
    notifications,
    order_form,
    pages,
    progress,
    signing,
)
from deploy.sandbox.dosespot.prescribing.notifications import ANSWERS, AnswerRule
from deploy.sandbox.dosespot.prescribing.orders import PrescriptionOrder, default_pharmacy, write
from deploy.sandbox.dosespot.prescribing.pharmacies import PHARMACIES, CatalogPharmacy
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.words import is_pending
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.stages import may_prescribe, may_sign
from deploy.sandbox.dosespot.visits import Denial, Visits
from deploy.sandbox.markup import Html

_GONE = "There is no such prescription."

Form = Mapping[str, str]


@dataclass(frozen=True)
class Consultation:
    """A prescriber with a patient."""

    backend: DoseSpotBackend
    present: Present
    patient: PatientChart

    @property
    def path(self) -> str:
        """Where the visit's page is."""
        return self.present.path

    def sheets(self) -> list[PrescriptionSheet]:
        """The patient's prescriptions, newest first."""
        known = self.backend.cabinet.prescriptions.of(self.patient.clinic_id, self.patient.id)
        return sorted(known, key=lambda sheet: sheet.id, reverse=True)

    def pending(self) -> list[PrescriptionSheet]:
        """What the prescriber has entered and neither sent nor printed nor discarded."""
        own = self.present.clinician.id
        return [
            sheet
            for sheet in reversed(self.sheets())
            if is_pending(sheet) and sheet.record["PrescriberId"] == own
        ]

    def selected(self, form: Form) -> list[PrescriptionSheet]:
        """What of that is selected in a form."""
        return [sheet for sheet in self.pending() if f"prescription-{sheet.id}" in form]

    def pharmacy(self) -> CatalogPharmacy | None:
        """The patient's default pharmacy."""
        return catalogs.pharmacy(default_pharmacy(self.backend, self.patient))

    def shown(self, heading: str, content: Html) -> Response:
        """A page."""
        return shown(self.backend, self.present, heading, content)

    def led_to(self, where: str = "", *, notice: str = "", done: str = "") -> Response:
        """The way to another page, which tells what is wrong or what was done."""
        self.present.visit.notice, self.present.visit.done = notice, done
        return led_to(self.present.visit.id, where)


ConsultationPage = Callable[[Consultation, Form], Response]


def routes(backend: DoseSpotBackend, visits: Visits) -> list[Route]:
    """All of these routes, over that state and those visits."""
    below = f"{PREFIX}{{visit}}/"
    return [
        *(Route(below + name, _page(backend, visits, rule)) for name, rule in PAGES.items()),
        *(
            Route(below + name, _form(backend, visits, rule), methods=["POST"])
            for name, rule in FORMS.items()
        ),
        *(
            Route(below + name, _answer(backend, visits, rule), methods=["POST"])
            for name, rule in ANSWERS.items()
        ),
    ]


def overview(backend: DoseSpotBackend, present: Present) -> Html:
    """What a visit's page shows of the patient or, without one, of what waits for the clinician."""
    prescribes = present.enrollment.prescribes
    if present.patient is None:
        return notifications.notifications(backend, present)
    consultation = Consultation(backend, present, present.patient)
    pending = len(consultation.pending()) if prescribes else None
    name, pharmacy = present.patient.name, consultation.pharmacy()
    return cards.patient(present.path, name, pharmacy, consultation.sheets(), pending)


def choose_pharmacy(consultation: Consultation, query: Form) -> Response:
    """The search for a pharmacy; without a name, the patient's default one."""
    name, chosen = query.get("name", "").strip(), consultation.pharmacy()
    found = [each for each in PHARMACIES if name.casefold() in each.name.casefold()]
    if not name:
        found = [] if chosen is None else [chosen]
    content = pages.choose_pharmacy(consultation.path, name, found, chosen)
    return consultation.shown("Choose pharmacy", content)


def choose_drug(consultation: Consultation, query: Form) -> Response:
    """The search for a medication."""
    name = query.get("name", "").strip()
    long_enough = len(name) >= catalogs.SHORTEST_NAME
    found = catalogs.drugs_named(name) if long_enough else []
    current = [each for each in found if "obsolete" not in each.marks]
    content = pages.choose_drug(consultation.path, name, current, consultation.pending())
    return consultation.shown("Add prescriptions", content)


def details(consultation: Consultation, query: Form) -> Response:
    """The form for one medication."""
    return _details(consultation, query, {})


def _details(consultation: Consultation, query: Form, given: Form) -> Response:
    number = query.get("drug", "")
    drug = catalogs.drug(int(number)) if number.isdecimal() else None
    if drug is None:
        return consultation.led_to("drug", notice="Choose a medication.")
    content = pages.details(consultation.path, drug, consultation.pharmacy(), given)
    return consultation.shown("Prescription details", content)


def review(consultation: Consultation, _: Form) -> Response:
    """What is pending, to be sent, printed or discarded."""
    present, pending = consultation.present, consultation.pending()
    has_epcs = consultation.backend.switches.clinic_has_epcs
    signs = may_sign(present.clinician, present.enrollment, clinic_has_epcs=has_epcs)
    controlled = any(signing.schedule(sheet, consultation.patient) for sheet in pending)
    by_token = present.enrollment.tfa_type == "Token"
    content = pages.review(
        consultation.path, pending, signs=signs and controlled, by_token=by_token
    )
    return consultation.shown("Review", content)


PAGES: dict[str, ConsultationPage] = {
    "pharmacy": choose_pharmacy,
    "drug": choose_drug,
    "details": details,
    "review": review,
}


def take_pharmacy(consultation: Consultation, form: Form) -> Response:
    """Makes a pharmacy the patient's default one."""
    number = form.get("pharmacy-id", "")
    store = catalogs.pharmacy(int(number)) if number.isdecimal() else None
    if store is None:
        return consultation.led_to("pharmacy", notice="Choose a pharmacy.")
    charting.choose_pharmacy(consultation.backend, consultation.patient.id, store.id, primary=True)
    return consultation.led_to("drug")


def add(consultation: Consultation, form: Form) -> Response:
    """Writes a prescription, which is pending until it is sent."""
    number = form.get("drug", "")
    drug = catalogs.drug(int(number)) if number.isdecimal() else None
    if drug is None:
        return consultation.led_to("drug", notice="Choose a medication.")
    wrong = order_form.problems(form, drug, str(consultation.patient.record["State"]).upper())
    if wrong:
        consultation.present.visit.notice = " ".join(wrong)
        return _details(consultation, form, form)
    decided = order_form.values(form)
    order = PrescriptionOrder(
        clinician_id=consultation.present.clinician.id, drug_id=drug.id, **decided
    )
    write(consultation.backend, consultation.patient.id, order)
    return consultation.led_to("drug")


def send(consultation: Consultation, form: Form) -> Response:
    """Approves and sends what is selected: all of it, or none."""
    chosen, patient = consultation.selected(form), consultation.patient
    if not chosen:
        return consultation.led_to("review", notice="Select a prescription.")
    signed = {sheet.id for sheet in chosen if signing.schedule(sheet, patient)}
    refused = _refusal(consultation, chosen)
    if refused is None and signed:
        refused = signing.code_refusal(consultation.present, form)
    if refused is not None:
        return consultation.led_to("review", notice=refused)
    for sheet in chosen:
        progress.transmit(consultation.backend, sheet.id, signed=sheet.id in signed)
    return consultation.led_to(done=_done(chosen, "sent"))


def _refusal(consultation: Consultation, chosen: list[PrescriptionSheet]) -> str | None:
    has_epcs = consultation.backend.switches.clinic_has_epcs
    refusals = (
        signing.refusal(consultation.present, sheet, consultation.patient, clinic_has_epcs=has_epcs)
        for sheet in chosen
    )
    return next((refusal for refusal in refusals if refusal is not None), None)


def print_out(consultation: Consultation, form: Form) -> Response:
    """Marks what is selected as printed; it can never be sent after that."""
    return _move(consultation, form, "print", "printed")


def discard(consultation: Consultation, form: Form) -> Response:
    """Deletes what is selected."""
    return _move(consultation, form, "delete", "discarded")


def _move(consultation: Consultation, form: Form, step: str, done: str) -> Response:
    chosen = consultation.selected(form)
    if not chosen:
        return consultation.led_to("review", notice="Select a prescription.")
    for sheet in chosen:
        progress.advance(consultation.backend, sheet.id, step)
    return consultation.led_to(done=_done(chosen, done))


def _done(chosen: list[PrescriptionSheet], what: str) -> str:
    count = len(chosen)
    return f"1 prescription was {what}." if count == 1 else f"{count} prescriptions were {what}."


def request_cancellation(consultation: Consultation, form: Form) -> Response:
    """Asks the pharmacy not to fill a prescription."""
    for sheet in consultation.sheets():
        if str(sheet.id) == form.get("prescription-id"):
            by, reason = consultation.present.clinician, form.get("reason")
            refused = progress.ask_to_cancel(consultation.backend, sheet, reason, by)
            return consultation.led_to(notice=refused.details if refused else "")
    return consultation.led_to(notice=_GONE)


FORMS: dict[str, ConsultationPage] = {
    "choose-pharmacy": take_pharmacy,
    "add-prescription": add,
    "send": send,
    "print": print_out,
    "discard": discard,
    "request-cancellation": request_cancellation,
}


def _page(backend: DoseSpotBackend, visits: Visits, rule: ConsultationPage) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        with backend.transaction():
            present = presence(backend, visits, request)
            return _consulted(backend, present, rule, request.query_params)

    return endpoint


def _form(backend: DoseSpotBackend, visits: Visits, rule: ConsultationPage) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await sent_form(request)
        with backend.transaction():
            return _consulted(backend, presence(backend, visits, request), rule, form)

    return endpoint


def _consulted(
    backend: DoseSpotBackend, present: Present | Denial, rule: ConsultationPage, form: Form
) -> Response:
    if isinstance(present, Denial):
        return denied(present)
    if present.patient is None or not may_prescribe(present.enrollment):
        return led_to(present.visit.id)
    return rule(Consultation(backend, present, present.patient), form)


def _answer(backend: DoseSpotBackend, visits: Visits, rule: AnswerRule) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await sent_form(request)
        with backend.transaction():
            present = presence(backend, visits, request)
            if isinstance(present, Denial):
                return denied(present)
            if may_prescribe(present.enrollment):
                rule(backend, present, form)
            return led_to(present.visit.id)

    return endpoint
