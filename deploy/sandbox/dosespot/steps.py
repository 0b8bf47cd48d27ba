"""The rules of enrollment: how each step changes a `ClinicEnrollment`.

Values in, values out. A rule returns the next `ClinicEnrollment`, or the `Rejection` that DoseSpot
would state. A wrong answer or code is not rejected: it counts, and the third one is the step's
error. No rule sees an answer or a code, only whether it was right.
"""

from datetime import datetime
from typing import Any

from deploy.sandbox.dosespot.clinician import (
    IDP_ERROR,
    IDP_INITIALIZE_SUCCESS,
    IDP_SUCCESS,
    PENDING,
    REGISTRATION_SUCCESS,
    TFA_ACTIVATE_INIT,
    TFA_ACTIVATED_ERROR,
    TFA_ACTIVATED_SUCCESS,
    TFA_DEACTIVATE_INIT,
    TFA_DEACTIVATED_ERROR,
    TFA_DEACTIVATED_SUCCESS,
    ClinicEnrollment,
    ClinicianAccount,
    Rejection,
    TfaDevice,
)

ATTEMPTS = 3

StepOutcome = ClinicEnrollment | Rejection

_TFA_CANNOT_START = {
    TFA_ACTIVATE_INIT: "Two factor authentication activation is already in progress",
    TFA_ACTIVATED_SUCCESS: "Two factor authentication is already activated",
    TFA_DEACTIVATE_INIT: "Two factor authentication deactivation is in progress",
    TFA_DEACTIVATED_ERROR: "Two factor authentication is already activated",
}


def sign(enrollment: ClinicEnrollment, agreement_id: int, at: datetime) -> StepOutcome:
    """The clinician signs one agreement; the last one completes the registration."""
    unsigned = [item.id for item in enrollment.agreements if item.signed_at is None]
    if agreement_id not in unsigned:
        return Rejection("AgreementId", "There is no such agreement to be signed")
    agreements = tuple(
        item.model_copy(update={"signed_at": at}) if item.id == agreement_id else item
        for item in enrollment.agreements
    )
    if unsigned == [agreement_id] and enrollment.status == PENDING:
        return _moved(enrollment, REGISTRATION_SUCCESS, agreements=agreements)
    return enrollment.model_copy(update={"agreements": agreements})


def sign_all(enrollment: ClinicEnrollment, at: datetime) -> StepOutcome:
    """The clinician signs every agreement that is still unsigned; refused where none is."""
    unsigned = [item.id for item in enrollment.agreements if item.signed_at is None]
    outcome: StepOutcome = Rejection("AgreementId", "All legal agreements are already signed")
    for number in unsigned:
        outcome = sign(enrollment, number, at)
        if isinstance(outcome, Rejection):
            return outcome
        enrollment = outcome
    return outcome


def accept_disclaimer(
    enrollment: ClinicEnrollment, disclaimer_id: int, at: datetime
) -> StepOutcome:
    """The clinician accepts the disclaimer for identity proofing; again is no error."""
    if disclaimer_id != enrollment.disclaimer_id:
        return Rejection("IdpDisclaimerId", "There is no such disclaimer")
    if enrollment.disclaimer_accepted_at is not None:
        return enrollment
    return enrollment.model_copy(update={"disclaimer_accepted_at": at})


def epcs_refusal(clinician: ClinicianAccount) -> Rejection | None:
    """Why this clinician may not be taken to controlled substances, None if they may."""
    if not clinician.record.get("EPCSRequested"):
        return Rejection("EPCSRequested", "EPCS was not requested for this clinician")
    if not clinician.dea_numbers:
        return Rejection("DEANumbers", "Clinician has no DEA number")
    return None


def init_idp(enrollment: ClinicEnrollment, *, again: bool = False) -> StepOutcome:
    """An administrator lets the clinician begin identity proofing, perhaps begin it again."""
    if enrollment.status == IDP_INITIALIZE_SUCCESS and not again:
        return Rejection("ClinicianId", "Identity proofing is already initialized")
    if enrollment.agreements_signed < len(enrollment.agreements):
        return Rejection("ClinicianId", "Clinician has a pending legal agreement")
    if enrollment.status not in (REGISTRATION_SUCCESS, IDP_INITIALIZE_SUCCESS):
        return Rejection("ClinicianId", "Identity proofing cannot be initialized at this step")
    return _moved(
        enrollment,
        IDP_INITIALIZE_SUCCESS,
        idp_inits=enrollment.idp_inits + 1,
        idp_failures=0,
        idp_session=None,
    )


def start_idp(enrollment: ClinicEnrollment, session: str) -> StepOutcome:
    """The clinician enters who they are, and gets a session of questions or a code for it."""
    if enrollment.status not in (IDP_INITIALIZE_SUCCESS, IDP_ERROR):
        return Rejection("ClinicianId", "Identity proofing is not initialized")
    if enrollment.disclaimer_accepted_at is None:
        return Rejection("ClinicianId", "The identity proofing disclaimer is not accepted")
    return enrollment.model_copy(update={"idp_session": session})


