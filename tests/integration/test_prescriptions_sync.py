"""The prescriptions bot through `$execute`: the chart as DoseSpot has it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from requests import HTTPError

from deploy.medplum.conformance import conformance_resources
from fhir_profiles.patient_identifier import with_dosespot_patient_id
from fhir_profiles.systems import DOSESPOT_PRESCRIPTION, SYNCED_PRESCRIPTION
from shared.members.caller import NOT_ENROLLED
from shared.prescriptions.prescription_run import READ_ONE_BY_ONE
from tests.integration.clinic import Clinic, Member
from tests.integration.prescribing import (
    ALWAYS,
    HISTORY_BOT,
    LISINOPRIL,
    LORAZEPAM,
    PRESCRIPTIONS_BOT,
    REPORTED_BOT,
    charted,
    control,
    known_patient,
    sync_prescriptions,
    take_step,
    write_prescription,
)
from tests.integration.self_service import add_patient, enrolled, writes


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody who is enrolled."""
    return enrolled(clinic)


def test_what_was_prescribed_stands_in_the_chart_and_then_nothing_is_written(
    clinic: Clinic, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    write_prescription(clinic, member, number, LORAZEPAM)
    write_prescription(clinic, member, number, LISINOPRIL, status="Entered")
    answer = sync_prescriptions(clinic, member, patient)
    assert answer.status == 200, answer.error
    assert [one["status"] for one in answer.body] == ["active", "draft"]
    stored = charted(clinic, patient)
    assert [one["id"] for one in stored] == [one["id"] for one in answer.body]
    first = answer.body[0]
    assert first["requester"]["reference"] == f"Practitioner/{member.id}"
    pharmacy = clinic.read(first["dispenseRequest"]["performer"]["reference"])
    assert pharmacy["name"] == first["dispenseRequest"]["performer"]["display"]
    systems = [one["system"] for one in first["medicationCodeableConcept"]["coding"]]
    assert systems == [
        "http://hl7.org/fhir/sid/ndc",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
        "https://dosespot.com/dispensable-drug-id",
    ]
    schedules = [
        one["valueCodeableConcept"]["coding"][0]["code"]
        for one in first["extension"]
        if one["url"] == "urn:prescriber-bots:prescribed-schedule"
    ]
    assert schedules == ["IV"]
    clinic.reset()
    again = sync_prescriptions(clinic, member, patient)
    assert (again.status, again.body) == (200, [])
    assert writes(clinic) == []


STEPS = [
    (["verify"], "active"),
    (["fail"], "on-hold"),
    (["fail", "ignore-error"], "unknown"),
    (["request-cancel"], "active"),
    (["request-cancel", "await-cancel"], "active"),
    (["request-cancel", "deny-cancel"], "active"),
    (["request-cancel", "await-cancel", "cancel"], "cancelled"),
    (["fill-partly"], "active"),
    (["fill-partly", "fill"], "completed"),
    (["not-filled"], "active"),
    (["complete"], "completed"),
    (["discontinue"], "stopped"),
    (["change"], "stopped"),
    (["delete"], "entered-in-error"),
    (["print"], "active"),
    (["fax"], "active"),
    (["sign"], "active"),
    (["edit"], "draft"),
    (["await-pharmacy"], "draft"),
    (["await-signature"], "draft"),
    (["fail-signature"], "on-hold"),
]


def test_every_step_is_followed(clinic: Clinic, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    numbers = [write_prescription(clinic, member, number) for _ in STEPS]
    assert sync_prescriptions(clinic, member, patient).status == 200
    for one, (steps, _) in zip(numbers, STEPS, strict=True):
        for step in steps:
            take_step(clinic, one, step)
    assert sync_prescriptions(clinic, member, patient).status == 200
    found = {one["identifier"][0]["value"]: one["status"] for one in charted(clinic, patient)}
    assert [found[str(one)] for one in numbers] == [status for _, status in STEPS]
    fills = [one["status"] for one in charted(clinic, patient, "MedicationDispense")]
    assert sorted(fills) == ["completed", "declined", "in-progress"]
    tasks = charted(clinic, patient, "Task")
    assert [one["code"]["text"] for one in tasks] == ["Prescription not sent"] * 2
    assert {one["owner"]["reference"] for one in tasks} == {f"Practitioner/{member.id}"}


def test_what_a_pharmacy_asks_for_is_a_task_until_it_is_answered_and_then_a_successor(
    clinic: Clinic, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    original = write_prescription(clinic, member, number)
    asked = control(clinic, "POST", f"prescriptions/{original}/renewal-requests", {})["id"]
    assert len(sync_prescriptions(clinic, member, patient).body) == 1
    (task,) = charted(clinic, patient, "Task")
    assert (task["status"], task["code"]["text"]) == (
        "requested",
        "Renewal request from a pharmacy",
    )
    control(clinic, "POST", f"requests/{asked}/approve")
    sync_prescriptions(clinic, member, patient)
    (task,) = charted(clinic, patient, "Task")
    assert task["status"] == "completed"
    before, after = charted(clinic, patient)
    assert after["priorPrescription"] == {"reference": f"MedicationRequest/{before['id']}"}


@pytest.mark.parametrize("others", [0, READ_ONE_BY_ONE])
def test_today_is_enough_for_what_is_open_from_long_ago(
    clinic: Clinic, member: Member, others: int
) -> None:
    patient, number = known_patient(clinic, member)
    old, *_ = [
        write_prescription(clinic, member, number, written_at="2024-02-01T10:00:00Z")
        for _ in range(1 + others)
    ]
    assert len(sync_prescriptions(clinic, member, patient).body) == 1 + others
    take_step(clinic, old, "fill")
    today = datetime.now(UTC).date().isoformat()
    answer = sync_prescriptions(clinic, member, patient, start=today, end=today)
    assert [one["status"] for one in answer.body] == ["completed"]


def test_what_was_written_today_is_there_when_an_app_is_a_day_ahead_of_the_patient(
    clinic: Clinic, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    write_prescription(clinic, member, number)
    ahead = (datetime.now(ZoneInfo("America/Chicago")) + timedelta(days=1)).date().isoformat()
    answer = sync_prescriptions(clinic, member, patient, start=ahead, end=ahead)
    assert len(answer.body) == 1


def test_runs_at_once_make_one_resource_each(clinic: Clinic, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    for _ in range(3):
        write_prescription(clinic, member, number)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(sync_prescriptions, clinic, member, patient) for _ in range(4)]
    assert [one.result().status for one in runs] == [200] * 4
    assert len(charted(clinic, patient)) == 3
    assert sum(len(one.result().body) for one in runs) == 3


def test_the_raw_data_is_dosespots_own(clinic: Clinic, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    written = write_prescription(clinic, member, number)
    answer = sync_prescriptions(clinic, member, patient, raw=True)
    assert [(one["PrescriptionId"], one["Status"]) for one in answer.body] == [(written, "eRxSent")]
    assert charted(clinic, patient) == []


def test_the_answers_that_are_open_change_nothing(clinic: Clinic, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    for _ in range(3):
        write_prescription(clinic, member, number)
    unkind = {
        "page_size": 2,
        "not_found": "status_404",
        "not_controlled": "null",
        "dates_with_z": True,
        "prescribing_fields_as_null": True,
    }
    clinic.switch(**unkind)
    answer = sync_prescriptions(clinic, member, patient)
    assert (answer.status, len(answer.body)) == (200, 3), answer.error
    assert all(one["status"] == "active" for one in answer.body)
    clinic.reset()
    clinic.switch(**unkind)
    again = sync_prescriptions(clinic, member, patient)
    assert (again.status, again.body, writes(clinic)) == (200, [], [])


@pytest.mark.parametrize("not_found", ["error", "null_item", "status_404"])
def test_what_dosespot_says_it_never_had_is_left_and_is_no_error(
    clinic: Clinic, member: Member, not_found: str
) -> None:
    patient, _ = known_patient(clinic, member)
    gone = {
        "resourceType": "MedicationRequest",
        "identifier": [{"system": DOSESPOT_PRESCRIPTION, "value": "987654"}],
        "status": "active",
        "intent": "order",
        "subject": {"reference": f"Patient/{patient['id']}"},
        "medicationCodeableConcept": {"text": "Gone 5 mg tablet"},
    }
    clinic.sandbox.fhir.add_resource(clinic.project, gone)
    before = charted(clinic, patient)
    clinic.switch(not_found=not_found)
    answer = sync_prescriptions(clinic, member, patient)
    assert (answer.status, answer.body) == (200, []), answer.error
    assert charted(clinic, patient) == before


def test_who_is_not_enrolled_or_may_not_read_the_patient_gets_nothing(
    clinic: Clinic, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    write_prescription(clinic, member, number)
    stranger = clinic.add_member()
    answer = sync_prescriptions(clinic, stranger, patient)
    assert (answer.status, answer.error) == (400, NOT_ENROLLED)
    nobody = sync_prescriptions(clinic, member, {"id": "nobody"})
    assert (nobody.status, nobody.body["errorType"]) == (400, "FhirNotFound")
    assert charted(clinic, patient) == []


@pytest.mark.parametrize("bot", [PRESCRIPTIONS_BOT, HISTORY_BOT, REPORTED_BOT])
def test_of_a_patient_whom_the_callers_access_policy_hides_nothing_is_told(
    clinic: Clinic, member: Member, bot: str
) -> None:
    patient, number = known_patient(clinic, member)
    write_prescription(clinic, member, number)
    visible = ("Bot", "Practitioner", "PractitionerRole", "MedicationRequest")
    rules = [{"resourceType": name} for name in visible]
    policy = {"resourceType": "AccessPolicy", "resource": rules}
    other = enrolled(clinic, access_policy=policy)
    for raw in (False, True):
        given = {"patientId": patient["id"], **ALWAYS, "raw": raw}
        answer = clinic.execute(bot, given, other.token)
        assert (answer.status, answer.body["errorType"]) == (400, "FhirDenied")
    assert charted(clinic, patient) == []


def test_an_id_of_another_person_is_not_believed(clinic: Clinic, member: Member) -> None:
    other, number = known_patient(clinic, member)
    write_prescription(clinic, member, number)
    name = [{"given": ["Eve"], "family": "Borrowed"}]
    borrowed = clinic.write(with_dosespot_patient_id(add_patient(clinic, name=name), number))
    for given in ({}, {"raw": True}):
        answer = sync_prescriptions(clinic, member, borrowed, **given)
        assert answer.body["errorType"] == "RecordsDisagree"
        assert other["name"][0]["family"] not in answer.error
    assert charted(clinic, borrowed) == charted(clinic, other) == []


def test_a_prescription_that_is_gone_leaves_the_chart_alone(clinic: Clinic, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    written = write_prescription(clinic, member, number)
    sync_prescriptions(clinic, member, patient)
    clinic.switch(deleted_prescriptions="left_out")
    control(clinic, "PATCH", f"prescriptions/{written}", {"Status": "Deleted"})
    answer = sync_prescriptions(clinic, member, patient)
    assert [one["status"] for one in answer.body] == ["entered-in-error"]


@pytest.fixture
def profile(clinic: Clinic) -> Iterator[None]:
    """The profile of what the bot writes, as `register` installs it."""
    (found,) = [one for one in conformance_resources() if one["url"] == SYNCED_PRESCRIPTION]
    stored = clinic.sandbox.fhir.add_resource(clinic.project, found)
    yield
    clinic.delete(f"StructureDefinition/{stored['id']}")


@pytest.mark.usefixtures("profile")
def test_nobody_makes_a_prescription_say_that_it_is_cancelled(
    clinic: Clinic, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    write_prescription(clinic, member, number)
    (order,) = sync_prescriptions(clinic, member, patient).body
    with pytest.raises(HTTPError, match="400"):
        clinic.write({**order, "status": "cancelled"})
    clinic.write({**order, "priority": "asap", "category": [{"text": "theirs"}]})
    (brought,) = sync_prescriptions(clinic, member, patient).body
    assert (brought["category"], "priority" in brought) == ([{"text": "theirs"}], False)
