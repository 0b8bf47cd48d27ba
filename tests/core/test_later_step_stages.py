"""What is next for the stages of somebody who is linked: begin, look again, remember."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from shared.claims.rules.steps import Announce, LookAgain, Settle, Wait
from shared.enrollment.rules.next_step import Begin, Remember
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import Order, Situation
from shared.enrollment.rules.trouble import BEGIN_UNANSWERED
from shared.errors import LookUpFirst, StageRefused
from tests.builders import CLINICIAN_ID
from tests.core.later_steps import (
    CHANGE,
    NOBODYS,
    PENDING,
    PROVED,
    STATUS,
    TO_PROVE,
    asked,
    outdated,
)
from tests.core.run_outcomes import ID
from tests.core.situations import (
    IDP,
    JANE,
    ME,
    MOBILE,
    OTHER,
    TFA,
    TOKEN,
    admin,
    announced,
    at,
    at_status,
    by_herself,
    claim,
    dead,
    linked,
    mine,
    step,
    subject,
    told,
)


@pytest.mark.parametrize(
    ("s", "order", "expected"),
    [
        (linked(), asked(IDP), Announce("begin-idp")),
        (linked(claim(OTHER, 20)), asked(IDP), Wait(0.5)),
        (linked(mine("begin-idp")), asked(IDP), Begin(IDP, MOBILE, 45.0)),
        (linked(mine("begin-idp", end_s=2)), asked(IDP), Begin(IDP, MOBILE, 2.0)),
        (linked(mine("begin-tfa")), asked(IDP), Announce("begin-idp")),
        (linked(mine("begin-idp", end_s=0)), asked(IDP), Announce("begin-idp")),
        (linked(), admin(), None),
        (linked(), by_herself(), Announce("begin-idp")),
        (linked(clinician=replace(JANE, active=False)), by_herself(), None),
        (linked(clinician=replace(JANE, confirmed=False)), by_herself(), None),
        (linked(clinician=replace(JANE, active=False)), asked(IDP), Announce("begin-idp")),
        (
            linked(clinician=replace(JANE, active=True, confirmed=True)),
            by_herself(),
            Announce("begin-idp"),
        ),
        (linked(created=CLINICIAN_ID), by_herself(), None),
        (linked(created=CLINICIAN_ID), asked(IDP), Announce("begin-idp")),
        (at_status(PROVED), asked(TFA), Announce("begin-tfa")),
        (at_status(PROVED), asked(IDP, TFA), Announce("begin-tfa")),
        (at_status(PROVED), asked(IDP), None),
        (at_status(PROVED, mine("begin-tfa")), asked(TFA), Begin(TFA, MOBILE, 45.0)),
        (at_status(PROVED, mine("begin-tfa")), asked(TFA, tfa_type=TOKEN), Begin(TFA, TOKEN, 45.0)),
        (
            at_status(PROVED, mine("begin-tfa", tfa_type="Token")),
            asked(TFA),
            Begin(TFA, TOKEN, 45.0),
        ),
        (
            at_status(PROVED, mine("begin-tfa", tfa_type="Token")),
            by_herself(),
            Begin(TFA, TOKEN, 45.0),
        ),
        (
            at_status(PROVED, mine("begin-tfa", tfa_type="Token")),
            asked(TFA, tfa_type=MOBILE),
            Begin(TFA, MOBILE, 45.0),
        ),
        (
            at_status(PROVED, mine("begin-tfa", tfa_type="Fax")),
            asked(TFA),
            Begin(TFA, MOBILE, 45.0),
        ),
        (at_status(STATUS.TFA_DEACTIVATED_SUCCESS), asked(TFA), Announce("begin-tfa")),
        (at_status(STATUS.TFA_DEACTIVATED_SUCCESS), by_herself(), None),
        (at_status(STATUS.TFA_ACTIVATED_ERROR), by_herself(), Announce("begin-tfa")),
        # What this run has begun, or could not begin, it does not begin again.
        (linked(NOBODYS, begun=IDP), asked(IDP), None),
        (linked(NOBODYS, declined=True), asked(IDP), None),
        (at_status(PROVED, NOBODYS, begun=IDP), asked(IDP, TFA), None),
        (at_status(PROVED, NOBODYS, opened="begin-idp", left=True), asked(TFA), None),
        (at_status(PROVED, NOBODYS, opened=CHANGE), asked(TFA), Announce("begin-tfa")),
        # A refusal of any asked stage stands before all else.
        (outdated(), asked(TFA), (StageRefused, Refusal.IDP_NOT_COMPLETED)),
        (linked(mine("begin-idp")), asked(TFA), Settle({"clinician": ID})),
        (
            linked(
                subject=replace(
                    subject(CLINICIAN_ID, dea=()), practitioner=linked().subject.practitioner
                )
            ),
            asked(IDP, TFA),
            (StageRefused, Refusal.NO_DEA_NUMBER),
        ),
        (
            at_status(STATUS.REGISTRATION_ERROR),
            asked(IDP, TFA),
            (StageRefused, f"{Refusal.REGISTRATION_FAILED} {Refusal.IDP_NOT_COMPLETED}"),
        ),
        (linked(NOBODYS, begun=IDP), asked(IDP, TFA), None),
    ],
)
def test_the_stage_that_is_due_is_begun_once_and_with_the_type_chosen_last(
    s: Situation, order: Order, expected: Any
) -> None:
    assert told(step(s, order)) == expected


def begun_at(seconds: float, status: str = "Pending", act: str = "begin-idp") -> Claim:
    """A claim that remembers a stage that was begun so many seconds after noon."""
    when = at(seconds).isoformat(timespec="milliseconds")
    return claim(None, begun=act, begun_from=status, begun_at=when)


@pytest.mark.parametrize(
    ("found", "lags"),
    [
        (begun_at(-1), True),
        (begun_at(-599), True),
        (begun_at(-600), False),
        (begun_at(-601), False),
        (begun_at(5), True),
        (begun_at(-1, status="RegistrationSuccess"), False),
        (begun_at(-1, act="begin-pin"), False),
        (claim(None, begun="begin-idp", begun_from="Pending"), True),
        (claim(None, begun="begin-idp", begun_from="Pending", begun_at="soon"), True),
        (claim(None, begun="begin-idp", begun_at=at(-1).isoformat()), False),
        (dead("begin-idp", since_s=-46), True),
        (dead("begin-idp", since_s=-104), True),
        (dead("begin-idp", since_s=-105), False),
        (dead("begin-idp", since_s=-106), False),
        (claim(None, asked=announced("begin-idp", OTHER, -10)), True),
        (claim(None, asked=announced("begin-tfa", OTHER, -10)), False),
        (claim(None, asked=announced(CHANGE, OTHER, -10)), False),
        (mine("begin-idp"), False),
    ],
)
def test_a_stage_that_has_begun_or_may_have_is_not_begun_again_while_the_status_may_lag(
    found: Claim, lags: bool
) -> None:
    waiting = step(linked(found), by_herself())
    begins = (
        Begin(IDP, MOBILE, 45.0)
        if found.holder and found.holder.run == ME
        else Announce("begin-idp")
    )
    assert waiting == (None if lags else begins)
    assert step(linked(found), asked(IDP)) == waiting


def test_a_stage_that_lags_counts_as_begun_for_the_next_one() -> None:
    lagging = at_status(PROVED, begun_at(-1, status="IDPSuccess", act="begin-tfa"))
    assert told(step(lagging, asked(TFA))) == (StageRefused, Refusal.TFA_IN_PROGRESS)


@pytest.mark.parametrize(
    ("s", "order", "expected"),
    [
        (linked(mine("begin-idp"), opened="begin-idp"), asked(IDP), LookAgain(0.5)),
        (linked(mine("begin-idp"), opened="begin-idp", looks=2), by_herself(), LookAgain(2.0)),
        (linked(mine("begin-idp"), opened="begin-idp"), asked(IDP, TFA), LookAgain(0.5)),
        (
            linked(mine("begin-idp", end_s=0), opened="begin-idp"),
            asked(IDP),
            (LookUpFirst, BEGIN_UNANSWERED),
        ),
        (linked(claim(OTHER, 20), opened="begin-idp"), asked(IDP), (LookUpFirst, BEGIN_UNANSWERED)),
        (
            at_status(TO_PROVE, mine("begin-idp"), opened="begin-idp", begun_from=PENDING),
            asked(IDP),
            Settle(
                {
                    "clinician": ID,
                    "begun": None,
                    "begun-from": None,
                    "begun-at": None,
                }
            ),
        ),
        (at_status(TO_PROVE, NOBODYS, opened="begin-idp", left=True), asked(IDP), None),
    ],
)
def test_a_stage_that_dosespot_did_not_confirm_is_looked_for_as_long_as_the_claim_lasts(
    s: Situation, order: Order, expected: Any
) -> None:
    assert told(step(s, order)) == expected


@pytest.mark.parametrize(
    ("s", "order", "expected"),
    [
        (at_status(TO_PROVE), admin(tfa_type=TOKEN), Remember(TOKEN)),
        (at_status(TO_PROVE), admin(tfa_type=MOBILE), None),
        (at_status(TO_PROVE, claim(None, tfa_type="Token")), admin(tfa_type=TOKEN), None),
        (
            at_status(TO_PROVE, claim(None, tfa_type="Token")),
            admin(tfa_type=MOBILE),
            Remember(MOBILE),
        ),
        (at_status(TO_PROVE, claim(None, tfa_type="Token")), admin(), None),
        (at_status(TO_PROVE, claim(OTHER, 20)), admin(tfa_type=TOKEN), Wait(0.5)),
        (at_status(TO_PROVE, left=True), admin(tfa_type=TOKEN), None),
        (
            at_status(TO_PROVE, mine(CHANGE)),
            admin(tfa_type=TOKEN),
            Settle({"clinician": ID, "tfa-type": "Token"}),
        ),
        (
            at_status(PROVED, mine("begin-tfa"), begun=TFA),
            admin(tfa_type=TOKEN),
            Settle({"clinician": ID, "tfa-type": "Token"}),
        ),
        (linked(), asked(TFA, tfa_type=TOKEN), (StageRefused, Refusal.IDP_NOT_COMPLETED)),
        (linked(mine("begin-tfa")), asked(TFA, tfa_type=TOKEN), Settle({"clinician": ID})),
    ],
)
def test_a_second_factor_that_is_chosen_is_remembered(
    s: Situation, order: Order, expected: Any
) -> None:
    assert told(step(s, order)) == expected
