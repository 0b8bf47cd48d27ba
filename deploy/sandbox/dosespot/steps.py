"""The rules of the enrollment: what each step makes of an `Enrollment`.

Values in, values out. A rule answers the next `Enrollment`, or the `Refusal` that DoseSpot would
state. A wrong answer or code is no refusal: it counts, and the third one is the step's error. No
rule sees an answer or a code; it is only told whether that was right.
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
    Clinician,
    Enrollment,
    Refusal,
    TfaType,
)

ATTEMPTS = 3

Outcome = Enrollment | Refusal

_TFA_CANNOT_START = {
    TFA_ACTIVATE_INIT: "Two factor authentication activation is already in progress",
    TFA_ACTIVATED_SUCCESS: "Two factor authentication is already activated",
    TFA_DEACTIVATE_INIT: "Two factor authentication deactivation is in progress",
    TFA_DEACTIVATED_ERROR: "Two factor authentication is already activated",
}


def sign(enrollment: Enrollment, agreement_id: int, at: datetime) -> Outcome:
    """The clinician signs one agreement; the last one completes the registration."""
    unsigned = [item.id for item in enrollment.agreements if item.signed_at is None]
    if agreement_id not in unsigned:
        return Refusal("AgreementId", "There is no such agreement to be signed")
    agreements = tuple(
        item.model_copy(update={"signed_at": at}) if item.id == agreement_id else item
        for item in enrollment.agreements
    )
    if unsigned == [agreement_id] and enrollment.status == PENDING:
        return _moved(enrollment, REGISTRATION_SUCCESS, agreements=agreements)
    return enrollment.model_copy(update={"agreements": agreements})


def sign_all(enrollment: Enrollment, at: datetime) -> Outcome:
    """The clinician signs every agreement that is still unsigned; refused where none is."""
    unsigned = [item.id for item in enrollment.agreements if item.signed_at is None]
    outcome: Outcome = Refusal("AgreementId", "All legal agreements are already signed")
    for number in unsigned:
        outcome = sign(enrollment, number, at)
        if isinstance(outcome, Refusal):
            return outcome
        enrollment = outcome
    return outcome


def accept_disclaimer(enrollment: Enrollment, disclaimer_id: int, at: datetime) -> Outcome:
    """The clinician accepts the disclaimer for identity proofing; again is no error."""
    if disclaimer_id != enrollment.disclaimer_id:
        return Refusal("IdpDisclaimerId", "There is no such disclaimer")
    if enrollment.disclaimer_accepted_at is not None:
        return enrollment
    return enrollment.model_copy(update={"disclaimer_accepted_at": at})


def epcs_refusal(clinician: Clinician) -> Refusal | None:
    """Why this clinician may not be taken to controlled substances, None if they may."""
    if not clinician.record.get("EPCSRequested"):
        return Refusal("EPCSRequested", "EPCS was not requested for this clinician")
    if not clinician.dea_numbers:
        return Refusal("DEANumbers", "Clinician has no DEA number")
    return None


def init_idp(enrollment: Enrollment, *, again: bool = False) -> Outcome:
    """An administrator lets the clinician begin identity proofing, perhaps begin it again."""
    if enrollment.status == IDP_INITIALIZE_SUCCESS and not again:
        return Refusal("ClinicianId", "Identity proofing is already initialized")
    if enrollment.agreements_signed < len(enrollment.agreements):
        return Refusal("ClinicianId", "Clinician has a pending legal agreement")
    if enrollment.status not in (REGISTRATION_SUCCESS, IDP_INITIALIZE_SUCCESS):
        return Refusal("ClinicianId", "Identity proofing cannot be initialized at this step")
    return _moved(
        enrollment,
        IDP_INITIALIZE_SUCCESS,
        idp_inits=enrollment.idp_inits + 1,
        idp_failures=0,
        idp_session=None,
    )


def start_idp(enrollment: Enrollment, session: str) -> Outcome:
    """The clinician enters who they are, and gets a session of questions or a code for it."""
    if enrollment.status not in (IDP_INITIALIZE_SUCCESS, IDP_ERROR):
        return Refusal("ClinicianId", "Identity proofing is not initialized")
    if enrollment.disclaimer_accepted_at is None:
        return Refusal("ClinicianId", "The identity proofing disclaimer is not accepted")
    return enrollment.model_copy(update={"idp_session": session})


def answer_idp(enrollment: Enrollment, session: str, *, right: bool) -> Outcome:
    """The clinician answers within that session; the third wrong answer fails the step."""
    if enrollment.idp_session is None or enrollment.idp_session != session:
        return Refusal("SessionID", "There is no such identity proofing session")
    if right:
        return _moved(enrollment, IDP_SUCCESS, idp_session=None, idp_failures=0)
    failures = enrollment.idp_failures + 1
    if failures < ATTEMPTS:
        return enrollment.model_copy(update={"idp_failures": failures})
    return _moved(enrollment, IDP_ERROR, idp_session=None, idp_failures=0)


def init_tfa(enrollment: Enrollment, tfa_type: TfaType, *, again: bool = False) -> Outcome:
    """An administrator lets the clinician set up the second factor, perhaps from the start."""
    begun = again and enrollment.status == TFA_ACTIVATE_INIT
    takes = (IDP_SUCCESS, TFA_ACTIVATED_ERROR, TFA_DEACTIVATED_SUCCESS)
    if enrollment.status not in takes and not begun:
        details = _TFA_CANNOT_START.get(
            enrollment.status, "Clinician has not completed identity proofing"
        )
        return Refusal("ClinicianId", details)
    return _moved(
        enrollment,
        TFA_ACTIVATE_INIT,
        tfa_type=tfa_type,
        tfa_inits=enrollment.tfa_inits + 1,
        tfa_failures=0,
    )


def activate_tfa(enrollment: Enrollment, *, right: bool) -> Outcome:
    """The clinician enters a first code of the second factor."""
    if enrollment.status != TFA_ACTIVATE_INIT:
        return Refusal("ClinicianId", "Two factor authentication activation is not initialized")
    if right:
        return _moved(enrollment, TFA_ACTIVATED_SUCCESS, tfa_failures=0)
    return _wrong_code(enrollment, TFA_ACTIVATED_ERROR)


def init_tfa_deactivation(enrollment: Enrollment) -> Outcome:
    """An administrator lets the clinician give the second factor up."""
    if enrollment.status not in (TFA_ACTIVATED_SUCCESS, TFA_DEACTIVATED_ERROR):
        return Refusal("ClinicianId", "Two factor authentication is not activated")
    return _moved(enrollment, TFA_DEACTIVATE_INIT, tfa_failures=0)


def deactivate_tfa(enrollment: Enrollment, *, right: bool) -> Outcome:
    """The clinician confirms with a last code that the second factor goes."""
    if enrollment.status != TFA_DEACTIVATE_INIT:
        return Refusal("ClinicianId", "Two factor authentication deactivation is not initialized")
    if right:
        return _moved(enrollment, TFA_DEACTIVATED_SUCCESS, tfa_failures=0, tfa_type=None)
    return _wrong_code(enrollment, TFA_DEACTIVATED_ERROR)


def delayed(
    before: Enrollment, after: Outcome, *, reads: int, until: datetime, at: datetime
) -> Outcome:
    """The outcome of an init call at `at`, whose status does not show yet.

    Args:
        before: the enrollment before the call.
        after: what the call made of it.
        reads: how many reads still answer the status that one would have answered before.
        until: all reads before then do, too.
        at: when the call was made.
    """
    if isinstance(after, Refusal) or (not reads and until <= at):
        return after
    status, _ = read_status(before, at)
    stale = {"stale_status": status, "stale_reads": reads, "stale_until": until}
    return after.model_copy(update=stale)


def read_status(enrollment: Enrollment, at: datetime) -> tuple[str, Enrollment]:
    """The status that a read at `at` answers, and the enrollment after that read."""
    if enrollment.stale_status is None:
        return enrollment.status, enrollment
    if enrollment.stale_reads:
        later = enrollment.model_copy(update={"stale_reads": enrollment.stale_reads - 1})
        return enrollment.stale_status, later
    if enrollment.stale_until is not None and at < enrollment.stale_until:
        return enrollment.stale_status, enrollment
    return enrollment.status, enrollment


def with_status(enrollment: Enrollment, status: str) -> Enrollment:
    """The enrollment set to any status at all, known or not."""
    return _moved(enrollment, status, idp_failures=0, tfa_failures=0)


def _wrong_code(enrollment: Enrollment, error: str) -> Enrollment:
    failures = enrollment.tfa_failures + 1
    if failures < ATTEMPTS:
        return enrollment.model_copy(update={"tfa_failures": failures})
    return _moved(enrollment, error, tfa_failures=0)


def _moved(enrollment: Enrollment, status: str, **changes: Any) -> Enrollment:
    fresh = {"status": status, "stale_status": None, "stale_reads": 0, "stale_until": None}
    return enrollment.model_copy(update={**fresh, **changes})
