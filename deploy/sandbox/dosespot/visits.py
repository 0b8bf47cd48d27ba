"""Who may come in through a single sign-on link, and who is in.

A visit is what a link opens: it lives in memory and is known by an id that cannot be guessed. Holds
no HTTP and no HTML.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.sandbox.dosespot import sign_on, tokens
from deploy.sandbox.dosespot.accounts import Session
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicianAccount
from deploy.sandbox.dosespot.sign_on import SignOnLink

IDLE_LIFETIME = timedelta(minutes=30)


@dataclass(frozen=True)
class Denial:
    """Why there is no visit: a heading, a sentence, and the HTTP status that goes with them."""

    heading: str
    sentence: str
    status: int = 403


@dataclass
class Visit:
    """A clinician before the page.

    `notice` and `done` are to be shown once, with the next page: what is wrong, what was done.
    `patient_id` is None if the link leads to the notifications.
    """

    id: str
    session: Session
    patient_id: int | None
    used_at: datetime
    notice: str = ""
    done: str = ""


def _refused(sentence: str) -> Denial:
    return Denial("Sign-in refused", sentence)


INCOMPLETE = _refused("The link lacks a value that it needs, or a value has the wrong form.")
UNKNOWN_CLINIC = _refused("There is no clinic with this id.")
NOT_LIVE = _refused("DoseSpot has not set up this clinic yet.")
WRONG_SIGNATURE = _refused("The link was not signed with this clinic's key.")
REUSED_PHRASE = _refused("The link was used before. Each link opens one session.")
UNKNOWN_CLINICIAN = _refused("There is no clinician with this id.")
NOT_LINKED = _refused("The clinician is not linked to this clinic.")
NOT_ON_BEHALF = _refused("A proxy has to act on behalf of a clinician of this clinic.")
ENDED = _refused("This session has ended. Open DoseSpot again from your clinic's software.")
LOCKED = Denial("Account locked", "Your account is locked. Ask your clinic to have it unlocked.")
INACTIVE = Denial("Account inactive", "Your account is inactive. Ask your clinic to activate it.")
NOT_CONFIRMED = Denial(
    "Account not confirmed", "DoseSpot has not verified your NPI yet. Come back later.", 200
)
PATIENT_NOT_FOUND = Denial(
    "Patient not found", "Your clinic has no patient with this id in DoseSpot.", 200
)


class Visits:
    """The visits of one server; they end with it."""

    def __init__(self) -> None:
        self._open: dict[str, Visit] = {}

    def open(self, session: Session, patient_id: int | None, at: datetime) -> Visit:
        """A new visit; drops those that nobody has used for `IDLE_LIFETIME`."""
        self._open = {key: each for key, each in self._open.items() if not _is_over(each, at)}
        visit = Visit(secrets.token_urlsafe(32), session, patient_id, at)
        self._open[visit.id] = visit
        return visit

    def get(self, visit_id: str, at: datetime) -> Visit | None:
        """The visit, which counts as used now; None if there is none or it is over."""
        visit = self._open.get(visit_id)
        if visit is None or _is_over(visit, at):
            return None
        visit.used_at = at
        return visit


def admit(
    backend: DoseSpotBackend, visits: Visits, parameters: Iterable[tuple[str, str]]
) -> Visit | Denial:
    """The visit that a link opens.

    A link with the right signature is used up, whatever comes of it.
    """
    link = sign_on.parse(parameters)
    if link is None:
        return INCOMPLETE
    key = backend.accounts.clinic_key(link.clinic_id)
    if key is None:
        return UNKNOWN_CLINIC
    if not sign_on.is_signed(link, key):
        return WRONG_SIGNATURE
    if not backend.accounts.is_live(link.clinic_id):
        return NOT_LIVE
    if not backend.accounts.use_phrase(int(link.clinic_id), link.phrase):
        return REUSED_PHRASE
    return _open(backend, visits, link)


def standing(clinician: ClinicianAccount | None, clinic_id: int) -> Denial | None:
    """What keeps a clinician out of the page for a clinic, None if nothing does."""
    if clinician is None:
        return UNKNOWN_CLINICIAN
    if clinic_id not in clinician.enrollments:
        return NOT_LINKED
    if clinician.locked:
        return LOCKED
    if not clinician.active:
        return INACTIVE
    verifiable = clinician.npi is not None or clinician.enrollments[clinic_id].prescribes
    return NOT_CONFIRMED if verifiable and not clinician.confirmed else None


def _open(backend: DoseSpotBackend, visits: Visits, link: SignOnLink) -> Visit | Denial:
    clinic_id = int(link.clinic_id)
    denial = standing(backend.directory.get(int(link.user_id)), clinic_id)
    if denial is not None:
        return denial
    session = tokens.session(backend, clinic_id, link.user_id, link.on_behalf_of)
    if not isinstance(session, Session):
        return NOT_ON_BEHALF
    patient_id = None if link.patient_id is None else int(link.patient_id)
    if patient_id is not None and backend.register.get(clinic_id, patient_id) is None:
        return PATIENT_NOT_FOUND
    return visits.open(session, patient_id, backend.now())


def _is_over(visit: Visit, at: datetime) -> bool:
    return at - visit.used_at >= IDLE_LIFETIME
