"""What every page of the iFrame stands in: who is before it, and how it is answered.

Holds no page of its own.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deploy.sandbox.dosespot import iframe_pages as pages
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicEnrollment, ClinicianAccount
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.visits import ENDED, Denial, Visit, Visits, standing
from deploy.sandbox.markup import joined

PREFIX = "/iframe/"

_HEADERS = {
    "Content-Security-Policy": pages.CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True)
class Present:
    """A visit whose clinician may still be there, with where they are in the visit's clinic.

    `patient` is whom the visit is about, None for the notifications.
    """

    visit: Visit
    clinician: ClinicianAccount
    enrollment: ClinicEnrollment
    patient: PatientChart | None

    @property
    def path(self) -> str:
        """Where the visit's page is."""
        return f"{PREFIX}{self.visit.id}"

    @property
    def clinic_id(self) -> int:
        """The clinic that the visit is for."""
        return self.visit.session.clinic_id


def presence(backend: DoseSpotBackend, visits: Visits, request: Request) -> Present | Denial:
    """Who asks for a page or sends a form, or why they may not."""
    visit = visits.get(request.path_params["visit"], backend.now())
    if visit is None:
        return ENDED
    clinic_id, patient_id = visit.session.clinic_id, visit.patient_id
    clinician = backend.directory.get(visit.session.user_id)
    denial = standing(clinician, clinic_id)
    if denial is not None or clinician is None:
        return denial or ENDED
    patient = None if patient_id is None else backend.register.get(clinic_id, patient_id)
    return Present(visit, clinician, clinician.enrollments[clinic_id], patient)


async def sent_form(request: Request) -> dict[str, str]:
    """The fields of a form that was sent; one that is blank is not there."""
    body = await request.body()
    return dict(parse_qsl(body.decode("utf-8", "replace")))


def shown(backend: DoseSpotBackend, present: Present, heading: str, content: object) -> Response:
    """A page, below what there is to tell once."""
    visit = present.visit
    whole = joined([pages.notice(visit.notice), pages.done(visit.done), content])
    visit.notice = visit.done = ""
    return HTMLResponse(pages.page(heading, whole, _who(backend, present)), headers=_HEADERS)


def led_to(visit_id: str, where: str = "", **query: str) -> Response:
    """The way to the visit's page, or to one below it."""
    path = f"{PREFIX}{visit_id}" + (f"/{where}" if where else "")
    return RedirectResponse(f"{path}?{urlencode(query)}" if query else path, 303, _HEADERS)


def denied(denial: Denial) -> Response:
    """A page that says why there is no other one."""
    content = pages.page(denial.heading, pages.sentence(denial.sentence))
    return HTMLResponse(content, denial.status, _HEADERS)


def _who(backend: DoseSpotBackend, present: Present) -> str:
    session = present.visit.session
    who = f"Signed in: {present.clinician.name}"
    authority = backend.directory.get(session.authority_id)
    if authority is None or authority.id == present.clinician.id:
        return f"{who}."
    return f"{who}, on behalf of {authority.name}."
