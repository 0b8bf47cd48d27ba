"""The routes of the page that DoseSpot shows in an iFrame, where prescribers do what is theirs.

* `GET /LoginSingleSignOn.aspx` opens a visit for a link and leads to its page, or says why not.
* `GET /iframe/{visit}` is that page; it shows what comes next for the clinician.
* `POST /iframe/{visit}/{step}` takes one of the `FORMS` and leads back to the page.
* The pages and forms with which somebody prescribes are those of `prescribing.iframe`.

There are no cookies, which an iFrame of another origin would not get: the visit's id in the path is
all that says who asks. What a person answers or types is compared and let go.
"""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.dosespot import identity, sign_on, sittings, steps
from deploy.sandbox.dosespot import iframe_pages as pages
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicEnrollment, Rejection
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
from deploy.sandbox.dosespot.prescribing import iframe as prescribing
from deploy.sandbox.dosespot.stages import IframeStage, abilities, next_step, stage
from deploy.sandbox.dosespot.steps import StepOutcome
from deploy.sandbox.dosespot.visits import Denial, Visits, admit
from deploy.sandbox.markup import Html, joined

Form = Mapping[str, str]
FormRule = Callable[[ClinicEnrollment, Form, datetime], StepOutcome]


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
        *prescribing.routes(backend, visits),
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


def verify_by_id_me(enrollment: ClinicEnrollment, _form: Form, _at: datetime) -> StepOutcome:
    """Comes back from ID.me, verified."""
    return steps.verify_by_id_me(enrollment)


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
    "verify-with-id-me": verify_by_id_me,
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
        return denied(outcome) if isinstance(outcome, Denial) else led_to(outcome.id)

    return endpoint


def _page_endpoint(backend: DoseSpotBackend, visits: Visits) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        with backend.transaction():
            present = presence(backend, visits, request)
            if isinstance(present, Denial):
                return denied(present)
            return shown(backend, present, *_content(backend, present))

    return endpoint


def _form_endpoint(backend: DoseSpotBackend, visits: Visits, rule: FormRule) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await sent_form(request)
        with backend.transaction():
            present = presence(backend, visits, request)
            if isinstance(present, Denial):
                return denied(present)
            return _take(backend, present, rule(present.enrollment, form, backend.now()))

    return endpoint


def _take(backend: DoseSpotBackend, present: Present, outcome: StepOutcome) -> Response:
    if isinstance(outcome, Rejection):
        present.visit.notice = outcome.details
    else:
        backend.directory.put(present.clinician.linked(present.clinic_id, outcome))
    return led_to(present.visit.id)


def _content(backend: DoseSpotBackend, present: Present) -> tuple[str, Html]:
    enrollment, path = present.enrollment, present.path
    match stage(enrollment):
        case IframeStage.AGREEMENTS:
            return "Legal agreements", pages.agreements(enrollment, f"{path}/sign-agreement")
        case IframeStage.BEFORE_PROOFING:
            return "Identity proofing", pages.before_proofing(enrollment, path)
        case IframeStage.PROOFING:
            return "Identity proofing", pages.proofing(enrollment, f"{path}/submit-answers")
        case IframeStage.ACTIVATION:
            form = pages.second_factor(enrollment, f"{path}/activate", "Activate")
            return "Two-factor authentication", joined([form, _prescribing(backend, present)])
        case IframeStage.DEACTIVATION:
            form = pages.second_factor(enrollment, f"{path}/deactivate", "Deactivate")
            return "Two-factor authentication", joined([form, _prescribing(backend, present)])
        case IframeStage.DONE:
            heading = "Ready to prescribe" if enrollment.prescribes else "Signed in"
            return heading, _prescribing(backend, present)
        case IframeStage.UNCLEAR:
            text = f"Your registration is not complete ({enrollment.status}). Ask your clinic."
            return "Registration not complete", pages.sentence(text)


def _prescribing(backend: DoseSpotBackend, present: Present) -> Html:
    clinician, enrollment = present.clinician, present.enrollment
    can = abilities(clinician, enrollment, clinic_has_epcs=backend.switches.clinic_has_epcs)
    then = next_step(clinician, enrollment)
    opened = prescribing.overview(backend, present)
    return joined([pages.sentence(can), pages.sentence(then), opened])
