"""The steps of an enrollment in DoseSpot's stand-in: where each leads, and where it is refused."""

from datetime import timedelta

import pytest

from deploy.sandbox.dosespot import sittings, steps
from deploy.sandbox.dosespot.clinician import ClinicEnrollment, Rejection, new_enrollment
from tests.sandbox.served_dosespot import AT


def enrollment(status: str = "Pending") -> ClinicEnrollment:
    fresh = new_enrollment(["PrescribingClinician"], (1, 2, 3, 4))
    if status == "Pending":
        return fresh
    return steps.with_status(accepted(steps.sign_all(fresh, AT)), status)


def accepted(outcome: ClinicEnrollment | Rejection) -> ClinicEnrollment:
    assert isinstance(outcome, ClinicEnrollment)
    return outcome


def delayed(
    before: ClinicEnrollment, after: steps.StepOutcome, *, reads: int = 0, seconds: float = 0
) -> ClinicEnrollment:
    until = AT + timedelta(seconds=seconds)
    return accepted(steps.delayed(before, after, reads=reads, until=until, at=AT))


STATUSES = (
    "Pending",
    "RegistrationSuccess",
    "RegistrationError",
    "IDPInitializeSuccess",
    "IDPSuccess",
    "IDPError",
    "TFAActivateInit",
    "TFAActivatedSuccess",
    "TFAActivatedError",
    "TFADeactivateInit",
    "TFADeactivatedSuccess",
    "TFADeactivatedError",
    "Whatever",
)
TRANSITIONS = {
    "sign-agreements": {"Pending": "RegistrationSuccess"},
    "init-idp": {"RegistrationSuccess": "IDPInitializeSuccess"},
    "pass-idp": {"IDPInitializeSuccess": "IDPSuccess", "IDPError": "IDPSuccess"},
    "fail-idp": {"IDPInitializeSuccess": "IDPError", "IDPError": "IDPError"},
    "init-tfa": {
        "IDPSuccess": "TFAActivateInit",
        "TFAActivatedError": "TFAActivateInit",
        "TFADeactivatedSuccess": "TFAActivateInit",
    },
    "activate-tfa": {"TFAActivateInit": "TFAActivatedSuccess"},
    "fail-tfa": {
        "TFAActivateInit": "TFAActivatedError",
        "TFADeactivateInit": "TFADeactivatedError",
    },
    "init-tfa-deactivation": {
        "TFAActivatedSuccess": "TFADeactivateInit",
        "TFADeactivatedError": "TFADeactivateInit",
    },
    "deactivate-tfa": {"TFADeactivateInit": "TFADeactivatedSuccess"},
}


def take(step: str, before: ClinicEnrollment) -> ClinicEnrollment | Rejection:
    if step == "init-idp":
        return steps.init_idp(before)
    if step == "init-tfa":
        return steps.init_tfa(before, "Token")
    if step == "init-tfa-deactivation":
        return steps.init_tfa_deactivation(before)
    return sittings.SITTINGS[step](before, AT)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("step", TRANSITIONS)
def test_each_step_leads_where_it_should_and_is_refused_elsewhere(step: str, status: str) -> None:
    outcome = take(step, enrollment(status))
    reached = outcome.status if isinstance(outcome, ClinicEnrollment) else None
    assert reached == TRANSITIONS[step].get(status)


def test_the_registration_is_complete_with_the_third_signature() -> None:
    reached, now = [], enrollment()
    for number in (3, 1, 2):
        now = accepted(steps.sign(now, number, AT))
        reached.append(now.status)
    assert reached == ["Pending", "Pending", "RegistrationSuccess"]


def test_an_agreement_is_signed_once_and_only_by_its_own_number() -> None:
    now = accepted(steps.sign(enrollment(), 1, AT))
    refusal = Rejection("AgreementId", "There is no such agreement to be signed")
    assert [steps.sign(now, number, AT) for number in (1, 4)] == [refusal, refusal]


def test_unsigned_agreements_keep_identity_proofing_from_beginning() -> None:
    unsigned = steps.with_status(enrollment(), "RegistrationSuccess")
    refusal = Rejection("ClinicianId", "Clinician has a pending legal agreement")
    assert steps.init_idp(unsigned) == refusal


def test_identity_proofing_is_initialized_once() -> None:
    once = accepted(steps.init_idp(enrollment("RegistrationSuccess")))
    again = steps.init_idp(once)
    assert once.idp_inits == 1
    assert again == Rejection("ClinicianId", "Identity proofing is already initialized")


