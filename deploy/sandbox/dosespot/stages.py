"""Where a clinician stands before the iFrame: which page is next, and what they can do already.

Pure functions; the rules by which a clinician moves on are in `steps`.
"""

from enum import Enum, auto

from deploy.sandbox.dosespot import steps
from deploy.sandbox.dosespot.clinician import (
    IDP_ERROR,
    IDP_INITIALIZE_SUCCESS,
    IDP_SUCCESS,
    REGISTRATION_SUCCESS,
    TFA_ACTIVATE_INIT,
    TFA_ACTIVATED_ERROR,
    TFA_ACTIVATED_SUCCESS,
    TFA_DEACTIVATE_INIT,
    TFA_DEACTIVATED_ERROR,
    TFA_DEACTIVATED_SUCCESS,
    ClinicEnrollment,
    ClinicianAccount,
)

_START_IDP = "Close this window; your clinic or its software starts identity proofing."
_START_TFA = "Close this window; your clinic or its software starts two-factor authentication."
_NEXT = {
    REGISTRATION_SUCCESS: _START_IDP,
    IDP_SUCCESS: f"Identity proofing is complete. {_START_TFA}",
    TFA_ACTIVATED_ERROR: f"Two-factor authentication failed ({TFA_ACTIVATED_ERROR}). {_START_TFA}",
    TFA_ACTIVATED_SUCCESS: "Two-factor authentication is active.",
    TFA_DEACTIVATED_SUCCESS: f"Two-factor authentication was given up. {_START_TFA}",
    TFA_DEACTIVATED_ERROR: "Two-factor authentication could not be given up "
    f"({TFA_DEACTIVATED_ERROR}). Close this window; your clinic or its software tries again.",
}


class IframeStage(Enum):
    """What the next page is about."""

    AGREEMENTS = auto()
    BEFORE_PROOFING = auto()
    PROOFING = auto()
    ACTIVATION = auto()
    DEACTIVATION = auto()
    DONE = auto()
    UNCLEAR = auto()


def stage(enrollment: ClinicEnrollment) -> IframeStage:
    """The stage for any status, known or not; an unknown one is never taken for done."""
    if enrollment.agreements_signed < len(enrollment.agreements):
        return IframeStage.AGREEMENTS
    match enrollment.status:
        case status if status in (IDP_INITIALIZE_SUCCESS, IDP_ERROR):
            return IframeStage.PROOFING if enrollment.idp_session else IframeStage.BEFORE_PROOFING
        case status if status == TFA_ACTIVATE_INIT:
            return IframeStage.ACTIVATION
        case status if status == TFA_DEACTIVATE_INIT:
            return IframeStage.DEACTIVATION
        case status:
            return IframeStage.DONE if status in _NEXT else IframeStage.UNCLEAR


_PRESCRIBING = (IframeStage.ACTIVATION, IframeStage.DEACTIVATION, IframeStage.DONE)
"""Stages in which all but controlled substances can be prescribed: those alone need the factor."""


def may_prescribe(enrollment: ClinicEnrollment) -> bool:
    """Whether a clinician can write and send prescriptions now."""
    return enrollment.prescribes and stage(enrollment) in _PRESCRIBING


def abilities(
    clinician: ClinicianAccount, enrollment: ClinicEnrollment, *, clinic_has_epcs: bool
) -> str:
    """What a clinician can do now whose stage lets those prescribe who have a role for it."""
    if not enrollment.prescribes:
        return "Your role is not one that prescribes."
    if may_sign(clinician, enrollment, clinic_has_epcs=clinic_has_epcs):
        return "You can prescribe medications, including controlled substances."
    if may_sign(clinician, enrollment, clinic_has_epcs=True):
        return "Your clinic may not send controlled substances; you can prescribe all others."
    return "You can prescribe medications that are not controlled substances."


def may_sign(
    clinician: ClinicianAccount, enrollment: ClinicEnrollment, *, clinic_has_epcs: bool
) -> bool:
    """Whether a clinician who prescribes can sign controlled substances."""
    can = enrollment.prescribes and enrollment.status == TFA_ACTIVATED_SUCCESS
    return can and steps.epcs_refusal(clinician) is None and clinic_has_epcs


def next_step(clinician: ClinicianAccount, enrollment: ClinicEnrollment) -> str:
    """What became of the last step and what comes next; empty if there is nothing to say."""
    if not enrollment.prescribes or steps.epcs_refusal(clinician):
        return ""
    return _NEXT.get(enrollment.status, "")
