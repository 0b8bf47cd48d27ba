"""Runs that create a clinician: answered, not answered, refused, and answered for another."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Holder
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.trouble import (
    ASK_ADMINISTRATOR,
    CREATE_UNANSWERED,
    answered_for_another,
)
from shared.errors import (
    DoseSpotRefused,
    FhirDenied,
    LookUpFirst,
    RecordsDisagree,
    RemoteUnavailable,
)
from shared.members.rules.another_person import another_person
from tests.builders import CLINICIAN_ID
from tests.core.first_runs import (
    CREATED,
    KNOWN,
    LINKED,
    RECORDED,
    TAKES,
    created_by_another,
    ids,
    left,
)
from tests.core.one_run import World
from tests.core.run_outcomes import DOWN, GIVES_BACK, ID, SILENT, raised
from tests.core.situations import JANE, ME, OTHER, SHE, admin, at, by_herself, error

NO = DoseSpotRefused("State is not valid")


def test_a_first_run_creates_links_writes_and_gives_the_claim_back() -> None:
    world = World()
    outcome = world.run()
    assert world.calls == [
        "records",
        ("ask", "NPI"),
        TAKES,
        ("create", 15.0),
        ("ask", CLINICIAN_ID),
        ("link", CLINICIAN_ID, True),
        "write status",
        GIVES_BACK,
    ]
    assert world.diary.kept == [CREATED, LINKED, RECORDED]
    assert world.diary.written == 3
    assert left(world.fhir.claim) == (None, None, KNOWN)
    assert ids(world) == (CLINICIAN_ID,)
    assert outcome == Outcome(world.subject, JANE, JANE, created=True, begun=None)
    assert world.fhir.practitioner["extension"][0]["valueCode"] == "Pending"


def test_the_second_run_writes_nothing() -> None:
    world = World()
    world.run()
    world.run(run=OTHER)
    assert world.calls == ["records", ("ask", CLINICIAN_ID)]
    assert world.diary.kept == []


@pytest.mark.parametrize("looks", [1, 3])
def test_a_create_without_an_answer_is_looked_for_until_it_shows(looks: int) -> None:
    world = World()

    def took_effect() -> None:
        created_by_another(world, links=False)
        world.dosespot.hidden = {CLINICIAN_ID}
        world.time.later = [(2.0**looks / 2 - 0.5, world.dosespot.hidden.clear)]
        raise SILENT

    world.dosespot.before["create"] = [took_effect]
    outcome = world.run()
    assert world.time.waits == [0.5 * 2**n for n in range(looks)]
    assert world.did() == [
        TAKES,
        ("create", 15.0),
        ("link", CLINICIAN_ID, False),
        "write status",
        GIVES_BACK,
    ]
    assert world.diary.kept == [CREATED, LINKED, RECORDED]
    assert (outcome.created, outcome.subject.clinician_id) == (True, CLINICIAN_ID)
    assert left(world.fhir.claim) == (None, None, KNOWN)


def test_a_create_that_never_shows_leaves_the_claim_until_it_ends() -> None:
    world = World()
    world.dosespot.before["create"] = [SILENT]
    assert raised(world) == (LookUpFirst, CREATE_UNANSWERED)
    assert world.did() == [TAKES, ("create", 15.0)]
    assert sum(world.time.waits) == 47.5
    assert left(world.fhir.claim) == (ME, ("create", ME), {})
    assert world.fhir.claim.holder == Holder(ME, at(45))


def test_a_create_stays_open_where_dosespot_can_not_be_asked_for_it() -> None:
    world = World()

    def ends() -> None:
        world.dosespot.before["ask"] = [DOWN]
        raise SILENT

    world.dosespot.before["create"] = [ends]
    assert raised(world) == (LookUpFirst, CREATE_UNANSWERED)
    assert world.did() == [TAKES, ("create", 15.0)]
    assert left(world.fhir.claim) == (ME, ("create", ME), {})


def test_a_run_without_time_to_look_again_leaves_the_claim_too() -> None:
    world = World(left_s=0.7)
    world.dosespot.before["create"] = [SILENT]
    assert raised(world) == (LookUpFirst, CREATE_UNANSWERED)
    assert world.time.waits == [0.5]
    assert left(world.fhir.claim) == (ME, ("create", ME), {})


def test_a_create_that_was_never_sent_leaves_nothing() -> None:
    world = World()
    world.dosespot.before["create"] = [DOWN]
    assert raised(world) == (RemoteUnavailable, "down")
    assert world.did() == [TAKES, ("create", 15.0), GIVES_BACK]
    assert left(world.fhir.claim) == (None, None, {})
    assert world.diary.kept == []


def test_a_claim_that_cannot_be_given_back_hides_no_error() -> None:
    world = World()
    world.dosespot.before["create"] = [DOWN]
    world.fhir.before["write claim"] = [None, FhirDenied("no")]
    assert raised(world) == (RemoteUnavailable, "down")


def test_who_is_refused_and_not_found_leaves_nothing() -> None:
    world = World()
    world.dosespot.before["create"] = [NO]
    assert raised(world) == (DoseSpotRefused, "State is not valid")
    assert world.did() == [TAKES, ("create", 15.0), GIVES_BACK]
    assert world.did("records again", "ask")[-2:] == ["records again", ("ask", "NPI")]
    assert left(world.fhir.claim) == (None, None, {})
    assert world.diary.kept == []


@pytest.mark.parametrize("order", [admin(), by_herself()])
def test_who_is_refused_because_dosespot_knows_them_is_linked_by_an_administrator(
    order: Any,
) -> None:
    world = World()

    def known() -> None:
        created_by_another(world, links=False)
        raise NO

    world.dosespot.before["create"] = [known]
    if order.self_service:
        assert raised(world, order) == (RecordsDisagree, ASK_ADMINISTRATOR)
        assert (ids(world), world.diary.kept) == ((), [])
    else:
        assert world.run(order).created is False
        assert ids(world) == (CLINICIAN_ID,)
        assert world.diary.kept == [LINKED, RECORDED]
    asked_for = {} if order.self_service else {"clinician": ID}
    assert left(world.fhir.claim) == (None, None, asked_for)


def test_where_dosespot_fails_beside_the_link_it_is_asked_again() -> None:
    world = World()
    world.dosespot.before["ask"] = [None, DOWN]
    outcome = world.run()
    assert outcome.clinician == JANE
    assert world.did("ask") == [("ask", "NPI"), ("ask", CLINICIAN_ID), ("ask", CLINICIAN_ID)]
    assert world.did("records again") == []
    assert world.diary.kept == [CREATED, LINKED, RECORDED]


STRANGER = replace(SHE, npis=frozenset({"1000000004"}))


def answers_for_another(world: World) -> None:
    """DoseSpot answers the create with the id of somebody else."""
    world.dosespot.before["create"] = [lambda: setattr(world.dosespot, "identity", STRANGER)]


@pytest.mark.parametrize("order", [admin(), by_herself()])
def test_an_id_of_somebody_else_is_not_linked_though_the_create_is_answered_with_it(
    order: Any,
) -> None:
    world = World()
    answers_for_another(world)
    told = error(answered_for_another(SHE, STRANGER, CLINICIAN_ID))
    assert raised(world, order) == told
    assert world.did() == [TAKES, ("create", 15.0)]
    assert (ids(world), left(world.fhir.claim)) == ((), (ME, ("create", ME), {}))


def test_an_id_that_could_not_be_looked_at_is_linked_if_nobody_carries_it_and_looked_at_then() -> (
    None
):
    world = World()
    answers_for_another(world)
    world.dosespot.before["ask"] = [None, DOWN]
    assert raised(world) == error(another_person(SHE, STRANGER))
    assert world.did("create", "link") == [("create", 15.0), ("link", CLINICIAN_ID, False)]


def test_actions_are_those_of_the_trail() -> None:
    assert CREATED[0] == AuditAction.CLINICIAN_CREATED
    assert LINKED[0] == AuditAction.CLINICIAN_LINKED