def test_identity_proofing_needs_the_disclaimer() -> None:
    outcome = steps.start_idp(enrollment("IDPInitializeSuccess"), "s")
    assert outcome == Rejection("ClinicianId", "The identity proofing disclaimer is not accepted")


def test_the_third_wrong_answer_is_an_error_and_a_right_one_mends_it() -> None:
    ready = accepted(steps.accept_disclaimer(enrollment("IDPInitializeSuccess"), 4, AT))
    now = accepted(steps.start_idp(ready, "s"))
    reached = []
    for _ in range(3):
        now = accepted(steps.answer_idp(now, "s", right=False))
        reached.append(now.status)
    assert reached == ["IDPInitializeSuccess", "IDPInitializeSuccess", "IDPError"]
    assert isinstance(steps.answer_idp(now, "s", right=True), Rejection)
    again = accepted(steps.start_idp(now, "t"))
    assert accepted(steps.answer_idp(again, "t", right=True)).status == "IDPSuccess"


def test_the_third_wrong_code_is_an_error_and_each_initialization_counts() -> None:
    now = accepted(steps.init_tfa(enrollment("IDPSuccess"), "Mobile"))
    reached = []
    for _ in range(3):
        now = accepted(steps.activate_tfa(now, right=False))
        reached.append(now.status)
    again = accepted(steps.init_tfa(now, "Token"))
    assert reached == ["TFAActivateInit", "TFAActivateInit", "TFAActivatedError"]
    assert (again.tfa_inits, again.tfa_type, again.tfa_failures) == (2, "Token", 0)


@pytest.mark.parametrize(
    ("status", "details"),
    [
        ("TFAActivateInit", "Two factor authentication activation is already in progress"),
        ("TFAActivatedSuccess", "Two factor authentication is already activated"),
        ("IDPInitializeSuccess", "Clinician has not completed identity proofing"),
    ],
)
def test_a_refused_tfa_says_why(status: str, details: str) -> None:
    outcome = steps.init_tfa(enrollment(status), "Mobile")
    assert outcome == Rejection("ClinicianId", details)


def test_a_delayed_status_shows_after_that_many_reads() -> None:
    before = enrollment("IDPSuccess")
    now = delayed(before, steps.init_tfa(before, "Mobile"), reads=2)
    read = []
    for _ in range(3):
        status, now = steps.read_status(now, AT)
        read.append(status)
    assert read == ["IDPSuccess", "IDPSuccess", "TFAActivateInit"]


def test_a_delayed_status_shows_after_that_many_seconds() -> None:
    before = enrollment("IDPSuccess")
    now = delayed(before, steps.init_tfa(before, "Mobile"), seconds=3)
    read = [steps.read_status(now, AT + timedelta(seconds=each))[0] for each in (0, 2.9, 3)]
    assert read == ["IDPSuccess", "IDPSuccess", "TFAActivateInit"]


def test_reads_and_seconds_have_both_to_pass() -> None:
    before = enrollment("IDPSuccess")
    now = delayed(before, steps.init_tfa(before, "Mobile"), reads=1, seconds=3)
    late = AT + timedelta(seconds=3)
    first, once_read = steps.read_status(now, late)
    assert (first, steps.read_status(once_read, late)[0]) == ("IDPSuccess", "TFAActivateInit")
    _, once_read = steps.read_status(now, AT)
    assert steps.read_status(once_read, AT)[0] == "IDPSuccess"


def test_a_second_delayed_init_does_not_let_the_first_show() -> None:
    before = enrollment("IDPSuccess")
    once = delayed(before, steps.init_tfa(before, "Mobile"), seconds=3)
    twice = delayed(once, steps.init_tfa(once, "Mobile", again=True), seconds=3)
    assert (twice.tfa_inits, steps.read_status(twice, AT)[0]) == (2, "IDPSuccess")


def test_a_refused_init_delays_nothing() -> None:
    before = enrollment("Pending")
    refused = steps.init_tfa(before, "Mobile")
    assert steps.delayed(before, refused, reads=2, until=AT, at=AT) == refused


def test_a_step_of_the_prescriber_shows_at_once_even_after_a_delayed_one() -> None:
    before = enrollment("IDPSuccess")
    now = delayed(before, steps.init_tfa(before, "Mobile"), reads=9, seconds=9)
    now = accepted(steps.activate_tfa(now, right=True))
    assert steps.read_status(now, AT)[0] == "TFAActivatedSuccess"
