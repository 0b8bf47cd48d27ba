"""What is next on the way of a patient to DoseSpot: whose claim, what is seen, what was asked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from fhir_profiles.claim import Announced, Claim, Holder
from shared.claims.rules.steps import (
    Announce,
    Change,
    Create,
    Link,
    Look,
    LookAgain,
    Refuse,
    Settle,
    Wait,
    record_digest,
)
from shared.errors import DoseSpotRefused, EnrollmentInProgress, LookUpFirst, RecordsDisagree
from shared.patients.rules.next_step import (
    CHANGE_UNANSWERED,
    CREATE_UNANSWERED,
    SEVERAL,
    PatientAct,
    PatientSituation,
    PatientStep,
    Seen,
    in_progress,
    in_vain,
    next_step,
    unanswered,
)
from shared.timing import Timing

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
ME, OTHER = "run-1", "run-2"
CREATE, CHANGE = PatientAct.CREATE, PatientAct.CHANGE
FREE = Claim("patient.123.p1")
STORED, WANTED = {"City": "Springfield"}, {"City": "Chicago"}
TOLD = record_digest(WANTED)
TO_CHANGE = Announce(CHANGE, TOLD)
NO = DoseSpotRefused("no")
SILENT_CREATE, SILENT_CHANGE = (LookUpFirst, CREATE_UNANSWERED), (LookUpFirst, CHANGE_UNANSWERED)


def claim(
    run: str | None = ME,
    end_s: float = 45,
    act: str | None = None,
    by: str | None = None,
    **memory: str,
) -> Claim:
    """A claim that a run holds, on which it, or another one, has announced an act."""
    asked = act and Announced(act, by or run or OTHER, "Patient/1", "Practitioner/7", NOON)
    holder = run and Holder(run, NOON + timedelta(seconds=end_s))
    facts = {name.replace("_", "-"): value for name, value in memory.items()}
    return Claim("patient.123.p1", {"id": "c1"}, holder or None, asked or None, facts)


def seen(found: Claim = FREE, *ids: int, **changes: Any) -> Seen:
    return Seen(found, frozenset(ids), **changes)


DUE = {"stored": STORED, "change": WANTED}


def situation(saw: Seen | None = None, **changes: Any) -> PatientSituation:
    return replace(PatientSituation(ME, NOON, seen=saw or seen()), **changes)


def told(step: PatientStep | None) -> Any:
    return (type(step.error), str(step.error)) if isinstance(step, Refuse) else step


DIGEST = in_vain(seen(**DUE))
MAY_COME = seen(claim(OTHER, 0, CHANGE, changed_to=TOLD), stored=STORED)
SETTLES = Settle({"changed-to": None, "patient": "7"})
TO_CHANGE_IT = Announce(CHANGE, record_digest({"City": "x"}))


@pytest.mark.parametrize(
    ("s", "expected"),
    [
        (PatientSituation(ME, NOON), Look()),
        (PatientSituation(ME, NOON, linked=7), Look()),
        # Nobody is found.
        (situation(), Announce(CREATE)),
        (situation(seen(claim(None))), Announce(CREATE)),
        (situation(seen(claim(OTHER, 20))), Wait(0.5)),
        (situation(seen(claim(OTHER, 20)), looks=2), Wait(2.0)),
        (situation(seen(claim(OTHER, 0, CREATE))), Announce(CREATE)),
        (situation(seen(claim(OTHER, 3600))), Announce(CREATE)),
        (situation(seen(claim(ME, 45, CREATE))), Create(15.0)),
        (situation(seen(claim(ME, 31, CREATE))), Create(1.0)),
        (situation(seen(claim(ME, 30, CREATE))), Announce(CREATE)),
        (situation(seen(claim(ME, 0, CREATE))), Announce(CREATE)),
        (situation(seen(claim(ME, 45))), Announce(CREATE)),
        (situation(seen(claim(ME, 45, CHANGE))), Announce(CREATE)),
        (situation(seen(claim(ME, 45, CREATE, by=OTHER))), Announce(CREATE)),
        # DoseSpot created the patient, or did not say.
        (situation(seen(claim(ME, 45, CREATE)), created=7), Link(7)),
        (situation(seen(claim(ME, 45, CREATE), 8, 9), created=7), Link(7)),
        (situation(seen(claim(ME, 45, CREATE)), opened=CREATE), LookAgain(0.5)),
        (situation(seen(claim(ME, 45, CREATE)), opened=CREATE, looks=1), LookAgain(1.0)),
        (situation(seen(claim(ME, 0, CREATE)), opened=CREATE), SILENT_CREATE),
        (situation(seen(claim(OTHER, 20)), opened=CREATE), SILENT_CREATE),
        (situation(seen(claim(ME, 45, CREATE), 7), opened=CREATE), Link(7)),
        (situation(seen(claim(ME, 0, CREATE), 7), opened=CREATE), Link(7)),
        (situation(seen(claim(ME, 45, CREATE)), opened=CREATE, created=7), LookAgain(0.5)),
        (situation(seen(claim(ME, 45, CREATE)), opened=CREATE, linked=7), Settle({"patient": "7"})),
        # Somebody is found.
        (situation(seen(FREE, 7)), Link(7)),
        (situation(seen(claim(OTHER, 20), 7)), Link(7)),
        (situation(seen(FREE, 7, 8)), (RecordsDisagree, SEVERAL)),
        (situation(seen(claim(ME, 45, CREATE), 7, 8)), Settle({})),
        (situation(seen(claim(ME, 45, CREATE), 7, 8), left=True), (RecordsDisagree, SEVERAL)),
        (situation(seen(FREE, 7, 8), linked=7), None),
        # The Patient carries an id.
        (situation(linked=7), None),
        (situation(seen(**DUE), linked=7), TO_CHANGE),
        (situation(seen(claim(OTHER, 20), **DUE), linked=7), Wait(0.5)),
        (situation(seen(claim(OTHER, 20)), linked=7), None),
        (
            situation(seen(claim(ME, 45, CHANGE, changed_to=TOLD), **DUE), linked=7),
            Change(WANTED, 15.0),
        ),
        (
            situation(seen(claim(ME, 31, CHANGE, changed_to=TOLD), **DUE), linked=7),
            Change(WANTED, 1.0),
        ),
        (situation(seen(claim(ME, 30, CHANGE, changed_to=TOLD), **DUE), linked=7), TO_CHANGE),
        (situation(seen(claim(ME, 45, CREATE), **DUE), linked=7), TO_CHANGE),
        (situation(seen(claim(ME, 45, CHANGE, changed_to="x"), **DUE), linked=7), TO_CHANGE),
        (
            situation(seen(claim(ME, 45, CHANGE, changed_to=TOLD)), linked=7, changes=1),
            Settle({"changed-to": None, "in-vain": None, "patient": "7"}),
        ),
        (situation(seen(claim(None, in_vain=str(DIGEST)), **DUE), linked=7), None),
        (situation(seen(claim(None, in_vain="x"), **DUE), linked=7), TO_CHANGE),
        # A change is repeated once, where DoseSpot did not say.
        (
            situation(seen(claim(ME, 45, CHANGE), **DUE), linked=7, changes=1),
            Settle({"in-vain": DIGEST, "patient": "7"}),
        ),
        (
            situation(seen(claim(ME, 45, CHANGE)), linked=7, changes=1),
            Settle({"in-vain": None, "patient": "7"}),
        ),
        (
            situation(
                seen(claim(ME, 45, CHANGE, changed_to=TOLD), **DUE),
                linked=7,
                changes=1,
                opened=CHANGE,
            ),
            Change(WANTED, 15.0),
        ),
        (
            situation(seen(claim(ME, 45, CHANGE), **DUE), linked=7, changes=2, opened=CHANGE),
            SILENT_CHANGE,
        ),
        (
            situation(seen(claim(ME, 45, CHANGE)), linked=7, changes=2, opened=CHANGE),
            Settle({"in-vain": None, "patient": "7"}),
        ),
        (
            situation(seen(claim(ME, 45, CHANGE), **DUE), linked=7, changes=2),
            Settle({"in-vain": DIGEST, "patient": "7"}),
        ),
        # The claim is given back, also one of a run that died.
        (situation(seen(claim(ME, 45, CREATE)), linked=7), Settle({"patient": "7"})),
        (situation(seen(claim(ME, -9, CREATE)), linked=7), Settle({"patient": "7"})),
        (situation(seen(claim(ME, 45, CREATE)), linked=7, left=True), None),
        (situation(seen(claim(OTHER, -9, CREATE)), linked=7), Settle({"patient": "7"})),
        (situation(seen(claim(OTHER, 0, CREATE)), linked=7), Settle({"patient": "7"})),
        (situation(seen(claim(None, act=CREATE)), linked=7), Settle({"patient": "7"})),
        (situation(seen(claim(OTHER, 20, CREATE)), linked=7), None),
        (situation(seen(claim(OTHER, -9)), linked=7), None),
        (situation(seen(claim(OTHER, -9, CREATE)), linked=7, left=True), None),
        # Another run's change may still come, unless it shows.
        (situation(MAY_COME, linked=7), None),
        (situation(MAY_COME, linked=7, now=NOON + timedelta(seconds=104)), None),
        (situation(MAY_COME, linked=7, now=NOON + timedelta(seconds=105)), SETTLES),
        (situation(replace(MAY_COME, stored=WANTED), linked=7), SETTLES),
        (situation(replace(MAY_COME, change={"City": "x"}), linked=7, left=True), TO_CHANGE_IT),
        # What was not answered is not settled because it is in vain.
        (
            situation(
                seen(claim(ME, 45, CHANGE, in_vain=str(DIGEST)), **DUE),
                linked=7,
                changes=1,
                opened=CHANGE,
            ),
            None,
        ),
        # Trouble ends the run, and leaves open what is open.
        (situation(trouble=NO), (DoseSpotRefused, "no")),
        (situation(seen(claim(OTHER, -9, CREATE)), trouble=NO), (DoseSpotRefused, "no")),
        (situation(seen(claim(ME, 45, CREATE)), trouble=NO), Settle({})),
        (situation(seen(claim(ME, 45, CREATE)), trouble=NO, left=True), (DoseSpotRefused, "no")),
        (
            situation(seen(claim(ME, 45, CREATE)), trouble=NO, opened=CREATE),
            (DoseSpotRefused, "no"),
        ),
        (
            situation(seen(claim(ME, 45, CHANGE), **DUE), linked=7, trouble=NO, changes=1),
            Settle({"patient": "7"}),
        ),
        (
            situation(
                seen(claim(ME, 45, CHANGE), **DUE),
                linked=7,
                trouble=NO,
                changes=2,
                opened=CHANGE,
            ),
            (DoseSpotRefused, "no"),
        ),
    ],
)
def test_every_situation_has_one_next_step(s: PatientSituation, expected: Any) -> None:
    assert told(next_step(s, Timing())) == expected


def test_a_claim_that_was_not_read_is_nobodys_to_ask_for() -> None:
    unread = PatientSituation(ME, NOON)
    for ask in (lambda: unread.claim, lambda: unread.holds, lambda: unread.with_claim(FREE)):
        with pytest.raises(ValueError, match=r"^the claim has not been read$"):
            ask()
    before = situation(seen(FREE, 7), looks=2)
    assert before.with_claim(claim(ME)) == situation(seen(claim(ME), 7), looks=2)


@pytest.mark.parametrize(
    ("run", "end_s", "seconds"),
    [(OTHER, 20, 20), (OTHER, 20.4, 20), (OTHER, 0.2, 1), (OTHER, -3, 1), (ME, 20, 1)],
)
def test_the_error_about_another_run_says_when_to_try_again(
    run: str, end_s: float, seconds: int
) -> None:
    told_ = in_progress(situation(seen(claim(run, end_s))), Timing())
    sentence = f"Another run is sending this patient to DoseSpot. Try again in {seconds} seconds."
    assert (type(told_), str(told_)) == (EnrollmentInProgress, sentence)


def test_the_error_about_silence_says_what_was_asked() -> None:
    assert [str(unanswered(act)) for act in (CREATE, CHANGE)] == [
        CREATE_UNANSWERED,
        CHANGE_UNANSWERED,
    ]


def test_what_is_in_vain_is_known_by_what_dosespot_has_and_should_have() -> None:
    assert in_vain(seen()) is None
    turned = {"stored": {"b": 1, "a": NOON}, "change": {"d": 1, "c": 2}}
    same = {"stored": {"a": NOON, "b": 1}, "change": {"c": 2, "d": 1}}
    assert in_vain(seen(**turned)) == in_vain(seen(**same))
    assert DIGEST == "aee21a97029dd60bb7f43ed29d2e5bdb"
    assert in_vain(seen(stored=STORED, change={})) not in (None, DIGEST)


def test_no_situation_is_without_an_answer() -> None:
    claims = [FREE, claim(None, act=CREATE), claim(ME, 45, CREATE), claim(ME, 45, CHANGE)]
    claims += [claim(ME, 0, CREATE), claim(OTHER, 20, CREATE), claim(OTHER, 0, CHANGE)]
    both = [False, True]
    for found, ids, due, linked, opened, changes, left, trouble in product(
        claims, [(), (7,), (7, 8)], both, [None, 7], [None, CREATE, CHANGE], [0, 1, 2], both, both
    ):
        s = situation(
            seen(found, *ids, **(DUE if due else {})),
            linked=linked,
            opened=opened,
            changes=changes,
            left=left,
            trouble=NO if trouble else None,
        )
        step = next_step(s, Timing())
        if isinstance(step, Create | Change):
            assert s.holds
        if step is None:
            assert s.linked is not None
        if trouble:
            assert isinstance(step, Settle | Refuse)
