"""Stages that a run began without an answer, or without seeing their status."""

import pytest

from shared.enrollment.rules.trouble import BEGIN_UNANSWERED, CHANGE_UNANSWERED
from shared.errors import LookUpFirst, RemoteUnavailable
from tests.core.later_runs import (
    BEGIN_IDP,
    TO_PROVE,
    asked,
    at_status,
    deed,
    gives_back,
    left,
    outdated,
    recorded,
    takes,
)
from tests.core.run_outcomes import DOWN, GIVES_BACK, ID, SILENT, raised
from tests.core.situations import IDP, ME, OTHER, by_herself


def test_a_stage_without_an_answer_is_looked_for_and_in_the_trail_once_it_shows() -> None:
    world = at_status()

    def took_effect() -> None:
        world.time.later = [(1.5, lambda: world.dosespot.reach(TO_PROVE))]
        raise SILENT

    world.dosespot.before["begin"] = [took_effect]
    outcome = world.run(asked(IDP))
    assert world.time.waits == [0.5, 1.0]
    assert world.did() == [takes("begin-idp"), BEGIN_IDP, "write status", GIVES_BACK]
    assert world.diary.kept == [recorded(TO_PROVE), deed("idp-initialized")]
    assert (outcome.begun, outcome.created, outcome.clinician.status) == (None, False, TO_PROVE)
    assert left(world) == (None, None, {"clinician": ID})


def test_a_stage_that_never_shows_is_left_open_and_not_begun_again() -> None:
    world = at_status()
    world.dosespot.before["begin"] = [SILENT]
    assert raised(world, asked(IDP)) == (LookUpFirst, BEGIN_UNANSWERED)
    assert left(world) == (ME, ("begin-idp", ME), {})
    world.run(by_herself(), run=OTHER)
    assert world.did() == []
    world.time.passed_s = 105
    world.run(by_herself(), run=OTHER)
    assert world.did("begin") == [BEGIN_IDP]


@pytest.mark.parametrize(
    ("write", "sentence"), [("begin", BEGIN_UNANSWERED), ("edit", CHANGE_UNANSWERED)]
)
def test_what_is_open_stays_so_where_dosespot_can_not_be_asked_for_it(
    write: str, sentence: str
) -> None:
    world = at_status() if write == "begin" else outdated()

    def ends() -> None:
        world.dosespot.before["ask"] = [DOWN]
        raise SILENT

    world.dosespot.before[write] = [ends]
    assert raised(world, asked(IDP) if write == "begin" else None) == (LookUpFirst, sentence)
    assert left(world)[0] == ME


def test_what_came_true_is_not_open_any_more_whatever_fails_then() -> None:
    world = at_status()

    def took_effect() -> None:
        world.dosespot.reach(TO_PROVE)
        world.fhir.before["write status"] = [DOWN]
        raise SILENT

    world.dosespot.before["begin"] = [took_effect]
    assert raised(world, asked(IDP)) == (RemoteUnavailable, "down")


def test_a_run_without_time_to_look_for_a_stage_says_so() -> None:
    world = at_status()
    world.time.left_s = 0.1
    world.dosespot.before["begin"] = [SILENT]
    assert raised(world, asked(IDP)) == (LookUpFirst, BEGIN_UNANSWERED)
    assert left(world) == (ME, ("begin-idp", ME), {})


def test_where_the_status_cannot_be_read_after_a_stage_dosespot_is_asked_again() -> None:
    world = at_status()
    world.dosespot.before["status"] = [DOWN]
    outcome = world.run(asked(IDP))
    assert (outcome.begun, outcome.clinician.status) == (IDP, TO_PROVE)
    assert world.did() == [takes("begin-idp"), BEGIN_IDP, "write status", GIVES_BACK]
    assert left(world) == (None, None, {"clinician": ID})


def test_a_stage_that_was_begun_is_not_forgotten_where_the_run_then_fails() -> None:
    world = at_status()
    world.dosespot.lags = True
    world.dosespot.before["status"] = [DOWN]
    world.dosespot.before["ask"] = [None, DOWN]
    assert raised(world, asked(IDP)) == (RemoteUnavailable, "down")
    assert world.did() == [takes("begin-idp"), BEGIN_IDP, gives_back("begin-idp")]
    assert world.diary.kept == [deed("idp-initialized")]
    for order in (asked(IDP), by_herself()):
        world.run(order, run=OTHER)
        assert world.did() == []
