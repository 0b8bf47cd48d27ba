"""The routes of the page that DoseSpot shows in an iFrame, where prescribers do what is theirs.

* `GET /LoginSingleSignOn.aspx` opens a visit for a link and leads to its page, or says why not.
* `GET /iframe/{visit}` is that page; it shows what comes next for the clinician.
* `POST /iframe/{visit}/{step}` takes one of the `FORMS` and leads back to the page.

There are no cookies, which an iFrame of another origin would not get: the visit's id in the path is
all that says who asks. What a person answers or types is compared and let go.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.sandbox.dosespot import identity, sign_on, sittings, steps
from deploy.sandbox.dosespot import iframe_pages as pages
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicEnrollment, ClinicianAccount, Rejection
from deploy.sandbox.dosespot.markup import Html, joined
from deploy.sandbox.dosespot.stages import IframeStage, abilities, next_step, stage
from deploy.sandbox.dosespot.steps import StepOutcome
from deploy.sandbox.dosespot.visits import ENDED, Denial, Visit, Visits, admit, standing

PREFIX = "/iframe/"

_HEADERS = {
    "Content-Security-Policy": pages.CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Form = Mapping[str, str]
Endpoint = Callable[[Request], Awaitable[Response]]
FormRule = Callable[[ClinicEnrollment, Form, datetime], StepOutcome]


@dataclass(frozen=True)
class Present:
    """A visit whose clinician may still be there, with where they are in the visit's clinic."""

    visit: Visit
    clinician: ClinicianAccount
    enrollment: ClinicEnrollment

    @property
    def path(self) -> str:
        """Where the visit's page is."""
        return f"{PREFIX}{self.visit.id}"


def routes(backend: DoseSpotBackend) -> list[Route]:
    """All routes of the iFrame, over that state; its visits end with them."""
    visits = Visits()
    return [
        Route(sign_on.PATH, _sign_on_endpoint(backend, visits), methods=["GET"]),
        Route(f"{PREFIX}{{visit}}", _page_endpoint(backend, visits), methods=["GET"]),
        *(
            Route(
                f"{PREFIX}{{visit}}/{step}",
                _form_endpoint(backend, visits, rule),
                methods=["POST"],
            )
            for step, rule in FORMS.items()
        ),
    ]


def sign(enrollment: ClinicEnrollment, form: Form, at: datetime) -> StepOutcome:
    """Signs the agreement that was shown; one that is signed already stays so."""
    number = form.get("agreement-id", "")
    signed = {str(each.id) for each in enrollment.agreements if each.signed_at is not None}
    if number in signed:
        return enrollment
    return steps.sign(enrollment, int(number) if number.isdecimal() else 0, at)


def begin_proofing(enrollment: ClinicEnrollment, _: Form, at: datetime) -> StepOutcome:
    """Accepts the disclaimer and begins a session of questions."""
    return sittings.start_idp(enrollment, at, secrets.token_hex(16))


def answer(enrollment: ClinicEnrollment, form: Form, _: datetime) -> StepOutcome:
    """Answers the questions; a missing answer is none that counts."""
    answers = [form.get(f"answer-{number}", "") for number in range(1, len(pages.QUESTIONS) + 1)]
    if not all(answers):
        return Rejection("Answers", "Answer both questions.")
    right = identity.are_right(answers, pages.QUESTIONS)
    return steps.answer_idp(enrollment, form.get("session", ""), right=right)


def activate(enrollment: ClinicEnrollment, form: Form, _: datetime) -> StepOutcome:
    """Enters a first code of the second factor."""
    return _missing(enrollment, form) or steps.activate_tfa(enrollment, right=_is_right(form))


def deactivate(enrollment: ClinicEnrollment, form: Form, _: datetime) -> StepOutcome:
    """Enters a last code of the second factor."""
    return _missing(enrollment, form) or steps.deactivate_tfa(enrollment, right=_is_right(form))


FORMS: dict[str, FormRule] = {
    "sign-agreement": sign,
    "begin-identity-proofing": begin_proofing,
    "submit-answers": answer,
    "activate": activate,
    "deactivate": deactivate,
}


def _missing(enrollment: ClinicEnrollment, form: Form) -> Rejection | None:
    if enrollment.tfa_type == "Token" and not form.get("serial-number", "").strip():
        return Rejection("CredentialID", "Enter the serial number of your token.")
    if not form.get("code", "").strip():
        return Rejection("OneTimePassword", "Enter the six-digit code.")
    return None


def _is_right(form: Form) -> bool:
    return identity.is_right_code(form["code"].strip())


