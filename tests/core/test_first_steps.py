"""What is next until the membership carries the clinician's id: create, find, link or refuse."""

from dataclasses import replace
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.registration_status import with_registration_status
from shared.claims.rules.steps import Announce, Create, Link, Look, LookAgain, Settle, Wait
from shared.enrollment.rules.next_step import CheckClaim, CheckGrant
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.situation import Act, Order, Shown, Situation
from shared.enrollment.rules.trouble import (
    ASK_ADMINISTRATOR,
    CREATE_UNANSWERED,
    NOT_GRANTED,
    answered_for_another,
)
from shared.errors import (
    DoseSpotRefused,
    EnrollmentLimitReached,
    LookUpFirst,
    NotAuthorized,
    RecordsDisagree,
    RecordsRefused,
    StageRefused,
)
from shared.members.rules.another_person import UNKNOWN_ID, another_person
from shared.records.identity import Identity
from tests.builders import CLINICIAN_ID, practitioner
from tests.core.situations import (
    FREE,
    IDP,
    JANE,
    ME,
    MEMBER,
    OTHER,
    SHE,
    STRANGER,
    TFA,
    admin,
    announced,
    by_herself,
    claim,
    dead,
    error,
    found,
    linked,
    mine,
    shown,
    situation,
    step,
    subject,
    told,
)

CREATE, LINK, CHANGE = Act.CREATE, Act.LINK, Act.CHANGE
NOBODYS = claim(None)
LIMIT = EnrollmentLimitReached("2 of 2")
NO = DoseSpotRefused("State is not valid")
UNANSWERED = (LookUpFirst, CREATE_UNANSWERED)


def answered(at_all: Claim = FREE, **changes: Any) -> Situation:
    """DoseSpot gave an id to the clinician whom this run created."""
    return situation(at_all, created=CLINICIAN_ID, **changes)


@pytest.mark.parametrize(
    "unread",
    [
        situation(records=None),
        situation(shown=None),
        situation(records=None, shown=None),
        linked(shown=None),
    ],
)
def test_both_systems_are_read_before_anything_is_decided(unread: Situation) -> None:
    assert step(unread) == step(unread, by_herself()) == Look()


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        # Whose the claim is.
        (situation(), Announce(CREATE)),
        (situation(NOBODYS), Announce(CREATE)),
        (situation(mine(CREATE)), Create(15.0)),
        (situation(mine(CREATE, end_s=31)), Create(1.0)),
        (situation(mine(CREATE, end_s=30)), Announce(CREATE)),
        (situation(mine(CREATE, end_s=0)), Announce(CREATE)),
        (situation(mine(CREATE, end_s=-1)), Announce(CREATE)),
        (situation(mine(LINK)), Announce(CREATE)),
        (situation(claim(ME)), Announce(CREATE)),
        (situation(claim(ME, asked=announced(CREATE, OTHER))), Announce(CREATE)),
        (situation(claim(OTHER, 20)), Wait(0.5)),
        (situation(claim(OTHER, 45, announced(CREATE, OTHER)), looks=2), Wait(2.0)),
        (situation(claim(OTHER, 20), looks=3), Wait(4.0)),
        (situation(claim(OTHER, 20), looks=9), Wait(4.0)),
        (situation(claim(OTHER, 0)), Announce(CREATE)),
        (situation(claim(OTHER, 3600)), Announce(CREATE)),
        (situation(dead(CREATE)), Announce(CREATE)),
        # DoseSpot said that it created the clinician.
        (answered(mine(CREATE)), Link(CLINICIAN_ID)),
        (answered(mine(CREATE), shown=shown()), Link(CLINICIAN_ID)),
        (answered(mine(CREATE, end_s=0)), Announce(LINK)),
        (answered(claim(OTHER, 20)), Wait(0.5)),
        (answered(mine(LINK)), Link(CLINICIAN_ID)),
        (answered(mine(CHANGE)), Announce(LINK)),
        (answered(claim(ME, asked=announced(CREATE, OTHER))), Link(CLINICIAN_ID)),
        # DoseSpot did not say whether it did.
        (situation(mine(CREATE), opened=CREATE), LookAgain(0.5)),
        (situation(mine(CREATE), opened=CREATE, looks=1), LookAgain(1.0)),
        (situation(mine(CREATE, end_s=0.1), opened=CREATE, looks=7), LookAgain(4.0)),
        (situation(mine(CREATE, end_s=0), opened=CREATE), UNANSWERED),
        (situation(claim(OTHER, 20), opened=CREATE), UNANSWERED),
        (found(mine(CREATE), opened=CREATE), Link(CLINICIAN_ID)),
        # DoseSpot refused.
        (situation(mine(CREATE), refused=NO), Settle()),
        (situation(NOBODYS, refused=NO, left=True), (DoseSpotRefused, "State is not valid")),
        (situation(claim(OTHER, 20), refused=NO), (DoseSpotRefused, "State is not valid")),
        (found(mine(CREATE), refused=NO), Link(CLINICIAN_ID)),
    ],
)
def test_a_clinician_is_created_under_a_claim_and_linked_under_the_same(
    s: Situation, expected: Any
) -> None:
    assert told(step(s)) == expected


