"""The operations that a prescriber carries out alone, always on the token's own clinician.

What the prescriber types is compared with the values in `identity` and forgotten.
"""

import secrets
from typing import Any

from deploy.sandbox.dosespot import identity, replies, steps
from deploy.sandbox.dosespot.clinician import (
    TFA_ACTIVATE_INIT,
    ClinicEnrollment,
    ClinicianAccount,
    Rejection,
)
from deploy.sandbox.dosespot.operations import ApiCall, Operation, OperationReply, shape

_WRONG_ANSWER = Rejection("Answers", "Identity could not be verified")
_WRONG_MOBILE_CODE = Rejection("MobileCode", "One time code is not correct")
_WRONG_CODE = Rejection("OneTimePassword", "One time password or PIN is not correct")


def accept_agreement(call: ApiCall) -> OperationReply:
    """POST clinicians/acceptAgreement: signs one agreement."""
    clinician, enrollment = call.own_enrollment()
    signed = steps.sign(enrollment, call.body.AgreementId, call.backend.now())
    kept = call.keep(clinician, signed)
    if isinstance(kept, Rejection):
        return kept
    return {"AgreementId": call.body.AgreementId, "NameSigned": call.body.NameSigned}


def read_disclaimer(call: ApiCall) -> OperationReply:
    """GET clinicians/idpDisclaimer: the disclaimer, with a date once it is accepted."""
    return _disclaimer(call.own_enrollment()[1])


def accept_disclaimer(call: ApiCall) -> OperationReply:
    """POST clinicians/idpDisclaimer: consents to identity proofing."""
    clinician, enrollment = call.own_enrollment()
    accepted = steps.accept_disclaimer(enrollment, call.body.IdpDisclaimerId, call.backend.now())
    if isinstance(accepted, Rejection):
        return accepted
    call.keep(clinician, accepted)
    return _disclaimer(accepted)


def _disclaimer(enrollment: ClinicEnrollment) -> dict[str, Any]:
    return {
        "IdpDisclaimerId": enrollment.disclaimer_id,
        "IdpDisclaimerText": "Identity proofing disclaimer of the sandbox. It is not binding.",
        "IdpDisclaimerDate": replies.timestamp(enrollment.disclaimer_accepted_at),
    }


def prove_identity(call: ApiCall) -> OperationReply:
    """POST clinicians/idp: begins a session; a mobile telephone gets a code, others questions."""
    clinician, enrollment = call.own_enrollment()
    refusal = identity.identity_refusal(call.body)
    if refusal is not None:
        return refusal
    session = secrets.token_hex(16)
    kept = call.keep(clinician, steps.start_idp(enrollment, session))
    if isinstance(kept, Rejection):
        return kept
    by_code: bool = call.body.IsMobileNumber
    return _proofing(
        SessionID=session,
        Questions=[] if by_code else list(identity.QUESTIONS),
        Answers=[] if by_code else [list(identity.CHOICES) for _ in identity.QUESTIONS],
        OtpSent=by_code,
    )


def answer_questions(call: ApiCall) -> OperationReply:
    """POST clinicians/idpAnswers: answers the questions of a session."""
    right = identity.are_right(call.body.Answers)
    return _answer(call, right=right, otherwise=_WRONG_ANSWER)


def enter_mobile_code(call: ApiCall) -> OperationReply:
    """POST clinicians/idpOtp: enters the code of a session."""
    right = identity.is_right_code(call.body.MobileCode)
    return _answer(call, right=right, otherwise=_WRONG_MOBILE_CODE)


def _answer(call: ApiCall, *, right: bool, otherwise: Rejection) -> OperationReply:
    clinician, enrollment = call.own_enrollment()
    session: str = call.body.SessionID
    kept = call.keep(clinician, steps.answer_idp(enrollment, session, right=right))
    if isinstance(kept, Rejection):
        return kept
    return _proofing(SessionID=session, IdpResultSummary="Passed") if right else otherwise


def _proofing(**fields: Any) -> dict[str, Any]:
    blank: dict[str, Any] = {
        "SessionID": None,
        "Questions": [],
        "Answers": [],
        "OtpSent": False,
        "IdpResultSummary": None,
        "IDCapture": False,
    }
    return {**blank, **fields}


def send_mobile_tfa(call: ApiCall) -> OperationReply:
    """POST clinicians/sendMobileTfa: would send a message to the telephone."""
    enrollment = call.own_enrollment()[1]
    if enrollment.status != TFA_ACTIVATE_INIT or enrollment.tfa_type != "Mobile":
        return Rejection("ClinicianId", "Mobile two factor authentication is not initialized")
    return {}


