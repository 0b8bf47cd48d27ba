"""Whom a run finds and links, what it looks at first, and what an earlier run left to it."""

from dataclasses import replace

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.clinician_identifier import with_clinician_id
from shared.enrollment.enroll import Outcome
from shared.enrollment.fhir_members import SHARED_ID
from shared.enrollment.rules.trouble import ASK_ADMINISTRATOR
from shared.errors import RecordsDisagree, RemoteUnavailable
from shared.members.rules.another_person import UNKNOWN_ID
from shared.records.findings import Finding
from tests.builders import CLINICIAN_ID
from tests.core.first_runs import CREATED, KNOWN, LINKED, RECORDED, ids, left, others_claim
from tests.core.one_run import World
from tests.core.run_outcomes import DOWN, GIVES_BACK, ID, raised
from tests.core.situations import JANE, KEY, ME, OTHER, PRESCRIBING, WHO, admin, at, by_herself

TAKES_TO_LINK = ("write claim", ME, ("link", ME))


def test_what_looks_wrong_is_told_with_the_outcome() -> None:
    world = World(JANE, linked=True)
    warned = Finding("Practitioner.telecom", "is odd")
    enrollment = world.enrollment
    s = enrollment.look(replace(world.subject, warnings=(warned,)), admin())
    assert s.shown is not None
    odd = Finding("DoseSpot.Roles", "are not shown")
    outcome = enrollment.run(replace(s, shown=replace(s.shown, warnings=(odd,))), admin())
    assert outcome == Outcome(
        replace(world.subject, warnings=(warned,)),
        JANE,
        JANE,
        created=False,
        begun=None,
        warnings=(warned, odd),
    )


def test_a_run_begins_without_having_looked() -> None:
    world = World()
    enrollment = world.enrollment
    hers, theirs = (enrollment.begin(world.subject, one) for one in (by_herself(), admin()))
    assert (hers.granted, theirs.granted) == (None, PRESCRIBING)
    assert (hers.run, hers.now, hers.records, hers.shown, hers.rounds) == (ME, at(0), None, None, 0)
    assert world.calls == []
    assert enrollment.look(world.subject, admin()).rounds == 1


def test_a_clinician_whom_no_membership_carries_yet_is_the_next_runs_to_link() -> None:
    world = World()
    world.fhir.before["link"] = [DOWN]
    assert raised(world) == (RemoteUnavailable, "down")
    assert world.diary.kept == [CREATED]
    assert world.diary.written == 1
    assert left(world.fhir.claim) == (ME, ("create", ME), {})
    world.time.passed_s = 46
    outcome = world.run(by_herself(), run=OTHER)
    assert (outcome.created, outcome.subject.clinician_id) == (False, CLINICIAN_ID)
    assert world.dosespot.created == 1
    assert world.did("granted", "is administrator") == [
        "granted",
        ("is administrator", "ClientApplication/1"),
    ]
    assert world.did("link", "write claim")[:2] == [
        ("write claim", OTHER, ("create", ME)),
        ("link", CLINICIAN_ID, False),
    ]
    assert world.diary.kept[:2] == [(*CREATED, WHO), LINKED]
    assert left(world.fhir.claim)[2]["clinician"] == ID


def test_she_believes_no_claim_that_somebody_else_could_have_written() -> None:
    world = World(JANE)
    world.fhir.author = "Practitioner/1"
    others_claim(world, end_s=-1)
    assert raised(world, by_herself()) == (RecordsDisagree, ASK_ADMINISTRATOR)
    assert world.did("is administrator") == [("is administrator", "Practitioner/1")]
    assert world.did() == []


def test_an_id_that_another_membership_carries_is_not_linked() -> None:
    world = World(JANE)
    world.fhir.carriers = {CLINICIAN_ID}
    assert raised(world) == (RecordsDisagree, SHARED_ID)
    assert world.did() == [
        TAKES_TO_LINK,
        ("link", CLINICIAN_ID, False),
        ("write claim", None, ("link", ME)),
    ]
    assert (ids(world), world.diary.kept) == ((), [])


