"""What a situation says of itself, and the few values that are made of one."""

from dataclasses import replace

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.codes import RegistrationStatus
from shared.enrollment.rules.next_step import has_new_roles
from shared.enrollment.rules.situation import (
    Act,
    Situation,
    begun_memory,
    clinician_now,
    lagging,
    remembered_tfa_type,
    snapshot,
    stage_of,
)
from shared.enrollment.rules.stages import Snapshot
from shared.enrollment.rules.trouble import came_true, in_progress, trouble_with, unanswered
from shared.errors import EnrollmentInProgress, LookUpFirst
from shared.timing import Timing
from tests.builders import CLINICIAN_ID, MEMBERSHIP_ID
from tests.core.situations import (
    CHANGED,
    FREE,
    IDP,
    JANE,
    KEY,
    ME,
    MOBILE,
    OTHER,
    TFA,
    TIMING,
    TOKEN,
    admin,
    at,
    at_status,
    by_herself,
    claim,
    dead,
    error,
    found,
    linked,
    mine,
    shown,
    situation,
    subject,
)

UNREAD = situation(records=None)


def test_a_claim_that_was_not_read_is_nobodys_to_ask_for() -> None:
    for ask in (lambda: UNREAD.claim, lambda: UNREAD.holds, lambda: UNREAD.with_claim(FREE)):
        with pytest.raises(ValueError, match=r"^the records have not been read$"):
            ask()


def test_a_claim_is_exchanged_and_all_else_is_kept() -> None:
    before = situation(looks=2)
    assert before.with_claim(mine("create")) == situation(mine("create"), looks=2)
    assert before.unread() == situation(looks=2, records=None, shown=None)


@pytest.mark.parametrize(
    ("s", "is_linked", "holds"),
    [
        (situation(), False, False),
        (situation(shown=None), False, False),
        (situation(mine("create")), False, True),
        (found(mine("create", end_s=0)), False, False),
        (found(subject=subject(9)), False, False),
        (found(subject=subject(CLINICIAN_ID)), True, False),
        (linked(claim(OTHER)), True, False),
    ],
)
def test_who_is_linked_and_who_holds_the_claim(s: Situation, is_linked: bool, holds: bool) -> None:
    assert (s.is_linked, s.holds) == (is_linked, holds)


@pytest.mark.parametrize(
    ("order", "heeds"),
    [
        (admin(), False),
        (admin(stages=frozenset({TFA})), False),
        (admin(stages=frozenset({IDP})), True),
        (admin(stages=frozenset({IDP, TFA})), True),
        (by_herself(), True),
    ],
)
def test_agreements_are_asked_for_where_they_matter(order, heeds) -> None:
    assert order.heeds_agreements is heeds


@pytest.mark.parametrize(
    ("act", "stage"),
    [("begin-idp", IDP), ("begin-tfa", TFA), ("create", None), ("", None), (None, None)],
)
def test_an_act_names_its_stage(act, stage) -> None:
    assert stage_of(act) is stage


@pytest.mark.parametrize(
    ("memory", "tfa_type"),
    [({}, MOBILE), ({"tfa-type": "Token"}, TOKEN), ({"tfa-type": "Mobile"}, MOBILE)],
)
def test_the_second_factor_that_was_chosen_last(memory, tfa_type) -> None:
    assert remembered_tfa_type(Claim(KEY, memory=memory)) is tfa_type


def test_what_is_remembered_of_a_stage() -> None:
    assert begun_memory(TFA, RegistrationStatus.IDP_SUCCESS, at(1.5)) == {
        "begun": "begin-tfa",
        "begun-from": "IDPSuccess",
        "begun-at": "2026-03-10T12:00:01.500+00:00",
    }


def test_nothing_is_remembered_of_a_stage_that_the_status_shows() -> None:
    assert begun_memory(None, RegistrationStatus.PENDING, at(0)) == {
        "begun": None,
        "begun-from": None,
        "begun-at": None,
    }


