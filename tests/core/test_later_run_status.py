"""The status on the Practitioner as runs write it, whoever writes in between."""

from dataclasses import replace
from typing import Any

from fhir_profiles.registration_status import registration_status
from shared.enrollment.rules.next_step import Remember
from shared.enrollment.rules.refusals import Refusal
from shared.enrollment.rules.trouble import NOT_KEPT
from shared.errors import Misconfigured, RecordsDisagree, StageRefused
from shared.members.rules.another_person import UNKNOWN_ID
from shared.members.rules.clinician import Clinician
from tests.builders import PRACTITIONER_ID
from tests.core.later_runs import PROVED, STATUS, TO_PROVE, asked, at_status, recorded
from tests.core.run_outcomes import raised
from tests.core.situations import CHANGED, IDP, TOKEN, admin, at


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


def test_whoever_waits_for_a_status_is_told_before_it_is_written() -> None:
    world = at_status()
    world.dosespot.reach(TO_PROVE)
    told: list[Any] = []

    def tell(practitioner: str, clinician: Clinician) -> None:
        told.append((practitioner, clinician.status, registration_status(world.fhir.practitioner)))

    order = admin()
    enrollment = replace(world.enrollment, before_status=tell)
    enrollment.run(enrollment.look(world.subject, order), order)
    assert told == [(f"Practitioner/{PRACTITIONER_ID}", TO_PROVE, "Pending")]
    assert registration_status(world.fhir.practitioner) == TO_PROVE.value