def test_somebody_who_is_found_is_linked_under_a_claim_of_its_own() -> None:
    world = World(JANE)
    outcome = world.run()
    assert world.did() == [
        TAKES_TO_LINK,
        ("link", CLINICIAN_ID, False),
        "write status",
        GIVES_BACK,
    ]
    assert world.diary.kept == [LINKED, RECORDED]
    assert outcome == Outcome(world.subject, JANE, JANE, created=False, begun=None)
    assert left(world.fhir.claim) == (None, None, {"clinician": ID})


def test_both_systems_are_asked_before_an_error_of_either_is_told() -> None:
    world = World()
    world.fhir.before["records"] = [DOWN]
    assert raised(world) == (RemoteUnavailable, "down")
    assert world.calls == ["records", ("ask", "NPI")]


def test_the_membership_says_who_is_shown_and_not_the_look_up() -> None:
    """The records and DoseSpot are read beside each other; the membership may say another id."""
    world = World(JANE, replace(JANE, id=9))
    enrollment = world.enrollment
    looked = enrollment.look(world.subject, admin())
    assert (looked.rounds, looked.clinician) == (1, JANE)
    of_another = replace(looked, subject=replace(looked.subject, clinician_id=9), rounds=4)
    s = enrollment.looking.with_missing_looked_up(of_another, admin())
    assert (s.rounds, s.clinician) == (5, replace(JANE, id=9))
    assert enrollment.looking.with_missing_looked_up(s, admin()) == replace(s, rounds=6)
    assert world.did("ask") == [("ask", "NPI"), ("ask", 9)]


def test_whom_a_claim_remembers_is_asked_for_where_the_look_up_finds_nobody() -> None:
    world = World(JANE)
    world.fhir.store(Claim(KEY, memory=KNOWN))
    world.dosespot.hidden = {CLINICIAN_ID}
    outcome = world.run(by_herself())
    assert world.did("ask")[:2] == [("ask", "NPI"), ("ask", CLINICIAN_ID)]
    assert (outcome.created, outcome.subject.clinician_id) == (False, CLINICIAN_ID)
    assert world.did("create") == []


def test_an_id_that_dosespot_does_not_know_is_asked_for_twice_and_refused() -> None:
    world = World()
    world.fhir.membership = with_clinician_id(world.fhir.membership, 9)
    assert raised(world) == (RecordsDisagree, UNKNOWN_ID)
    assert world.did("ask") == [("ask", 9), ("ask", 9)]
    assert world.did() == []


def test_the_account_is_as_active_as_at_the_first_look() -> None:
    world = World(replace(JANE, active=True), linked=True)
    enrollment = world.enrollment
    s = enrollment.look(world.subject, admin())
    assert (s.was_active, enrollment.begin(world.subject, admin()).was_active) == (True, None)
    world.dosespot.known[CLINICIAN_ID] = replace(JANE, active=False)
    later = enrollment.looking.ask_network(s, admin())
    assert (later.was_active, later.clinician) == (True, replace(JANE, active=False))
    assert (
        enrollment.looking.ask_network(replace(s, rounds=0, was_active=None), admin()).was_active
        is False
    )
    assert world.dosespot.compared[-1] == (["PrescribingClinician"], False)
    gone = replace(s, subject=replace(s.subject, clinician_id=8))
    assert enrollment.looking.ask_network(gone, admin()).was_active is True


@pytest.mark.parametrize("act", ["create", "link"])
def test_what_a_dead_run_did_is_in_the_trail_once_it_shows(act: str) -> None:
    world = World(JANE, linked=True)
    others_claim(world, act, end_s=-1)
    world.run()
    created = [(*CREATED, "Practitioner/2")] if act == "create" else []
    assert world.diary.kept == [*created, (*LINKED, "Practitioner/2")]
    assert left(world.fhir.claim) == (None, None, KNOWN if act == "create" else {"clinician": ID})


def test_a_trail_that_cannot_be_written_leaves_what_was_announced_to_the_next_run() -> None:
    world = World()
    enrollment = world.enrollment
    world.diary.fails = 2
    enrollment.run(enrollment.look(world.subject, admin()), admin())
    assert left(world.fhir.claim) == (None, ("create", ME), KNOWN)
    world.run(run=OTHER)
    asked = [(*CREATED, WHO), (*LINKED, WHO)]
    assert world.diary.kept == asked
    assert left(world.fhir.claim) == (None, None, KNOWN)