@pytest.mark.parametrize(
    ("s", "order", "expected"),
    [
        (situation(subject=subject(active=False)), admin(), (StageRefused, Refusal.INACTIVE)),
        (situation(), admin(stages=frozenset({IDP})), Announce(CREATE)),
        (situation(), admin(stages=frozenset({TFA})), (StageRefused, Refusal.IDP_NOT_COMPLETED)),
        (
            situation(subject=subject(dea=())),
            admin(stages=frozenset({IDP, TFA})),
            (StageRefused, Refusal.NO_DEA_NUMBER),
        ),
        (
            situation(subject=subject(dea=(), active=False)),
            admin(stages=frozenset({IDP})),
            (StageRefused, f"{Refusal.NO_DEA_NUMBER} {Refusal.INACTIVE}"),
        ),
        (
            situation(subject=subject(active=False)),
            admin(stages=frozenset({IDP})),
            (StageRefused, Refusal.INACTIVE),
        ),
        # What was refused by DoseSpot is told after what is wrong with the records.
        (
            situation(subject=subject(active=False), refused=NO),
            admin(),
            (StageRefused, Refusal.INACTIVE),
        ),
    ],
)
def test_nobody_is_created_for_a_stage_that_is_refused(
    s: Situation, order: Order, expected: Any
) -> None:
    assert told(step(s, order)) == expected


def test_who_may_not_be_created_is_told_why_and_who_is_created_is_not_asked_again() -> None:
    def limited(s: Situation) -> Situation:
        assert s.records is not None
        return replace(s, records=replace(s.records, obstacle=LIMIT))

    limit = (EnrollmentLimitReached, "2 of 2")
    assert told(step(limited(situation()))) == limit
    assert told(step(limited(situation()), by_herself())) == limit
    assert told(step(limited(situation(mine(CREATE))))) == Settle()
    assert told(step(limited(answered(mine(CREATE))))) == Link(CLINICIAN_ID)
    assert told(step(limited(situation(mine(CREATE), opened=CREATE)))) == LookAgain(0.5)
    assert told(step(limited(found()))) == Announce(LINK)
    assert told(step(limited(situation(refused=NO)))) == (DoseSpotRefused, "State is not valid")
    assert told(step(limited(situation(granted=frozenset())), by_herself()))[1] == NOT_GRANTED


def test_records_that_conflict_stop_everything() -> None:
    conflict = RecordsRefused("another Practitioner has the same NPI")
    refusal = (RecordsRefused, "another Practitioner has the same NPI")
    for s in (situation(), found(), linked(), situation(subject=subject(CLINICIAN_ID))):
        assert s.records is not None
        stopped = replace(s, records=replace(s.records, conflict=conflict))
        assert told(step(stopped)) == told(step(stopped, by_herself())) == refusal


def test_an_id_that_dosespot_does_not_know_is_refused() -> None:
    assert told(step(situation(subject=subject(CLINICIAN_ID)))) == (RecordsDisagree, UNKNOWN_ID)
    assert told(step(situation(subject=subject(CLINICIAN_ID), created=CLINICIAN_ID))) == (
        RecordsDisagree,
        UNKNOWN_ID,
    )


def she(**changes: Any) -> Identity:
    return replace(SHE, **changes)