def answer_idp(enrollment: ClinicEnrollment, session: str, *, right: bool) -> StepOutcome:
    """The clinician answers within that session; the third wrong answer fails the step."""
    if enrollment.idp_session is None or enrollment.idp_session != session:
        return Rejection("SessionID", "There is no such identity proofing session")
    if right:
        return _moved(enrollment, IDP_SUCCESS, idp_session=None, idp_failures=0)
    failures = enrollment.idp_failures + 1
    if failures < ATTEMPTS:
        return enrollment.model_copy(update={"idp_failures": failures})
    return _moved(enrollment, IDP_ERROR, idp_session=None, idp_failures=0)


def verify_by_id_me(enrollment: ClinicEnrollment) -> StepOutcome:
    """The clinician is verified by ID.me, which is offered once the questions have failed."""
    if enrollment.status != IDP_ERROR:
        return Rejection("ClinicianId", "ID.me is not offered at this step")
    return _moved(enrollment, IDP_SUCCESS, idp_session=None, idp_failures=0)


def init_tfa(
    enrollment: ClinicEnrollment, tfa_type: TfaDevice, *, again: bool = False
) -> StepOutcome:
    """An administrator lets the clinician set up the second factor, perhaps from the start."""
    begun = again and enrollment.status == TFA_ACTIVATE_INIT
    takes = (IDP_SUCCESS, TFA_ACTIVATED_ERROR, TFA_DEACTIVATED_SUCCESS)
    if enrollment.status not in takes and not begun:
        details = _TFA_CANNOT_START.get(
            enrollment.status, "Clinician has not completed identity proofing"
        )
        return Rejection("ClinicianId", details)
    return _moved(
        enrollment,
        TFA_ACTIVATE_INIT,
        tfa_type=tfa_type,
        tfa_inits=enrollment.tfa_inits + 1,
        tfa_failures=0,
    )


def activate_tfa(enrollment: ClinicEnrollment, *, right: bool) -> StepOutcome:
    """The clinician enters a first code of the second factor."""
    if enrollment.status != TFA_ACTIVATE_INIT:
        return Rejection("ClinicianId", "Two factor authentication activation is not initialized")
    if right:
        return _moved(enrollment, TFA_ACTIVATED_SUCCESS, tfa_failures=0)
    return _wrong_code(enrollment, TFA_ACTIVATED_ERROR)


def init_tfa_deactivation(enrollment: ClinicEnrollment) -> StepOutcome:
    """An administrator lets the clinician give the second factor up."""
    if enrollment.status not in (TFA_ACTIVATED_SUCCESS, TFA_DEACTIVATED_ERROR):
        return Rejection("ClinicianId", "Two factor authentication is not activated")
    return _moved(enrollment, TFA_DEACTIVATE_INIT, tfa_failures=0)


def deactivate_tfa(enrollment: ClinicEnrollment, *, right: bool) -> StepOutcome:
    """The clinician confirms with a last code that the second factor goes."""
    if enrollment.status != TFA_DEACTIVATE_INIT:
        return Rejection("ClinicianId", "Two factor authentication deactivation is not initialized")
    if right:
        return _moved(enrollment, TFA_DEACTIVATED_SUCCESS, tfa_failures=0, tfa_type=None)
    return _wrong_code(enrollment, TFA_DEACTIVATED_ERROR)


def delayed(
    before: ClinicEnrollment, after: StepOutcome, *, reads: int, until: datetime, at: datetime
) -> StepOutcome:
    """The outcome of an init call at `at`, whose status does not show yet.

    Args:
        before: the enrollment before the call.
        after: what the call made of it.
        reads: how many reads still answer the status that one would have answered before.
        until: all reads before then do, too.
        at: when the call was made.
    """
    if isinstance(after, Rejection) or (not reads and until <= at):
        return after
    status, _ = read_status(before, at)
    stale = {"stale_status": status, "stale_reads": reads, "stale_until": until}
    return after.model_copy(update=stale)


def read_status(enrollment: ClinicEnrollment, at: datetime) -> tuple[str, ClinicEnrollment]:
    """The status that a read at `at` answers, and the enrollment after that read."""
    if enrollment.stale_status is None:
        return enrollment.status, enrollment
    if enrollment.stale_reads:
        later = enrollment.model_copy(update={"stale_reads": enrollment.stale_reads - 1})
        return enrollment.stale_status, later
    if enrollment.stale_until is not None and at < enrollment.stale_until:
        return enrollment.stale_status, enrollment
    return enrollment.status, enrollment


def with_status(enrollment: ClinicEnrollment, status: str) -> ClinicEnrollment:
    """The enrollment set to any status at all, known or not."""
    return _moved(enrollment, status, idp_failures=0, tfa_failures=0)


def _wrong_code(enrollment: ClinicEnrollment, error: str) -> ClinicEnrollment:
    failures = enrollment.tfa_failures + 1
    if failures < ATTEMPTS:
        return enrollment.model_copy(update={"tfa_failures": failures})
    return _moved(enrollment, error, tfa_failures=0)


def _moved(enrollment: ClinicEnrollment, status: str, **changes: Any) -> ClinicEnrollment:
    fresh = {"status": status, "stale_status": None, "stale_reads": 0, "stale_until": None}
    return enrollment.model_copy(update={**fresh, **changes})
