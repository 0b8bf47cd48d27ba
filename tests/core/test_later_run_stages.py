"""Runs that begin a stage: under a claim, once, with the second factor chosen last."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Announced, Claim, Holder
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.registration_status import registration_status
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.refusals import Refusal
from shared.errors import BotError, DoseSpotRefused, RemoteUnavailable, StageRefused
from tests.builders import CLINICIAN_ID
from tests.core.later_runs import (
    BEGIN_IDP,
    NO,
    PROVED,
    STATUS,
    TO_PROVE,
    asked,
    at_status,
    dead_run,
    deed,
    left,
    recorded,
    takes,
)
from tests.core.one_run import World
from tests.core.run_outcomes import DOWN, GIVES_BACK, ID, raised
from tests.core.situations import IDP, JANE, KEY, MEMBER, OTHER, TFA, TOKEN, admin, at, by_herself

BEGIN_TFA = ("begin", CLINICIAN_ID, "begin-tfa", "Mobile", 45.0)


def test_a_stage_is_begun_under_a_claim_and_remembered() -> None:
    world = at_status()
    outcome = world.run(asked(IDP))
    begun = replace(JANE, status=TO_PROVE)
    assert world.did() == [takes("begin-idp"), BEGIN_IDP, "write status", GIVES_BACK]
    assert world.diary.kept == [deed("idp-initialized"), recorded(TO_PROVE)]
    assert outcome == Outcome(world.subject, begun, begun, created=False, begun=IDP)
    assert left(world) == (None, None, {"clinician": ID})
    assert world.did("status") == [("status", CLINICIAN_ID)]


def test_a_stage_whose_status_lags_is_told_of_and_not_begun_by_the_next_run() -> None:
    world = at_status()
    world.dosespot.lags = True
    outcome = world.run(asked(IDP))
    assert (outcome.clinician.status, outcome.expected.status) == (STATUS.PENDING, TO_PROVE)
    assert registration_status(world.fhir.practitioner) == "Pending"
    memory = {
        "begun": "begin-idp",
        "begun-from": "Pending",
        "begun-at": at(0).isoformat("T", "milliseconds"),
    }
    assert left(world) == (None, None, {"clinician": ID, **memory})
    for order in (asked(IDP), by_herself()):
        assert world.run(order, run=OTHER).begun is None
        assert world.did() == []
    world.time.passed_s = 600
    world.run(by_herself(), run=OTHER)
    assert world.did("begin") == [BEGIN_IDP]


def begun_by_another(world: World) -> Announced:
    """Another run takes the claim and announces identity proofing, which will have begun soon."""
    told = Announced("begin-idp", OTHER, MEMBER, "Practitioner/2", world.time())
    until = Holder(OTHER, world.time() + world.timing.claim)
    world.fhir.store(Claim(KEY, world.fhir.claim.resource, until, told))

    def begun() -> None:
        world.dosespot.reach(TO_PROVE)
        world.fhir.store(world.fhir.claim.settled(clinician=ID))

    world.time.later = [(0.5, begun)]
    return told


def test_a_stage_that_another_run_is_beginning_is_not_begun() -> None:
    world = at_status()
    begun_by_another(world)
    outcome = world.run(by_herself())
    assert (world.time.waits, world.did()) == ([], [])
    assert outcome.expected.status is TO_PROVE


def test_who_loses_the_claim_to_a_stage_waits_and_looks_again() -> None:
    world = at_status()
    world.fhir.before["write claim"] = [lambda: begun_by_another(world)]
    world.run(by_herself())
    assert world.time.waits == [0.5]
    assert world.did() == [takes("begin-idp"), "write status"]


def test_a_stage_that_a_dead_run_announced_is_looked_at_again_once_the_claim_is_taken() -> None:
    world = at_status()
    dead_run(world, "begin-idp", -106.0)
    world.run(asked(IDP))
    assert world.did("records again", "ask")[:2] == [("ask", CLINICIAN_ID), "records again"]
    assert world.did("begin") == [BEGIN_IDP]


def test_an_announcement_forgets_nothing_that_was_announced_before() -> None:
    world = at_status()
    dead_run(world, "change", -106.0, **{"changed-to": "another"})
    seen: list[dict[str, str]] = []
    world.dosespot.before["begin"] = [lambda: seen.append(dict(world.fhir.claim.memory))]
    world.run(asked(IDP))
    assert seen == [{"changed-to": "another"}]


def test_a_stage_is_not_looked_at_again_once_its_claim_is_taken() -> None:
    world = at_status()
    world.fhir.store(Claim(KEY))
    world.run(asked(IDP))
    assert world.did("records again", "ask") == [("ask", CLINICIAN_ID)]


@pytest.mark.parametrize(
    ("order", "failure", "ends"),
    [
        (asked(IDP), NO, (DoseSpotRefused, "not valid")),
        (by_herself(), NO, None),
        (asked(IDP), DOWN, (RemoteUnavailable, "down")),
        (by_herself(), DOWN, (RemoteUnavailable, "down")),
    ],
)
def test_a_stage_that_dosespot_does_not_begin(order: Any, failure: BotError, ends: Any) -> None:
    world = at_status()
    world.dosespot.before["begin"] = [failure]
    if ends:
        assert raised(world, order) == ends
    else:
        assert world.run(order).begun is None
    assert world.did() == [takes("begin-idp"), BEGIN_IDP, GIVES_BACK]
    assert world.diary.kept == []
    assert left(world)[:2] == (None, None)
    assert "begun" not in left(world)[2]


@pytest.mark.parametrize(
    ("status", "order", "ends"),
    [
        (STATUS.PENDING, asked(IDP), None),
        (STATUS.PENDING, by_herself(), None),
        (PROVED, asked(TFA), (StageRefused, Refusal.TFA_IN_PROGRESS)),
        (PROVED, by_herself(), None),
    ],
)
def test_a_stage_that_had_begun_already_is_in_the_way_of_another_second_factor_only(
    status: RegistrationStatus, order: Any, ends: Any
) -> None:
    world = at_status(status)
    world.dosespot.begins = False
    if ends:
        assert raised(world, order) == ends
    else:
        outcome = world.run(order)
        assert (outcome.begun, outcome.clinician.status) == (None, status)
    assert len(world.did("begin")) == 1
    assert world.diary.kept == []
    assert left(world) == (None, None, {"clinician": ID})


@pytest.mark.parametrize(
    ("order", "status", "step"),
    [(asked(IDP, TFA), PROVED, BEGIN_TFA), (by_herself(), STATUS.TFA_ACTIVATED_ERROR, BEGIN_TFA)],
)
def test_the_stage_of_the_status_is_the_one_that_is_begun(
    order: Any, status: RegistrationStatus, step: Any
) -> None:
    world = at_status(status)
    assert world.run(order).begun is TFA
    assert world.did("begin") == [step]
    assert world.diary.kept[0] == deed("tfa-initialized")


def test_the_second_factor_chosen_last_is_the_one_that_is_begun() -> None:
    world = at_status(TO_PROVE)
    world.run(admin(tfa_type=TOKEN))
    assert world.did() == [GIVES_BACK]
    assert left(world) == (None, None, {"tfa-type": "Token"})
    world.run(admin(tfa_type=TOKEN), run=OTHER)
    assert world.did() == []
    world.dosespot.reach(PROVED)
    world.run(by_herself(), run=OTHER)
    assert world.did("begin") == [("begin", CLINICIAN_ID, "begin-tfa", "Token", 45.0)]
