"""Runs about somebody who is not linked yet: one clinician, whatever happens in between."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Announced, Claim, Holder
from fhir_profiles.clinician_identifier import clinician_ids, with_clinician_id
from shared.enrollment.enroll import Outcome
from shared.enrollment.fhir_members import SHARED_ID
from shared.enrollment.rules.trouble import (
    ASK_ADMINISTRATOR,
    CREATE_UNANSWERED,
    answered_for_another,
)
from shared.errors import (
    BotError,
    DoseSpotRefused,
    EnrollmentInProgress,
    FhirDenied,
    LookUpFirst,
    RecordsDisagree,
    RemoteUnavailable,
)
from shared.members.rules.another_person import UNKNOWN_ID, another_person
from shared.records.findings import Finding
from tests.builders import CLINICIAN_ID
from tests.core.one_run import World
from tests.core.situations import (
    JANE,
    KEY,
    ME,
    MEMBER,
    OTHER,
    PRESCRIBING,
    SHE,
    WHO,
    admin,
    at,
    by_herself,
    error,
)

ID = str(CLINICIAN_ID)
CREATED = ("clinician-created", f"DoseSpot {ID}", f"clinician-created.{ID}")
VERSION = f"clinician-linked.{MEMBER.replace('/', '.')}.linked"
LINKED = ("clinician-linked", f"DoseSpot {ID}", VERSION)
RECORDED = ("recorded", "Pending", "none", "Pending", "11111111-0000-4000-8000-000000000001")
KNOWN = {"clinician": ID, "created-for": MEMBER}
TAKES, GIVES_BACK = ("write claim", ME, ("create", ME)), ("write claim", None, None)
TAKES_TO_LINK = ("write claim", ME, ("link", ME))
DOWN = RemoteUnavailable("down")
SILENT = LookUpFirst("?")
NO = DoseSpotRefused("State is not valid")


def raised(world: World, order: Any = None) -> tuple[type[BotError], str]:
    with pytest.raises(BotError) as caught:
        world.run(order)
    return error(caught.value)


def left(claim: Claim) -> tuple[Any, Any, Any]:
    """A claim as those who come next find it."""
    asked = claim.announced
    return claim.holder and claim.holder.run, asked and (asked.act, asked.run), dict(claim.memory)


def ids(world: World) -> tuple[int, ...]:
    return clinician_ids(world.fhir.membership).numbers


def others_claim(world: World, act: str = "create", end_s: float = 20) -> Claim:
    """The claim, taken by another run, which has announced an act for Jane."""
    asked = Announced(act, OTHER, MEMBER, "Practitioner/2", at(end_s - 45))
    world.fhir.store(replace(world.fhir.claim, holder=Holder(OTHER, at(end_s)), announced=asked))
    return world.fhir.claim


def created_by_another(world: World, *, links: bool = True) -> None:
    """Another run creates the clinician."""
    world.dosespot.known[CLINICIAN_ID] = JANE
    if links:
        world.fhir.membership = with_clinician_id(world.fhir.membership, CLINICIAN_ID)


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


@pytest.mark.parametrize("order", [admin(), by_herself()])
def test_the_claim_says_who_asked_whom_for_what_until_when(order: Any) -> None:
    world = World()
    seen: list[Claim] = []
    world.dosespot.before["create"] = [lambda: seen.append(world.fhir.claim)]
    world.run(order)
    (claim,) = seen
    assert claim.holder == Holder(ME, at(45))
    assert claim.announced == Announced("create", ME, MEMBER, WHO, at(0))


def test_the_second_run_writes_nothing() -> None:
    world = World()
    world.run()
    world.run(run=OTHER)
    assert world.calls == ["records", ("ask", CLINICIAN_ID)]
    assert world.diary.kept == []


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
    s = enrollment.with_missing_looked_up(of_another, admin())
    assert (s.rounds, s.clinician) == (5, replace(JANE, id=9))
    assert enrollment.with_missing_looked_up(s, admin()) == replace(s, rounds=6)
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
    later = enrollment.ask_network(s, admin())
    assert (later.was_active, later.clinician) == (True, replace(JANE, active=False))
    assert (
        enrollment.ask_network(replace(s, rounds=0, was_active=None), admin()).was_active is False
    )
    assert world.dosespot.compared[-1] == (["PrescribingClinician"], False)
    gone = replace(s, subject=replace(s.subject, clinician_id=8))
    assert enrollment.ask_network(gone, admin()).was_active is True


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


def test_actions_are_those_of_the_trail() -> None:
    assert CREATED[0] == AuditAction.CLINICIAN_CREATED
    assert LINKED[0] == AuditAction.CLINICIAN_LINKED
