"""What is left once all is done or a run is in trouble: write the status, settle the claim."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.claims.rules.steps import Announce, Settle
from shared.enrollment.rules.next_step import WriteStatus
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import Order, Situation
from shared.enrollment.rules.trouble import NOT_KEPT
from shared.errors import DoseSpotRefused, LookUpFirst, Misconfigured, StageRefused
from tests.builders import CLINICIAN_ID, practitioner
from tests.core.later_steps import CHANGE, NOBODYS, PENDING, STATUS, TO_PROVE, asked, outdated
from tests.core.run_outcomes import ID
from tests.core.situations import (
    FREE,
    IDP,
    JANE,
    MEMBER,
    NOON,
    OTHER,
    TFA,
    admin,
    announced,
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

NO = DoseSpotRefused("State is not valid")
DONE = replace(JANE, status=STATUS.TFA_ACTIVATED_SUCCESS)


def carrying(
    record: dict[str, Any], clinician: Any = JANE, found: Claim = FREE, **changes: Any
) -> Situation:
    """Jane is linked; this is her Practitioner."""
    who = replace(subject(CLINICIAN_ID), practitioner=record)
    return linked(found, clinician, subject=who, **changes)


PLAIN = practitioner()
ENABLED = with_epcs_qualification(with_registration_status(PLAIN, DONE.status), True, NOON)


@pytest.mark.parametrize(
    ("s", "order", "expected"),
    [
        (carrying(PLAIN), admin(), WriteStatus()),
        (carrying(PLAIN, found=mine("begin-idp"), begun=IDP), asked(IDP), WriteStatus()),
        (carrying(with_registration_status(PLAIN, "IDPSuccess")), admin(), WriteStatus()),
        (carrying(with_registration_status(PLAIN, DONE.status), DONE), admin(), WriteStatus()),
        (carrying(ENABLED, DONE), admin(), None),
        (carrying(ENABLED, replace(DONE, locked=True)), admin(), WriteStatus()),
        # What is due comes first, and is not taken for a server that keeps nothing.
        (carrying(PLAIN), by_herself(), Announce("begin-idp")),
        # Written although the run ends in a refusal.
        (carrying(PLAIN), asked(TFA), WriteStatus()),
        (carrying(PLAIN, trouble=NO), admin(), WriteStatus()),
        (carrying(PLAIN, opened="begin-idp"), asked(IDP), WriteStatus()),
        # Written once; a server that does not keep it is told of.
        (carrying(PLAIN, recorded=True), admin(), (Misconfigured, NOT_KEPT)),
        (
            carrying(PLAIN, recorded=True, found=mine("begin-idp")),
            admin(),
            Settle({"clinician": ID}),
        ),
        (
            carrying(with_registration_status(PLAIN, DONE.status), DONE, recorded=True),
            admin(),
            (Misconfigured, NOT_KEPT),
        ),
        (linked(recorded=True), admin(), None),
        (
            carrying(PLAIN, recorded=True, trouble=NO),
            admin(),
            (DoseSpotRefused, "State is not valid"),
        ),
    ],
)
def test_the_status_is_written_where_the_practitioner_does_not_say_it_yet(
    s: Situation, order: Order, expected: Any
) -> None:
    assert told(step(s, order)) == expected


BEGUN = {"begun": "begin-idp", "begun-from": "Pending", "begun-at": "2026-03-10T12:00:00.000+00:00"}


@pytest.mark.parametrize(
    ("s", "memory"),
    [
        (linked(mine("begin-idp"), begun=IDP, begun_from=PENDING), {"clinician": ID, **BEGUN}),
        (linked(mine("begin-idp"), begun=IDP), {"clinician": ID}),
        (linked(mine("begin-idp", end_s=-1)), {"clinician": ID}),
        (linked(mine("create"), created=CLINICIAN_ID), {"clinician": ID, "created-for": MEMBER}),
        (linked(mine("create")), {"clinician": ID, "created-for": MEMBER}),
        (linked(mine("link", created_for=MEMBER)), {"clinician": ID, "created-for": MEMBER}),
        (linked(mine("link")), {"clinician": ID}),
        (linked(mine("create"), refused=NO), {"clinician": ID}),
        (linked(dead("create")), {"clinician": ID, "created-for": MEMBER}),
        (linked(dead("create", subject="ProjectMembership/9")), {"clinician": ID}),
        (linked(claim(None, asked=announced("link", OTHER, -9))), {"clinician": ID}),
        (linked(dead(CHANGE)), {"clinician": ID}),
        (at_status(TO_PROVE, dead("begin-idp", -9)), {"clinician": ID}),
        (linked(dead("begin-idp", -106)), {"clinician": ID}),
        (linked(claim(OTHER, 3600, announced(CHANGE, OTHER))), {"clinician": ID}),
    ],
)
def test_what_was_announced_is_settled_with_what_later_runs_have_to_know(
    s: Situation, memory: dict[str, Any]
) -> None:
    assert step(s) == Settle(memory)


@pytest.mark.parametrize(
    "s",
    [
        linked(),
        linked(NOBODYS),
        linked(mine("begin-idp"), left=True),
        linked(dead(CHANGE), left=True),
        linked(claim(OTHER, 20, announced(CHANGE, OTHER))),
        linked(dead("begin-idp", since_s=-10)),
        linked(claim(None, asked=announced("begin-idp", OTHER, -10))),
        linked(claim(OTHER, -1)),
    ],
)
def test_what_is_settled_another_runs_or_may_still_show_is_left(s: Situation) -> None:
    assert step(s) is None


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (mine(CHANGE), Settle({"clinician": ID})),
        (dead(CHANGE), (DoseSpotRefused, "State is not valid")),
        (FREE, (DoseSpotRefused, "State is not valid")),
    ],
)
def test_a_run_in_trouble_gives_its_own_claim_back_and_no_other(
    found: Claim, expected: Any
) -> None:
    assert told(step(linked(found, trouble=NO))) == expected


def test_a_run_in_trouble_does_nothing_more_in_dosespot() -> None:
    assert told(step(outdated(mine(CHANGE), trouble=NO))) == Settle({"clinician": ID})
    opened = linked(mine("begin-idp"), opened="begin-idp", trouble=LookUpFirst("?"))
    assert told(step(opened, asked(IDP))) == (LookUpFirst, "?")


@pytest.mark.parametrize(
    ("found", "order", "expected"),
    [
        (dead(CHANGE), asked(TFA), Settle({"clinician": ID})),
        (FREE, asked(TFA), (StageRefused, Refusal.IDP_NOT_COMPLETED)),
        (
            claim(OTHER, 20, announced(CHANGE, OTHER)),
            asked(TFA),
            (StageRefused, Refusal.IDP_NOT_COMPLETED),
        ),
    ],
)
def test_what_a_dead_run_did_is_settled_also_where_a_stage_is_refused(
    found: Claim, order: Order, expected: Any
) -> None:
    assert told(step(linked(found), order)) == expected
