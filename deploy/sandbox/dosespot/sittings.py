"""What a prescriber does in one sitting before the iFrame, made of the rules in `steps`.

Pure functions of an enrollment. A sitting that fails does so for good: the wrong answer or code is
given until DoseSpot gives up.
"""

from collections.abc import Callable
from datetime import datetime

from deploy.sandbox.dosespot import steps
from deploy.sandbox.dosespot.clinician import TFA_DEACTIVATE_INIT, ClinicEnrollment, Rejection
from deploy.sandbox.dosespot.steps import StepOutcome

_SESSION = "iframe"


def start_idp(enrollment: ClinicEnrollment, at: datetime, session: str) -> StepOutcome:
    """Accepts the disclaimer and begins a session of that name."""
    accepted = steps.accept_disclaimer(enrollment, enrollment.disclaimer_id, at)
    return accepted if isinstance(accepted, Rejection) else steps.start_idp(accepted, session)


def pass_idp(enrollment: ClinicEnrollment, at: datetime) -> StepOutcome:
    """Accepts the disclaimer and answers rightly."""
    started = start_idp(enrollment, at, _SESSION)
    if isinstance(started, Rejection):
        return started
    return steps.answer_idp(started, _SESSION, right=True)


def fail_idp(enrollment: ClinicEnrollment, at: datetime) -> StepOutcome:
    """Accepts the disclaimer and answers wrongly until there are no more attempts."""
    started = start_idp(enrollment, at, _SESSION)
    return _repeat(started, lambda now: steps.answer_idp(now, _SESSION, right=False))


def activate_tfa(enrollment: ClinicEnrollment, _: datetime) -> StepOutcome:
    """Enters the right first code."""
    return steps.activate_tfa(enrollment, right=True)


def fail_tfa(enrollment: ClinicEnrollment, _: datetime) -> StepOutcome:
    """Enters wrong codes until there are no more attempts, to activate or to deactivate."""
    deactivating = enrollment.status == TFA_DEACTIVATE_INIT
    rule = steps.deactivate_tfa if deactivating else steps.activate_tfa
    return _repeat(enrollment, lambda now: rule(now, right=False))


def deactivate_tfa(enrollment: ClinicEnrollment, _: datetime) -> StepOutcome:
    """Enters the right last code."""
    return steps.deactivate_tfa(enrollment, right=True)


SITTINGS: dict[str, Callable[[ClinicEnrollment, datetime], StepOutcome]] = {
    "sign-agreements": steps.sign_all,
    "pass-idp": pass_idp,
    "fail-idp": fail_idp,
    "activate-tfa": activate_tfa,
    "fail-tfa": fail_tfa,
    "deactivate-tfa": deactivate_tfa,
}


def _repeat(outcome: StepOutcome, rule: Callable[[ClinicEnrollment], StepOutcome]) -> StepOutcome:
    for _ in range(steps.ATTEMPTS):
        if isinstance(outcome, Rejection):
            return outcome
        outcome = rule(outcome)
    return outcome
