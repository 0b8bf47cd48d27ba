"""Runs that change the record of somebody who is linked, or would add a role to it."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.registration_status import registration_status
from shared.claims.rules.steps import record_digest
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.trouble import CHANGE_UNANSWERED
from shared.errors import BotError, DoseSpotRefused, LookUpFirst, RemoteUnavailable
from shared.records.findings import Finding
from tests.builders import CLINICIAN_ID
from tests.core.later_runs import (
    NO,
    PROVED,
    TO_PROVE,
    at_status,
    dead_run,
    deed,
    gives_back,
    left,
    outdated,
    takes,
)
from tests.core.one_run import World
from tests.core.run_outcomes import DOWN, GIVES_BACK, ID, SILENT, raised
from tests.core.situations import CHANGED, JANE, KEY, ME, OTHER, by_herself, error

EDIT = ("edit", CLINICIAN_ID, dict(CHANGED), 15.0)


def test_a_change_is_made_once_under_a_claim() -> None:
    world = outdated()
    outcome = world.run()
    assert world.did() == [takes("change"), EDIT, GIVES_BACK]
    assert world.diary.kept == [deed("clinician-changed")]
    assert world.diary.written == 1
    assert left(world) == (None, None, {"clinician": ID})
    assert outcome == Outcome(world.subject, JANE, JANE, created=False, begun=None)
    twice = ["records again", ("ask", CLINICIAN_ID), ("ask", CLINICIAN_ID)]
    assert world.did("records", "records again", "ask") == [
        "records",
        ("ask", CLINICIAN_ID),
        *twice,
    ]


def test_a_change_that_dosespot_takes_without_changing_is_not_sent_by_every_run() -> None:
    world = outdated()
    world.dosespot.before["ask"] = [None, None, lambda: setattr(world.dosespot, "due", CHANGED)]
    world.run()
    assert world.did() == [takes("change"), EDIT, GIVES_BACK]
    world.run(run=OTHER)
    assert world.did() == []


def test_whoever_was_first_to_change_is_seen_once_the_claim_is_taken() -> None:
    world = outdated()
    world.fhir.store(Claim(KEY))
    world.dosespot.before["ask"] = [None, lambda: setattr(world.dosespot, "due", None)]
    world.run()
    assert world.did() == [takes("change"), GIVES_BACK]
    assert world.diary.kept == []


def test_what_is_odd_about_a_change_is_told_though_the_record_no_longer_shows_it() -> None:
    world = outdated()
    odd = Finding("Practitioner.name", "differs")
    world.dosespot.warnings = (odd,)
    assert world.run().warnings == (odd,)


@pytest.mark.parametrize("stored", [CHANGED, {**CHANGED, "Email": "kept@example.com"}])
def test_a_change_without_an_answer_is_looked_at_and_is_in_the_trail_where_it_shows(
    stored: Any,
) -> None:
    world = outdated()

    def took_effect() -> None:
        world.dosespot.stored, world.dosespot.due = stored, None
        raise SILENT

    world.dosespot.before["edit"] = [took_effect]
    world.run()
    assert world.did() == [takes("change"), EDIT, GIVES_BACK]
    assert world.diary.kept == [deed("clinician-changed")]
    assert left(world) == (None, None, {"clinician": ID})


def test_a_change_without_an_answer_is_sent_twice_and_then_left_open() -> None:
    world = outdated()
    world.dosespot.before["edit"] = [SILENT, SILENT]
    assert raised(world) == (LookUpFirst, CHANGE_UNANSWERED)
    assert world.did() == [takes("change"), EDIT, EDIT]
    assert left(world) == (ME, ("change", ME), {"changed-to": record_digest(CHANGED)})
    assert world.diary.kept == []


def test_a_change_without_an_answer_stays_announced_though_it_is_refused_when_sent_again() -> None:
    world = outdated()
    world.dosespot.before["edit"] = [SILENT, NO]
    assert raised(world) == (DoseSpotRefused, "not valid")
    assert world.did() == [takes("change"), EDIT, EDIT]
    assert left(world) == (ME, ("change", ME), {"changed-to": record_digest(CHANGED)})
    world.dosespot.edit(CLINICIAN_ID, CHANGED, 1.0)
    world.time.passed_s = 46
    world.run(run=OTHER)
    assert world.diary.kept == [deed("clinician-changed", ME, "Practitioner/7")]
    assert left(world) == (None, None, {"clinician": ID})


def test_a_change_that_is_answered_the_second_time_is_in_the_trail_once() -> None:
    world = outdated()
    world.dosespot.before["edit"] = [SILENT]
    world.run()
    assert world.did() == [takes("change"), EDIT, EDIT, GIVES_BACK]
    assert world.diary.kept == [deed("clinician-changed")]


@pytest.mark.parametrize("failure", [NO, DOWN])
def test_a_change_that_was_not_made_ends_the_run_and_leaves_nothing(failure: BotError) -> None:
    world = outdated()
    world.dosespot.before["edit"] = [failure]
    assert raised(world) == error(failure)
    assert world.did() == [takes("change"), EDIT, GIVES_BACK]
    assert world.calls[-2:] == [EDIT, GIVES_BACK]
    assert left(world)[:2] == (None, None)
    assert world.diary.kept == []


def test_what_was_changed_before_a_run_fails_is_the_next_runs_to_account_for() -> None:
    world = outdated()
    world.dosespot.before["ask"] = [None, None, DOWN]
    assert raised(world) == (RemoteUnavailable, "down")
    assert world.did() == [takes("change"), EDIT, gives_back("change")]
    world.time.passed_s = 50
    world.run(run=OTHER)
    assert world.diary.kept == [deed("clinician-changed", ME, "Practitioner/7")]


def test_a_refused_change_is_told_after_the_status_is_written() -> None:
    world = outdated()
    world.dosespot.before["edit"] = [NO]
    world.dosespot.known[CLINICIAN_ID] = replace(JANE, status=TO_PROVE)
    assert raised(world) == (DoseSpotRefused, "not valid")
    assert world.did() == [takes("change"), EDIT, "write status", GIVES_BACK]
    assert registration_status(world.fhir.practitioner) == TO_PROVE


@pytest.mark.parametrize(
    ("act", "kept"),
    [
        ("change", [deed("clinician-changed", OTHER, "Practitioner/2")]),
        ("begin-idp", [deed("idp-initialized", OTHER, "Practitioner/2")]),
        ("begin-tfa", []),
    ],
)
def test_what_a_dead_run_is_seen_to_have_done_is_in_the_trail(
    act: str, kept: list[tuple[str, ...]]
) -> None:
    world = at_status(TO_PROVE if act != "begin-tfa" else PROVED)
    world.dosespot.stored = CHANGED
    dead_run(world, act, -106.0, **{"changed-to": record_digest(CHANGED)})
    world.run()
    assert world.did() == [GIVES_BACK]
    assert world.diary.kept == kept
    assert left(world) == (None, None, {"clinician": ID})


def test_another_change_than_the_dead_runs_is_not_taken_for_its_own() -> None:
    world = at_status()
    dead_run(world, "change", -106.0, **{"changed-to": record_digest(CHANGED)})
    world.run()
    assert (world.did(), world.diary.kept) == ([GIVES_BACK], [])
    assert left(world) == (None, None, {"clinician": ID})


def test_what_a_dead_run_is_not_seen_to_have_done_is_in_no_trail() -> None:
    world = outdated()
    dead_run(world, "change")
    world.run()
    assert world.diary.kept == [deed("clinician-changed")]
    again = at_status()
    dead_run(again, "begin-idp")
    again.run()
    assert again.diary.kept == []


def test_a_role_is_added_by_herself_once_an_administrator_is_known_to_have_granted_it() -> None:
    agent = ClinicianRole.PRESCRIBING_AGENT_CLINICIAN
    world = at_status(TO_PROVE)
    world.fhir.introduced = frozenset({agent, ClinicianRole.CLINICIAN_ADMIN})
    world.run(by_herself(roles=frozenset({agent, ClinicianRole.EPCS_COORDINATOR})))
    assert world.calls == ["records", ("ask", CLINICIAN_ID), "granted"]
    roles = [names for names, _ in world.dosespot.compared]
    assert (roles[0], roles[-1]) == ([], ["PrescribingAgentClinician"])


def test_who_is_new_has_her_grant_looked_up_and_nobody_to_compare_with() -> None:
    world = World()
    world.run(by_herself())
    assert world.calls[:5] == [
        "records",
        ("ask", "NPI"),
        "granted",
        takes("create"),
        ("create", 15.0),
    ]
    assert world.dosespot.compared == [(["PrescribingClinician"], None)]
