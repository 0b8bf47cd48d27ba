"""Runs about somebody who is linked: changes, stages, the second factor, the status, the trail."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Announced, Claim, Holder
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.registration_status import registration_status
from shared.claims.rules.steps import record_digest
from shared.enrollment.enroll import Outcome
from shared.enrollment.rules.next_step import Remember
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.trouble import BEGIN_UNANSWERED, CHANGE_UNANSWERED, NOT_KEPT
from shared.errors import (
    BotError,
    DoseSpotRefused,
    LookUpFirst,
    Misconfigured,
    RecordsDisagree,
    RemoteUnavailable,
    StageRefused,
)
from shared.members.rules.another_person import UNKNOWN_ID
from shared.records.findings import Finding
from tests.builders import CLINICIAN_ID
from tests.core.one_run import World
from tests.core.situations import (
    CHANGED,
    IDP,
    JANE,
    KEY,
    ME,
    MEMBER,
    OTHER,
    TFA,
    TOKEN,
    admin,
    at,
    by_herself,
    error,
)

ID = str(CLINICIAN_ID)
STATUS = RegistrationStatus
PROVED, TO_PROVE = STATUS.IDP_SUCCESS, STATUS.IDP_INITIALIZE_SUCCESS
GIVES_BACK = ("write claim", None, None)
EDIT = ("edit", CLINICIAN_ID, dict(CHANGED), 15.0)
DOWN, SILENT, NO = RemoteUnavailable("down"), LookUpFirst("?"), DoseSpotRefused("not valid")
VERSION = "11111111-0000-4000-8000-000000000001"
BEGIN_IDP = ("begin", CLINICIAN_ID, "begin-idp", "Mobile", 45.0)
BEGIN_TFA = ("begin", CLINICIAN_ID, "begin-tfa", "Mobile", 45.0)


def takes(act: str) -> tuple[Any, ...]:
    return ("write claim", ME, (act, ME))


def gives_back(act: str) -> tuple[Any, ...]:
    """The claim is given back, and what was announced is still to be settled."""
    return ("write claim", None, (act, ME))


def deed(name: str, run: str = ME, *who: str) -> tuple[str, ...]:
    return (name, f"DoseSpot {ID}", f"{name}.{ID}.{run}", *who)


def recorded(status: RegistrationStatus) -> tuple[str, ...]:
    return ("recorded", status.value, "Pending", status.value, VERSION)


def at_status(status: RegistrationStatus = STATUS.PENDING, **changes: Any) -> World:
    return World(replace(JANE, status=status, **changes), linked=True)


def outdated(**changes: Any) -> World:
    world = at_status(**changes)
    world.dosespot.due = CHANGED
    return world


def asked(*stages: Any, **changes: Any) -> Any:
    return admin(stages=frozenset(stages), **changes)


def raised(world: World, order: Any = None) -> tuple[type[BotError], str]:
    with pytest.raises(BotError) as caught:
        world.run(order)
    return error(caught.value)


def left(world: World) -> tuple[Any, Any, Any]:
    claim = world.fhir.claim
    act = claim.announced and (claim.announced.act, claim.announced.run)
    return claim.holder and claim.holder.run, act, dict(claim.memory)


def dead_run(world: World, act: str, since_s: float = -100.0, **memory: str) -> None:
    """Another run announced an act and died."""
    told = Announced(act, OTHER, MEMBER, "Practitioner/2", at(since_s))
    world.fhir.store(Claim(KEY, world.fhir.claim.resource, Holder(OTHER, at(-1)), told, memory))


# Changes of the record.


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


# Stages.


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


# Roles that a prescriber's own run would add.


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


# The status on the Practitioner.


def test_where_somebody_wrote_in_between_dosespot_is_asked_again() -> None:
    world = at_status()
    world.dosespot.reach(TO_PROVE)

    def meanwhile() -> None:
        world.dosespot.reach(PROVED)
        meta = {"versionId": "newer"}
        world.fhir.practitioner = {**world.fhir.practitioner, "meta": meta, "active": False}

    world.fhir.before["write status"] = [meanwhile]
    outcome = world.run()
    assert world.did("ask", "write status") == [("ask", 4711), "write status", ("ask", 4711)]
    assert world.diary.kept == [("recorded", "IDPSuccess", "Pending", "IDPSuccess", "newer")]
    assert registration_status(world.fhir.practitioner) == "IDPSuccess"
    assert (outcome.clinician.status, outcome.expected.status) == (PROVED, PROVED)
    assert outcome.subject.practitioner["active"] is False


def test_a_qualification_begins_when_the_bot_writes_it() -> None:
    world = at_status()
    world.dosespot.reach(STATUS.TFA_ACTIVATED_SUCCESS)
    world.time.passed_s = 3.0
    world.run()
    (entry,) = world.fhir.practitioner["qualification"]
    assert entry["period"] == {"start": "2026-03-10T12:00:03+00:00"}


def test_a_status_that_somebody_else_wrote_is_not_this_runs() -> None:
    world = at_status()
    world.dosespot.reach(TO_PROVE)

    def meanwhile() -> None:
        written = {"url": "https://dosespot.com/registration-status", "valueCode": TO_PROVE.value}
        meta = {"versionId": "newer"}
        world.fhir.practitioner = {**world.fhir.practitioner, "meta": meta, "extension": [written]}

    world.fhir.before["write status"] = [meanwhile]
    outcome = world.run()
    assert (world.diary.kept, outcome.clinician.status) == ([], TO_PROVE)


def test_a_clinician_who_is_gone_when_the_status_is_written_is_refused() -> None:
    world = at_status()
    world.dosespot.reach(TO_PROVE)

    def gone() -> None:
        world.dosespot.known = {}
        world.fhir.practitioner = {**world.fhir.practitioner, "meta": {"versionId": "newer"}}

    world.fhir.before["write status"] = [gone]
    assert raised(world) == (RecordsDisagree, UNKNOWN_ID)


def test_a_server_that_keeps_no_status_is_told_of() -> None:
    world = at_status()
    world.dosespot.reach(TO_PROVE)
    world.fhir.keeps = False
    assert raised(world) == (Misconfigured, NOT_KEPT)
    assert world.did() == ["write status"]


def test_a_refused_stage_changes_nothing_but_the_status() -> None:
    world = at_status()
    world.dosespot.reach(STATUS.REGISTRATION_ERROR)
    world.dosespot.due = CHANGED
    assert raised(world, asked(IDP)) == (StageRefused, Refusal.REGISTRATION_FAILED)
    assert world.did() == ["write status"]
    assert world.diary.kept == [recorded(STATUS.REGISTRATION_ERROR)]


def test_the_clock_is_asked_after_every_step() -> None:
    world = at_status()
    enrollment = world.enrollment
    s = enrollment.look(world.subject, admin())
    world.time.passed_s = 7.0
    assert enrollment.take(Remember(TOKEN), s, admin()).now == at(7.0)