def activate_tfa(call: ApiCall) -> OperationReply:
    """POST clinicians/tfaActivate: a first code makes the second factor count."""
    clinician, enrollment = call.own_enrollment()
    if enrollment.tfa_type == "Token" and call.body.CredentialID is None:
        return Rejection("CredentialID", "CredentialID is required")
    right = _is_right(call, clinician)
    kept = call.keep(clinician, steps.activate_tfa(enrollment, right=right))
    return kept if right or isinstance(kept, Rejection) else _WRONG_CODE


def deactivate_tfa(call: ApiCall) -> OperationReply:
    """POST clinicians/tfaDeactivate: a last code, and the second factor is gone."""
    clinician, enrollment = call.own_enrollment()
    right = _is_right(call, clinician)
    kept = call.keep(clinician, steps.deactivate_tfa(enrollment, right=right))
    return kept if right or isinstance(kept, Rejection) else _WRONG_CODE


def _is_right(call: ApiCall, clinician: ClinicianAccount) -> bool:
    is_code = identity.is_right_code(call.body.OneTimePassword)
    return identity.is_pin(clinician, call.body.PIN) and is_code


def resync_token(call: ApiCall) -> OperationReply:
    """POST clinicians/resyncToken: three codes bring a token back in step."""
    if call.own_enrollment()[1].tfa_type != "Token":
        return Rejection("ClinicianId", "Clinician has no token")
    codes = (call.body.Code1, call.body.Code2, call.body.Code3)
    if not all(identity.is_right_code(code) for code in codes):
        return Rejection("Code1", "Codes are not correct")
    return {}


def set_pin(call: ApiCall) -> OperationReply:
    """POST clinicians/pin: a PIN for somebody who has none."""
    if call.user().pin_hash is not None:
        return Rejection("PIN", "PIN is already set")
    return _keep_pin(call, call.body.PIN)


def change_pin(call: ApiCall) -> OperationReply:
    """PUT clinicians/pin: another PIN, by somebody who knows the present one."""
    clinician = call.user()
    if clinician.pin_hash != identity.pin_hash(clinician.id, call.body.CurrentPIN):
        return Rejection("CurrentPIN", "PIN is not correct")
    return _keep_pin(call, call.body.NewPIN)


def reset_pin(call: ApiCall) -> OperationReply:
    """POST clinicians/resetPin: no PIN any more."""
    call.backend.directory.put(call.user().model_copy(update={"pin_hash": None}))
    return {}


def _keep_pin(call: ApiCall, pin: str) -> OperationReply:
    clinician = call.user()
    hashed = identity.pin_hash(clinician.id, pin)
    call.backend.directory.put(clinician.model_copy(update={"pin_hash": hashed}))
    return {}


_NO_DISCLAIMER = {"IdpDisclaimerId": 0, "IdpDisclaimerText": None, "IdpDisclaimerDate": None}
_NO_SIGNATURE = {"AgreementId": 0, "NameSigned": None}
_DISCLAIMER = shape(identity.IdentityProofingDisclaimerRequest)

OPERATIONS = (
    Operation(
        "POST",
        "clinicians/acceptAgreement",
        accept_agreement,
        shape(identity.AcceptAgreementRequest),
        _NO_SIGNATURE,
    ),
    Operation("GET", "clinicians/idpDisclaimer", read_disclaimer),
    Operation("POST", "clinicians/idpDisclaimer", accept_disclaimer, _DISCLAIMER, _NO_DISCLAIMER),
    Operation(
        "POST",
        "clinicians/idp",
        prove_identity,
        shape(identity.IdentityProofingRequest),
        _proofing(),
    ),
    Operation(
        "POST",
        "clinicians/idpAnswers",
        answer_questions,
        shape(identity.IdentityProofingAnswersRequest),
        _proofing(),
    ),
    Operation(
        "POST",
        "clinicians/idpOtp",
        enter_mobile_code,
        shape(identity.IdentityProofingOneTimeCodeRequest),
        _proofing(),
    ),
    Operation(
        "POST",
        "clinicians/sendMobileTfa",
        send_mobile_tfa,
        shape(identity.MobileTfaInitiationRequest),
    ),
    Operation("POST", "clinicians/tfaActivate", activate_tfa, shape(identity.TfaActivationRequest)),
    Operation(
        "POST", "clinicians/tfaDeactivate", deactivate_tfa, shape(identity.TfaDeactivationRequest)
    ),
    Operation("POST", "clinicians/pin", set_pin, shape(identity.SetPinRequest)),
    Operation("PUT", "clinicians/pin", change_pin, shape(identity.ChangePinRequest)),
    Operation("POST", "clinicians/resetPin", reset_pin),
    Operation("POST", "clinicians/resyncToken", resync_token, shape(identity.ResyncTokenRequest)),
)
