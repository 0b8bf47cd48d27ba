"""Every change and every refused attempt leaves an AuditEvent: who, whom, what, outcome."""

from typing import Any

import pytest

from fhir_profiles.systems import AUDIT_KEY
from tests.integration.clinic import Clinic, Member
from tests.integration.self_service import add_patient, enrolled, sync


def _events(clinic: Clinic, member: Member) -> list[dict[str, Any]]:
    """What is kept about a prescriber, oldest first."""
    return clinic.events(f"Practitioner/{member.id}")


def _told(events: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(event["subtype"][0]["code"], event["outcome"]) for event in events]


def test_a_first_run_keeps_what_it_did(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    events = _events(clinic, prescriber)
    assert sorted(_told(events)) == [
        ("clinician-created", "0"),
        ("clinician-linked", "0"),
        ("status-recorded", "0"),
    ]
    who = f"Practitioner/{clinic.admin.id}"
    assert {event["agent"][0]["who"]["reference"] for event in events} == {who}
    assert {event["source"]["observer"]["display"] for event in events} == {"admin_enroll"}


def test_a_run_that_changes_nothing_keeps_nothing(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    before = len(_events(clinic, prescriber))
    clinic.enroll(prescriber)
    assert len(_events(clinic, prescriber)) == before


def test_stages_and_corrections_are_kept(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.prescriber_does(prescriber, "sign-agreements")
    clinic.enroll(prescriber, initIdp=True)
    clinic.set_clinician(prescriber, status="TFAActivatedSuccess")
    clinic.enroll(prescriber)
    clinic.set_clinician(prescriber, locked=True)
    clinic.enroll(prescriber)
    details = [event["outcomeDesc"] for event in _events(clinic, prescriber)]
    assert "TFAActivatedSuccess, EPCS enabled" in details
    assert details[-1] == "TFAActivatedSuccess, EPCS not enabled"
    assert ("idp-initialized", "0") in _told(_events(clinic, prescriber))


def test_a_refused_stage_is_kept_with_its_reason(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.enroll(prescriber, initTfa=True)
    refused = _events(clinic, prescriber)[-1]
    assert _told([refused]) == [("attempt-refused", "4")]
    assert refused["outcomeDesc"].startswith("StageRefused: IDP has not been completed yet.")


def test_an_attempt_by_who_may_not_is_kept(clinic: Clinic, prescriber: Member) -> None:
    caller = clinic.add_member()
    clinic.enroll(prescriber, by=caller)
    (refused,) = _events(clinic, prescriber)
    assert refused["agent"][0]["who"]["reference"] == f"Practitioner/{caller.id}"
    assert refused["outcomeDesc"].startswith("NotAuthorized: ")


def test_what_cannot_be_kept_does_not_undo_the_run(clinic: Clinic, prescriber: Member) -> None:
    clinic.break_fhir(method="POST", path="/fhir/R4/", kind="status", status=503, skip=2, times=9)
    answer = clinic.enroll(prescriber)
    assert answer.status == 200
    assert _events(clinic, prescriber) == []
    clinic.reset()
    # Whoever takes the claim next keeps what its last holder could not.
    assert clinic.enroll(prescriber, practitionerRoleTypes=[3]).status == 200
    assert sorted(_told(_events(clinic, prescriber))) == [
        ("clinician-changed", "0"),
        ("clinician-created", "0"),
        ("clinician-linked", "0"),
    ]


def test_what_was_done_with_a_patient_is_kept(clinic: Clinic) -> None:
    member = enrolled(clinic)
    patient = add_patient(clinic)
    sync(clinic, member, patient)
    sync(clinic, member, patient)
    phone = {"system": "phone", "use": "mobile", "value": "345-765-4322"}
    clinic.write({**clinic.read(f"Patient/{patient['id']}"), "telecom": [phone]})
    sync(clinic, member, patient, update=True)
    kept = clinic.events(f"Patient/{patient['id']}")
    assert sorted(_told(kept)) == [
        ("patient-changed", "0"),
        ("patient-created", "0"),
        ("patient-linked", "0"),
    ]
    assert {event["agent"][0]["who"]["reference"] for event in kept} == {
        f"Practitioner/{member.id}"
    }


@pytest.mark.parametrize("skipped", range(6))
def test_a_lost_answer_keeps_nothing_twice(
    clinic: Clinic, prescriber: Member, skipped: int
) -> None:
    clinic.break_fhir(
        method="POST", path="/fhir/R4/", kind="drop", when="after", skip=skipped, times=2
    )
    clinic.enroll(prescriber)
    clinic.reset()
    assert clinic.enroll(prescriber).status == 200
    kept = [one for one in _told(_events(clinic, prescriber)) if one[0] != "attempt-refused"]
    assert sorted(kept) == [
        ("clinician-created", "0"),
        ("clinician-linked", "0"),
        ("status-recorded", "0"),
    ]


def test_each_event_has_a_key_of_its_own(clinic: Clinic, prescriber: Member) -> None:
    clinic.enroll(prescriber)
    clinic.enroll(prescriber, initTfa=True)
    clinic.enroll(prescriber, initTfa=True)
    events = _events(clinic, prescriber)
    identifiers = [event["entity"][0]["what"]["identifier"] for event in events]
    assert {one["system"] for one in identifiers} == {AUDIT_KEY}
    assert len({one["value"] for one in identifiers}) == len(events) == 5
