"""What is next for the record of somebody who is linked: change it, refuse it, leave it."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Holder
from fhir_profiles.codes import ClinicianRole
from shared.claims.rules.steps import Announce, Change, Settle, Wait, record_digest
from shared.enrollment.rules.next_step import CheckGrant, in_vain, left_in_dosespot
from shared.enrollment.rules.situation import Act, Order, Situation
from shared.enrollment.rules.trouble import CHANGE_UNANSWERED
from shared.errors import LookUpFirst, RecordsDisagree
from shared.records.findings import Finding
from shared.records.identity import Identity
from tests.builders import CLINICIAN_ID, practitioner
from tests.core.later_steps import CHANGE, DUE, NOBODYS, TO_PROVE, asked, outdated
from tests.core.run_outcomes import ID
from tests.core.situations import (
    CHANGED,
    IDP,
    JANE,
    ME,
    NOON,
    OTHER,
    SHE,
    STORED,
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

TO_CHANGE = Announce(CHANGE, record_digest(CHANGED))
TOLD = mine(CHANGE, changed_to=record_digest(CHANGED))
DIGEST = in_vain(linked(shown=DUE))


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
