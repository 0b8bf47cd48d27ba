"""What is next once Jane is linked: change, begin a stage, remember, write, settle, refuse."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Claim, Holder
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.claims.rules.steps import Announce, Change, LookAgain, Settle, Wait, record_digest
from shared.enrollment.rules.next_step import (
    Begin,
    CheckGrant,
    Remember,
    WriteStatus,
    in_vain,
    left_in_dosespot,
)
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import Act, Order, Situation
from shared.enrollment.rules.trouble import BEGIN_UNANSWERED, CHANGE_UNANSWERED, NOT_KEPT
from shared.errors import (
    DoseSpotRefused,
    LookUpFirst,
    Misconfigured,
    RecordsDisagree,
    StageRefused,
)
from shared.records.findings import Finding
from shared.records.identity import Identity
from tests.builders import CLINICIAN_ID, practitioner
from tests.core.situations import (
    CHANGED,
    FREE,
    IDP,
    JANE,
    ME,
    MEMBER,
    MOBILE,
    NOON,
    OTHER,
    SHE,
    STORED,
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
    shown,
    situation,
    step,
    subject,
    told,
)

CHANGE = Act.CHANGE
TO_CHANGE = Announce(CHANGE, record_digest(CHANGED))
TOLD = mine(CHANGE, changed_to=record_digest(CHANGED))
NOBODYS = claim(None)
STATUS = RegistrationStatus
PENDING, PROVED, TO_PROVE = STATUS.PENDING, STATUS.IDP_SUCCESS, STATUS.IDP_INITIALIZE_SUCCESS
ID = str(CLINICIAN_ID)
DUE = shown(change=CHANGED)
DIGEST = in_vain(linked(shown=DUE))
NO = DoseSpotRefused("State is not valid")


def outdated(found: Claim = FREE, **changes: Any) -> Situation:
    return linked(found, **{"shown": DUE, **changes})


def asked(*stages: Any, **changes: Any) -> Order:
    return admin(stages=frozenset(stages), **changes)


@pytest.mark.parametrize("order", [admin(), by_herself(), asked(IDP)])
def test_where_all_is_as_it_should_be_nothing_is_done(order: Order) -> None:
    assert step(at_status(TO_PROVE), order) is None
    assert step(at_status(TO_PROVE, NOBODYS), order) is None
    assert step(at_status(TO_PROVE, claim(OTHER, 20)), order) is None


@pytest.mark.parametrize(
    ("who", "differs", "path"),
    [
        ({"npis": frozenset({"1558598797"})}, "NPI", "Practitioner.identifier"),
        ({"birth_date": "1970-03-03"}, "birth date", "Practitioner.birthDate"),
        (
            {
                "npis": frozenset({"1558598797"}),
                "birth_date": "1970-03-03",
                "family_names": {"Jones"},
            },
            "NPI and birth date",
            "Practitioner.identifier, Practitioner.birthDate",
        ),
    ],
)
def test_an_id_of_another_person_is_refused_to_everybody_and_nothing_is_written(
    who: dict[str, Any], differs: str, path: str
) -> None:
    refusal = (
        RecordsDisagree,
        "ProjectMembership.identifier: the DoseSpot clinician with this id has another"
        f" {differs} than the Practitioner, so nothing was changed. Correct the id, or {path}; if"
        " DoseSpot's record is wrong, have DoseSpot support correct it.",
    )
    bare = replace(subject(CLINICIAN_ID), practitioner=practitioner())
    s = outdated(subject=bare, shown=shown(JANE, replace(SHE, **who), change=CHANGED))
    assert told(step(s)) == told(step(s, by_herself())) == refusal


@pytest.mark.parametrize(
    "who",
    [
        SHE,
        replace(SHE, family_names=frozenset({"Jones"})),
        Identity(),
        replace(SHE, npis=frozenset()),
    ],
)
def test_another_name_and_what_dosespot_leaves_out_are_no_reason_against_a_link(
    who: Identity,
) -> None:
    assert step(linked(shown=shown(JANE, who))) is None
    assert step(outdated(shown=shown(JANE, who, change=CHANGED))) == TO_CHANGE


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (outdated(), TO_CHANGE),
        (outdated(claim(OTHER, 20)), Wait(0.5)),
        (outdated(dead(CHANGE)), TO_CHANGE),
        (outdated(TOLD), Change(CHANGED, 15.0)),
        (outdated(replace(TOLD, holder=Holder(ME, at(31)))), Change(CHANGED, 1.0)),
        (outdated(mine(CHANGE, changed_to="another")), TO_CHANGE),
        # A call still running when the claim ends would collide with another run's.
        (outdated(replace(TOLD, holder=Holder(ME, at(1)))), TO_CHANGE),
        (outdated(mine(CHANGE, end_s=0)), TO_CHANGE),
        (outdated(mine(Act.LINK)), TO_CHANGE),
        (outdated(claim(ME, asked=announced(CHANGE, OTHER))), TO_CHANGE),
        # DoseSpot took it: done once, whether or not it shows.
        (outdated(mine(CHANGE), changes=1), Settle({"clinician": ID, "in-vain": DIGEST})),
        (linked(mine(CHANGE), changes=1), Settle({"clinician": ID, "in-vain": None})),
        (linked(TOLD, changes=1), Settle({"changed-to": None, "clinician": ID, "in-vain": None})),
        # DoseSpot did not say: done once more, then left open.
        (outdated(TOLD, changes=1, opened=CHANGE), Change(CHANGED, 15.0)),
        (
            linked(mine(CHANGE), changes=1, opened=CHANGE),
            Settle({"clinician": ID, "in-vain": None}),
        ),
        (outdated(mine(CHANGE), changes=2, opened=CHANGE), (LookUpFirst, CHANGE_UNANSWERED)),
        (
            linked(mine(CHANGE), changes=2, opened=CHANGE),
            Settle({"clinician": ID, "in-vain": None}),
        ),
        (outdated(mine(CHANGE), changes=2), Settle({"clinician": ID, "in-vain": DIGEST})),
        # The same change was in vain before, or another one was.
        (outdated(claim(None, in_vain=str(DIGEST))), None),
        (outdated(claim(None, in_vain="another")), TO_CHANGE),
        # Whom this run created has the record that it sent.
        (outdated(NOBODYS, created=CLINICIAN_ID), None),
    ],
)
def test_a_record_is_changed_under_a_claim_and_not_again_and_again(
    s: Situation, expected: Any
) -> None:
    assert told(step(s)) == expected


def test_what_is_in_vain_is_known_by_what_dosespot_has_and_should_have() -> None:
    assert in_vain(situation(shown=None)) is in_vain(linked()) is None
    assert DIGEST == "74a6aa801192a0a6022ce0cb0ca45c62"
    again = shown(change=dict(reversed(CHANGED.items())), stored=dict(reversed(STORED.items())))
    assert in_vain(linked(shown=again)) == DIGEST
    more = shown(change={**CHANGED, "Address2": NOON})
    less = shown(change=CHANGED, stored={**STORED, "City": "x"})
    assert len({DIGEST, in_vain(linked(shown=more)), in_vain(linked(shown=less))}) == 3


def test_a_stored_record_is_known_again_by_all_that_dosespot_shows_of_it() -> None:
    digest = record_digest(CHANGED)
    emptied = {**CHANGED, "Suffix": "", "NADEANumbers": [], "Email": None, "EPCSRequested": True}
    assert record_digest(dict(reversed(emptied.items()))) == digest
    others = [{**CHANGED, "City": "x"}, {**CHANGED, "Active": False}, {**CHANGED, "Prefix": "Dr"}]
    assert len({digest, *map(record_digest, others)}) == 4


AGENT = frozenset({ClinicianRole.PRESCRIBING_AGENT_CLINICIAN})


@pytest.mark.parametrize(
    ("s", "order", "expected"),
    [
        (outdated(granted=None), by_herself(roles=AGENT), CheckGrant()),
        (linked(granted=None), by_herself(roles=AGENT | admin().roles), CheckGrant()),
        (linked(granted=AGENT), by_herself(roles=AGENT), Announce("begin-idp")),
        (linked(granted=None), by_herself(), Announce("begin-idp")),
        (outdated(granted=None), by_herself(), TO_CHANGE),
        (
            linked(granted=None, shown=shown(stored={})),
            by_herself(roles=AGENT),
            Announce("begin-idp"),
        ),
        (linked(granted=None), admin(roles=AGENT), None),
    ],
)
def test_who_granted_a_role_is_looked_up_only_where_dosespot_does_not_have_it(
    s: Situation, order: Order, expected: Any
) -> None:
    assert told(step(s, order)) == expected


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


LEFT = (Finding("DoseSpot.Email", "is kept"),)


@pytest.mark.parametrize(
    ("s", "left"),
    [
        (linked(shown=None), ()),
        (linked(shown=shown(left=LEFT)), ()),
        (outdated(shown=replace(DUE, left=LEFT)), ()),
        (outdated(claim(None, in_vain=str(DIGEST)), shown=replace(DUE, left=LEFT)), LEFT),
        (outdated(shown=replace(DUE, left=LEFT), changes=1), LEFT),
        (outdated(shown=replace(DUE, left=LEFT), changes=1, opened=CHANGE), ()),
        (outdated(shown=replace(DUE, left=LEFT), changes=1, created=CLINICIAN_ID), ()),
        (outdated(shown=DUE, changes=1), ()),
    ],
)
def test_what_dosespot_holds_otherwise_is_told_once_it_was_asked_in_vain(
    s: Situation, left: tuple[Finding, ...]
) -> None:
    assert left_in_dosespot(s) == left


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