def _sign_on_endpoint(backend: DoseSpotBackend, visits: Visits) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        with backend.transaction():
            outcome = admit(backend, visits, request.query_params.multi_items())
        return _denied(outcome) if isinstance(outcome, Denial) else _to_page(outcome.id)

    return endpoint


def _page_endpoint(backend: DoseSpotBackend, visits: Visits) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        with backend.transaction():
            present = _present(backend, visits, request)
            return _denied(present) if isinstance(present, Denial) else _page(backend, present)

    return endpoint


def _form_endpoint(backend: DoseSpotBackend, visits: Visits, rule: FormRule) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        with backend.transaction():
            present = _present(backend, visits, request)
            return (
                _denied(present)
                if isinstance(present, Denial)
                else _take(backend, present, rule(present.enrollment, form, backend.now()))
            )

    return endpoint


def _present(backend: DoseSpotBackend, visits: Visits, request: Request) -> Present | Denial:
    visit = visits.get(request.path_params["visit"], backend.now())
    if visit is None:
        return ENDED
    clinic_id = visit.session.clinic_id
    clinician = backend.directory.get(visit.session.user_id)
    denial = standing(clinician, clinic_id)
    if denial is not None or clinician is None:
        return denial or ENDED
    return Present(visit, clinician, clinician.enrollments[clinic_id])


def _take(backend: DoseSpotBackend, present: Present, outcome: StepOutcome) -> Response:
    if isinstance(outcome, Rejection):
        present.visit.notice = outcome.details
    else:
        clinic_id = present.visit.session.clinic_id
        backend.directory.put(present.clinician.linked(clinic_id, outcome))
    return _to_page(present.visit.id)


def _to_page(visit_id: str) -> Response:
    return RedirectResponse(f"{PREFIX}{visit_id}", 303, _HEADERS)


def _denied(denial: Denial) -> Response:
    content = pages.page(denial.heading, pages.sentence(denial.sentence))
    return HTMLResponse(content, denial.status, _HEADERS)


def _page(backend: DoseSpotBackend, present: Present) -> Response:
    notice, present.visit.notice = present.visit.notice, ""
    heading, content = _content(backend, present)
    whole = joined([pages.notice(notice), content])
    return HTMLResponse(pages.page(heading, whole, _who(backend, present)), headers=_HEADERS)


def _content(backend: DoseSpotBackend, present: Present) -> tuple[str, Html]:
    enrollment, path = present.enrollment, present.path
    match stage(enrollment):
        case IframeStage.AGREEMENTS:
            return "Legal agreements", pages.agreements(enrollment, f"{path}/sign-agreement")
        case IframeStage.BEFORE_PROOFING:
            action = f"{path}/begin-identity-proofing"
            return "Identity proofing", pages.before_proofing(enrollment, action)
        case IframeStage.PROOFING:
            return "Identity proofing", pages.proofing(enrollment, f"{path}/submit-answers")
        case IframeStage.ACTIVATION:
            form = pages.second_factor(enrollment, f"{path}/activate", "Activate")
            return "Two-factor authentication", form
        case IframeStage.DEACTIVATION:
            form = pages.second_factor(enrollment, f"{path}/deactivate", "Deactivate")
            return "Two-factor authentication", form
        case IframeStage.DONE:
            heading = "Ready to prescribe" if enrollment.prescribes else "Signed in"
            return heading, _prescribing(backend, present)
        case IframeStage.UNCLEAR:
            text = f"Your registration is not complete ({enrollment.status}). Ask your clinic."
            return "Registration not complete", pages.sentence(text)


def _prescribing(backend: DoseSpotBackend, present: Present) -> Html:
    clinician, enrollment = present.clinician, present.enrollment
    has_epcs = backend.switches.clinic_has_epcs
    patient_id, clinic_id = present.visit.patient_id, present.visit.session.clinic_id
    patient = None if patient_id is None else backend.register.get(clinic_id, patient_id)
    return pages.prescribing(
        abilities(clinician, enrollment, clinic_has_epcs=has_epcs),
        next_step(clinician, enrollment),
        None if patient is None else patient.name,
        prescribes=enrollment.prescribes,
    )


def _who(backend: DoseSpotBackend, present: Present) -> str:
    session = present.visit.session
    who = f"Signed in: {present.clinician.name}"
    authority = backend.directory.get(session.authority_id)
    if authority is None or authority.id == present.clinician.id:
        return f"{who}."
    return f"{who}, on behalf of {authority.name}."