def test_the_status_that_counts_is_the_one_that_will_show() -> None:
    begun = claim(None, begun="begin-idp", begun_from="Pending", begun_at="soon")
    later = replace(JANE, status=RegistrationStatus.IDP_INITIALIZE_SUCCESS)
    assert clinician_now(linked(begun), TIMING) == later
    assert clinician_now(linked(), TIMING) == JANE
    assert clinician_now(situation(begun), TIMING) is lagging(situation(begun), TIMING) is None
    assert clinician_now(situation(shown=None), TIMING) is None
    assert snapshot(linked(begun), TIMING) == Snapshot(True, True, later)
    inactive = situation(subject=subject(dea=(), active=False))
    assert snapshot(inactive, TIMING) == Snapshot(False, False, None)


def test_how_long_a_stage_may_lag_is_the_timings_to_say() -> None:
    brief = Timing(claim_s=10, begun_s=5, maybe_begun_s=3)
    begun = {"begun": "begin-idp", "begun_from": "Pending"}
    for seconds, lags in ((-4.9, IDP), (-5, None)):
        s = linked(claim(None, **begun, begun_at=at(seconds).isoformat()))
        assert lagging(s, brief) is lags
    for seconds, lags in ((-12.9, IDP), (-13, None)):
        assert lagging(linked(dead("begin-idp", seconds)), brief) is lags


@pytest.mark.parametrize(
    ("s", "lags"),
    [
        (linked(mine("begin-idp")), None),
        (linked(mine("begin-idp"), opened="begin-idp"), IDP),
        (linked(dead("begin-idp", since_s=-1)), IDP),
        (at_status(RegistrationStatus.IDP_SUCCESS, dead("begin-idp", since_s=-1)), None),
        (at_status(RegistrationStatus.IDP_SUCCESS, dead("begin-tfa", since_s=-1)), TFA),
        (linked(dead("begin-tfa", since_s=-1)), None),
        (linked(dead("create", since_s=-1)), None),
        (linked(), None),
    ],
)
def test_a_stage_that_was_announced_may_have_begun(s, lags) -> None:
    assert lagging(s, TIMING) is lags


@pytest.mark.parametrize(
    ("s", "true"),
    [
        (linked(), True),
        (linked(opened="begin-idp"), False),
        (at_status(RegistrationStatus.IDP_INITIALIZE_SUCCESS, opened="begin-idp"), True),
        (situation(opened="begin-idp"), False),
        (situation(opened="create"), False),
        (found(opened="create"), True),
        (linked(opened="change"), True),
        (linked(opened="change", shown=shown(change=CHANGED)), False),
        (linked(opened="change", shown=None), False),
    ],
)
def test_what_dosespot_did_not_confirm_has_come_true_where_it_shows(s, true) -> None:
    assert came_true(s) is true


@pytest.mark.parametrize(
    ("run", "end_s", "seconds"),
    [
        (OTHER, 20, 20),
        (OTHER, 20.4, 20),
        (OTHER, 0.2, 1),
        (OTHER, 0, 1),
        (OTHER, -3, 1),
        (OTHER, 3600, 1),
        (ME, 20, 1),
    ],
)
def test_the_error_about_another_run_says_when_to_try_again(run, end_s, seconds) -> None:
    told = f"Another run is enrolling this prescriber. Try again in {seconds} seconds."
    s = situation(claim(run, end_s))
    assert error(in_progress(s, TIMING)) == (EnrollmentInProgress, told)


@pytest.mark.parametrize(
    ("act", "what"),
    [
        (Act.CREATE, "create the clinician"),
        (Act.CHANGE, "change the clinician"),
        ("begin-idp", "initialize the stage"),
        ("begin-tfa", "initialize the stage"),
    ],
)
def test_the_error_about_silence_says_what_was_asked(act, what) -> None:
    kind, told = error(unanswered(act))
    assert (kind, told.split(" but did not confirm it")[0]) == (
        LookUpFirst,
        f"DoseSpot was asked to {what}",
    )


def test_a_claim_is_about_clinic_and_npi_and_says_which_membership_asked() -> None:
    assert KEY == "clinician.123.1234567893"
    assert subject().member == f"ProjectMembership/{MEMBERSHIP_ID}"


def test_what_was_not_read_is_no_reason_to_end() -> None:
    for unread in (UNREAD, situation(shown=None), situation(shown=None, opened="create")):
        assert trouble_with(unread, admin(), TIMING) is None
    assert has_new_roles(situation(shown=None), admin()) is False
