"""First runs beside each other: who holds the claim, who waits for it, and how long."""

from typing import Any

import pytest

from fhir_profiles.claim import Announced, Claim, Holder
from shared.errors import EnrollmentInProgress
from tests.builders import CLINICIAN_ID
from tests.core.first_runs import KNOWN, TAKES, created_by_another, left, others_claim
from tests.core.one_run import World
from tests.core.run_outcomes import GIVES_BACK, ID, SILENT, raised
from tests.core.situations import JANE, KEY, ME, MEMBER, WHO, admin, at, by_herself


@pytest.mark.parametrize("order", [admin(), by_herself()])
def test_the_claim_says_who_asked_whom_for_what_until_when(order: Any) -> None:
    world = World()
    seen: list[Claim] = []
    world.dosespot.before["create"] = [lambda: seen.append(world.fhir.claim)]
    world.run(order)
    (claim,) = seen
    assert claim.holder == Holder(ME, at(45))
    assert claim.announced == Announced("create", ME, MEMBER, WHO, at(0))


@pytest.mark.parametrize("order", [admin(), by_herself()])
@pytest.mark.parametrize("links", [True, False])
def test_dosespot_is_asked_again_once_the_claim_is_taken(order: Any, links: bool) -> None:
    """Between the look and the claim another run was there and gave the claim back."""
    world = World()
    world.fhir.store(Claim(KEY))
    world.fhir.before["write claim"] = [lambda: created_by_another(world, links=links)]
    outcome = world.run(order)
    assert (outcome.created, outcome.subject.clinician_id) == (False, CLINICIAN_ID)
    assert world.did("create") == []
    assert list(world.dosespot.known) == [CLINICIAN_ID]
    assert world.did("records again") == ["records again"]


def test_who_loses_the_claim_waits_and_comes_second() -> None:
    world = World()
    world.fhir.before["write claim"] = [lambda: others_claim(world, end_s=45)]
    world.time.later = [(3.0, lambda: settled(world))]
    outcome = world.run()
    assert world.time.waits == [0.5, 1.0, 2.0]
    assert world.did() == [TAKES, "write status"]
    assert (outcome.created, outcome.subject.clinician_id) == (False, CLINICIAN_ID)
    assert left(world.fhir.claim) == (None, None, KNOWN)


def settled(world: World) -> None:
    """Another run creates the clinician and gives the claim back."""
    created_by_another(world)
    world.fhir.store(world.fhir.claim.settled(**{"clinician": ID, "created-for": MEMBER}))


def test_who_loses_the_claim_and_has_no_time_is_told_when_to_try_again() -> None:
    world = World(left_s=0.4)
    world.saving = lambda: advance(world, 5)
    world.fhir.before["write claim"] = [lambda: others_claim(world, end_s=45)]
    told = "Another run is enrolling this prescriber. Try again in 40 seconds."
    assert raised(world) == (EnrollmentInProgress, told)
    assert world.time.refused == 1
    assert world.did() == [TAKES]
    assert world.diary.kept == []


def test_while_another_run_holds_the_claim_it_is_read_at_growing_pauses() -> None:
    world = World()
    others_claim(world, end_s=12)
    world.time.later = [(7.5, lambda: settled(world))]
    outcome = world.run()
    assert world.time.waits == [0.5, 1.0, 2.0, 4.0]
    assert world.did("read claim") == ["read claim"] * 4
    assert world.did() == ["write status"]
    assert outcome.clinician == JANE


def test_a_run_without_time_for_another_is_told_so_and_leaves_the_claim() -> None:
    world = World(left_s=1.0)
    claim = others_claim(world, end_s=20)
    told = "Another run is enrolling this prescriber. Try again in 20 seconds."
    assert raised(world) == (EnrollmentInProgress, told)
    assert (world.did(), world.fhir.claim) == ([], claim)


def test_who_takes_a_dead_runs_place_starts_counting_anew() -> None:
    world = World()
    others_claim(world, end_s=2)
    outcome = world.run()
    assert world.time.waits == [0.5, 1.0, 2.0]
    assert world.did() == [
        TAKES,
        ("create", 15.0),
        ("link", CLINICIAN_ID, True),
        "write status",
        GIVES_BACK,
    ]
    assert outcome.created is True


def test_pauses_are_short_again_once_the_claim_was_free() -> None:
    world = World()
    others_claim(world, end_s=2)

    def took_effect() -> None:
        created_by_another(world, links=False)
        world.dosespot.hidden = {CLINICIAN_ID}
        world.time.later = [(world.time.passed_s + 0.5, world.dosespot.hidden.clear)]
        raise SILENT

    world.dosespot.before["create"] = [took_effect]
    assert world.run().created is True
    assert world.time.waits == [0.5, 1.0, 2.0, 0.5]


def test_a_create_is_only_sent_early_enough_in_the_claims_time() -> None:
    world = World()
    world.fhir.before["records again"] = [lambda: advance(world, 20)]
    world.fhir.store(Claim(KEY))
    world.run()
    assert world.did("create", "write claim") == [TAKES, TAKES, ("create", 15.0), GIVES_BACK]
    assert world.dosespot.created == 1


def advance(world: World, seconds: float) -> None:
    world.time.passed_s += seconds


def test_the_time_that_passed_since_the_claim_was_taken_is_the_creates_no_more() -> None:
    world = World()
    world.fhir.store(Claim(KEY))
    world.dosespot.before["ask"] = [None, lambda: advance(world, 4.0)]
    world.run()
    assert world.did("create") == [("create", 11.0)]