NPI = frozenset({"1558598797"})
FINDS = "DoseSpot's lookup by NPI finds a clinician who has another"
DIFFERING = {
    f"Practitioner.identifier: {FINDS} NPI": she(npis=NPI),
    f"Practitioner.birthDate: {FINDS} birth date": she(birth_date="1970-03-03"),
    f"Practitioner.name: {FINDS} family name": she(family_names=frozenset({"Jones"})),
    "Practitioner.identifier, Practitioner.birthDate, Practitioner.name:"
    f" {FINDS} NPI, birth date and family name": Identity(NPI, "1970-03-03", frozenset({"Jones"})),
    f"Practitioner.name: {FINDS} family name ": she(
        birth_date="", family_names=frozenset({"Jones"})
    ),
}
MISSING = {
    "NPI": she(npis=frozenset()),
    "birth date": she(birth_date=""),
    "family name": she(family_names=frozenset()),
    "NPI, birth date and family name": Identity(),
}
ASKED_HERE = (dead(CREATE), claim(None, created_for=MEMBER))


@pytest.mark.parametrize(("sentence", "who"), DIFFERING.items())
@pytest.mark.parametrize("at_all", [FREE, dead(CREATE), claim(None, created_for=MEMBER)])
@pytest.mark.parametrize("opened", [None, CREATE])
def test_somebody_else_is_never_linked(
    sentence: str, who: Identity, at_all: Claim, opened: str | None
) -> None:
    refusal = (
        RecordsDisagree,
        f"{sentence.strip()}, so nobody was linked and nothing was changed. Check that the NPI is"
        " this person's. If DoseSpot's record is wrong, have DoseSpot support correct it.",
    )
    for order in (admin(), by_herself()):
        assert told(step(found(at_all, who, opened=opened), order)) == refusal


@pytest.mark.parametrize(("traits", "who"), MISSING.items())
@pytest.mark.parametrize("at_all", [FREE, *ASKED_HERE])
def test_what_dosespot_does_not_show_proves_nothing(
    traits: str, who: Identity, at_all: Claim
) -> None:
    refusal = (
        RecordsDisagree,
        "Practitioner.identifier: DoseSpot knows a clinician with this NPI but does not show the"
        f" {traits}, so nobody was linked and nothing was changed. Have DoseSpot support check who"
        " it is, then add the clinician's id to ProjectMembership.identifier.",
    )
    for order in (admin(), by_herself()):
        assert told(step(found(at_all, who), order)) == refusal


@pytest.mark.parametrize(
    "at_all", [FREE, NOBODYS, dead(CREATE), dead(LINK), dead(CREATE, subject=STRANGER)]
)
@pytest.mark.parametrize("trusted", [None, False, True])
def test_an_administrator_links_the_same_person_whoever_asked_for_them(
    at_all: Claim, trusted: bool | None
) -> None:
    assert step(found(at_all, trusted=trusted)) == Announce(LINK)
    assert step(found(mine(LINK), trusted=trusted)) == Link(CLINICIAN_ID)


@pytest.mark.parametrize(
    ("at_all", "asked_here"),
    [
        (FREE, False),
        (NOBODYS, False),
        (dead(CREATE), True),
        (claim(OTHER, 20, announced(CREATE, OTHER)), True),
        (dead(CREATE, subject=STRANGER), False),
        (dead(LINK), False),
        (dead(CHANGE), False),
        (claim(None, created_for=MEMBER), True),
        (claim(None, created_for=STRANGER), False),
        (claim(None, clinician=str(CLINICIAN_ID)), False),
        (dead(CREATE, subject=STRANGER, created_for=MEMBER), True),
    ],
)
@pytest.mark.parametrize("trusted", [None, False, True])
@pytest.mark.parametrize("granted", [None, admin().roles])
def test_she_is_linked_by_herself_only_to_whom_her_own_claim_is_trusted_to_have_asked_for(
    at_all: Claim, asked_here: bool, trusted: bool | None, granted: Any
) -> None:
    s = found(at_all, trusted=trusted, granted=granted)
    if not asked_here or trusted is False:
        expected: Any = (RecordsDisagree, ASK_ADMINISTRATOR)
    elif granted is None:
        expected = CheckGrant()
    elif trusted is None:
        expected = CheckClaim()
    elif at_all.holder is not None and at_all.holder.until > s.now:
        expected = Wait(0.5)
    else:
        expected = Announce(LINK)
    assert told(step(s, by_herself())) == expected


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (situation(granted=None), CheckGrant()),
        (situation(granted=frozenset()), (NotAuthorized, NOT_GRANTED)),
        (situation(mine(CREATE), granted=frozenset()), Settle()),
        (
            situation(granted=frozenset(), subject=subject(active=False)),
            (StageRefused, Refusal.INACTIVE),
        ),
        (situation(), Announce(CREATE)),
        (situation(mine(CREATE)), Create(15.0)),
        (answered(mine(CREATE)), Link(CLINICIAN_ID)),
        (answered(mine(CREATE), shown=shown(identity=Identity())), Link(CLINICIAN_ID)),
        (answered(mine(CREATE), granted=None), CheckGrant()),
        (situation(mine(CREATE), opened=CREATE), LookAgain(0.5)),
        (situation(mine(CREATE), opened=CREATE, granted=frozenset()), LookAgain(0.5)),
        (found(mine(CREATE), opened=CREATE), Link(CLINICIAN_ID)),
        (found(mine(CREATE), opened=CREATE, trusted=False), Link(CLINICIAN_ID)),
        # DoseSpot refused to create whom it knows: she was there before.
        (found(mine(CREATE), refused=NO, left=True), (RecordsDisagree, ASK_ADMINISTRATOR)),
        (found(mine(CREATE), refused=NO), Settle({})),
        (found(claim(None, created_for=MEMBER), refused=NO), (RecordsDisagree, ASK_ADMINISTRATOR)),
    ],
)
def test_she_enrolls_herself_as_far_as_an_administrator_granted(
    s: Situation, expected: Any
) -> None:
    assert told(step(s, by_herself())) == expected


def test_whom_this_run_created_is_the_prescriber_unless_dosespot_shows_somebody_else() -> None:
    bare = shown(identity=Identity())
    assert step(answered(mine(CREATE), shown=bare)) == Link(CLINICIAN_ID)
    other = replace(bare, clinician=replace(JANE, id=9))
    assert told(step(answered(NOBODYS, shown=other)))[0] is RecordsDisagree
    for differs in ({"birth_date": "1970-03-03"}, {"family_names": frozenset({"Jones"})}):
        somebody = she(**differs)
        told_ = told(step(answered(NOBODYS, shown=shown(identity=somebody), left=True)))
        assert told_ == error(answered_for_another(SHE, somebody, CLINICIAN_ID))
        assert told(step(linked(created=CLINICIAN_ID, shown=shown(identity=somebody)))) == (
            None if "family_names" in differs else error(another_person(SHE, somebody))
        )


def test_an_answer_for_another_person_says_what_differs_and_what_to_do() -> None:
    assert answered_for_another(SHE, SHE, 7) is answered_for_another(SHE, Identity(), 7) is None
    stranger = Identity(frozenset({"1000000004"}), "1970-03-03", frozenset({"Jones"}))
    assert error(answered_for_another(SHE, stranger, 7)) == (
        RecordsDisagree,
        "ProjectMembership.identifier: DoseSpot answered that it created the clinician with the id"
        " 7, who has another NPI, birth date and family name than the Practitioner, so nobody was"
        " linked. Have DoseSpot support check which clinician was created, then run the bot again:"
        " it checks before it writes.",
    )


def test_nothing_is_written_on_a_practitioner_who_is_not_linked() -> None:
    bare = replace(subject(), practitioner=practitioner())
    assert told(step(found(identity=she(npis=NPI), subject=bare)))[0] is RecordsDisagree
    assert told(step(situation(subject=bare, shown=Shown(), refused=NO)))[0] is DoseSpotRefused
    hers = told(step(found(subject=bare), by_herself()))
    assert hers == (RecordsDisagree, ASK_ADMINISTRATOR)
    assert step(situation(subject=bare, recorded=True)) == Announce(CREATE)
    kept = with_registration_status(practitioner(), "IDPSuccess")
    other = replace(subject(9), practitioner=kept)
    assert told(step(found(subject=other, recorded=False))) == Announce(LINK)
