"""What follows from prescriptions: dispenses, and Tasks, opened once and closed when over."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from fhir_profiles import Resource
from shared.errors import BotError, DoseSpotRefused, RemoteUnavailable
from shared.prescriptions.rules.tasks import closed, reopened
from tests.core.prescribed import (
    PATIENT_ID,
    PHARMACY_ID,
    PRESCRIBER_ID,
    Practice,
    member,
    patient,
    practice,
    prescription,
)

NO = DoseSpotRefused("DoseSpot refused to list the renewal requests: no.")


def renewal(number: int = 5, **changes: Any) -> dict[str, Any]:
    return {
        "RefillId": number,
        "Patient": {"PatientId": PATIENT_ID},
        "ClinicianId": PRESCRIBER_ID,
        "RequestedPrescriptionId": 9100,
        "OriginalPrescriptionId": 9001,
        "PharmacyId": PHARMACY_ID,
        "RequestedDate": "2026-03-09T10:00:00",
        "RequestExpirationDate": "2026-04-09T10:00:00",
        **changes,
    }


def change(number: int = 6, **changes: Any) -> dict[str, Any]:
    return {
        "RxChangeRequestId": number,
        "Patient": {"PatientId": PATIENT_ID},
        "ClinicianId": PRESCRIBER_ID,
        "PrescribedPrescriptionId": 9001,
        "RequestedMedications": [9200, 9201],
        "PharmacyId": PHARMACY_ID,
        **changes,
    }


def tasks(found: Practice) -> dict[str, Resource]:
    return {one["identifier"][0]["value"]: one for one in found.chart("Task")}


def statuses(found: Practice) -> dict[str, str]:
    return {key: one["status"] for key, one in tasks(found).items()}


def dispenses(found: Practice) -> dict[str, str]:
    every = found.chart("MedicationDispense")
    return {one["identifier"][0]["value"]: one["status"] for one in every}


def advance(found: Practice, **changes: Any) -> None:
    found.prescriptions[9001] = prescription(**changes)
    found.run()


def test_a_fill_is_a_dispense_of_its_own() -> None:
    found = practice(prescription(MedicationStatus="FullFill", LastFillDate="2026-03-11T00:00:00"))
    found.run()
    (written,) = found.chart("MedicationDispense")
    (order,) = found.chart()
    (pharmacy,) = found.chart("Organization")
    assert {name: one for name, one in written.items() if name not in ("id", "meta")} == {
        "resourceType": "MedicationDispense",
        "identifier": [{"system": "urn:prescriber-bots:fill", "value": "9001.FullFill"}],
        "status": "completed",
        "medicationCodeableConcept": order["medicationCodeableConcept"],
        "subject": {"reference": "Patient/pat"},
        "performer": [
            {
                "actor": {
                    "reference": f"Organization/{pharmacy['id']}",
                    "identifier": {"system": "https://dosespot.com/pharmacy-id", "value": "77"},
                    "display": "Corner Drugs",
                }
            }
        ],
        "authorizingPrescription": [{"reference": f"MedicationRequest/{order['id']}"}],
        "whenHandedOver": "2026-03-11",
    }
    found.asked()
    found.run()
    assert found.asked("POST", "PUT") == []


def test_what_was_handed_out_in_part_stays_and_is_completed_with_the_rest() -> None:
    found = practice(prescription())
    found.run()
    assert dispenses(found) == {}
    advance(found, MedicationStatus="PartialFill", LastFillDate="2026-03-11T00:00:00")
    assert dispenses(found) == {"9001.PartialFill": "in-progress"}
    advance(found, MedicationStatus="FullFill", LastFillDate="2026-03-15T00:00:00")
    assert dispenses(found) == {"9001.PartialFill": "completed", "9001.FullFill": "completed"}
    days = [one["whenHandedOver"] for one in found.chart("MedicationDispense")]
    assert days == ["2026-03-11", "2026-03-15"]
    found.asked()
    found.run()
    assert found.asked("POST", "PUT") == []


def test_what_was_not_handed_out_is_declined() -> None:
    found = practice(prescription(MedicationStatus="NoFill", LastFillDate="2026-03-11"))
    found.run()
    (written,) = found.chart("MedicationDispense")
    assert (written["status"], "whenHandedOver" in written) == ("declined", False)


def test_a_prescription_that_was_not_sent_is_a_task_for_its_prescriber_until_it_is_over() -> None:
    found = practice(prescription(Status="Error"))
    found.run()
    (task,) = found.chart("Task")
    (order,) = found.chart()
    assert (order["status"], task["status"], task["priority"]) == ("on-hold", "requested", "urgent")
    assert task["owner"]["reference"] == "Practitioner/a"
    assert task["focus"] == {"reference": f"MedicationRequest/{order['id']}"}
    assert task["for"] == {"reference": "Patient/pat"}
    assert task["authoredOn"] == "2026-03-10T15:00:00+00:00"
    assert task["description"].startswith("DoseSpot could not send this prescription")
    found.asked()
    found.run()
    assert found.asked("POST", "PUT") == []
    advance(found, Status="eRxSent")
    assert statuses(found) == {"transmission-error.9001": "completed"}
    advance(found, Status="Error")
    assert statuses(found) == {"transmission-error.9001": "requested"}
    advance(found, Status="Error", ErrorIgnored=True)
    assert statuses(found) == {"transmission-error.9001": "completed"}


@pytest.mark.parametrize("status", ["completed", "cancelled", "rejected"])
def test_a_task_that_a_person_closed_stays_closed(status: str) -> None:
    found = practice(prescription(Status="Error"))
    found.run()
    (task,) = found.chart("Task")
    found.fhir.put({**task, "status": status})
    found.run()
    assert statuses(found) == {"transmission-error.9001": status}


def test_a_task_that_a_person_took_on_is_theirs_until_it_is_over() -> None:
    found = practice(prescription(Status="Error"))
    found.run()
    (task,) = found.chart("Task")
    theirs = {"status": "in-progress", "owner": {"reference": "Practitioner/nurse"}}
    found.fhir.put({**task, **theirs, "note": [{"text": "called them"}]})
    found.run()
    (after,) = found.chart("Task")
    assert {name: after[name] for name in theirs} == theirs
    advance(found, Status="eRxSent")
    (over,) = found.chart("Task")
    assert (over["status"], over["note"]) == ("completed", [{"text": "called them"}])


def test_a_pharmacys_requests_are_tasks_for_whom_they_ask() -> None:
    found = practice(prescription(), renewals=[renewal()], changes=[change()])
    found.run()
    (order,) = found.chart()
    written = tasks(found)
    task = written["renewal-request.5"]
    assert task["owner"]["reference"] == "Practitioner/a"
    assert task["requester"]["display"] == "Corner Drugs"
    assert task["focus"] == {"reference": f"MedicationRequest/{order['id']}"}
    assert task["authoredOn"] == "2026-03-09T10:00:00.000Z"
    assert task["restriction"] == {"period": {"end": "2026-04-09T10:00:00.000Z"}}
    assert [one["valueIdentifier"]["value"] for one in task["input"]] == ["9001", "9100", "4711"]
    given = [one["valueIdentifier"]["value"] for one in written["change-request.6"]["input"]]
    assert given == ["9001", "9200", "9201", "4711"]
    found.asked()
    found.run()
    assert found.asked("POST", "PUT") == []
    found.renewals, found.changes = [], []
    found.run()
    assert statuses(found) == {"renewal-request.5": "completed", "change-request.6": "completed"}


def test_the_prescription_that_a_pharmacy_asked_for_names_the_one_that_it_replaces() -> None:
    found = practice(prescription(), renewals=[renewal()])
    found.prescriptions[9100] = prescription(9100, Status="Requested")
    found.run()
    assert len(found.chart()) == 1
    found.renewals = []
    found.prescriptions[9100] = prescription(9100)
    found.prescriptions[9001] = prescription(MedicationStatus="Changed")
    found.run()
    before, after = found.chart()
    assert before["status"] == "stopped"
    assert after["priorPrescription"] == {"reference": f"MedicationRequest/{before['id']}"}
    assert found.run().written == []


def test_a_successor_that_is_brought_in_line_alone_still_names_the_one_that_it_replaces() -> None:
    found = practice(prescription(), renewals=[renewal()])
    found.run()
    found.prescriptions[9100] = prescription(9100)
    (successor,) = found.use_case().one(patient(), 9100).written
    (before,) = [one for one in found.chart() if one["id"] != successor["id"]]
    assert successor["priorPrescription"] == {"reference": f"MedicationRequest/{before['id']}"}
    assert found.use_case().one(patient(), 9100).written == []
    assert found.run().written == []


def test_a_successor_that_comes_together_with_its_predecessor_names_it_at_once() -> None:
    found = practice(prescription(9100), prescription(9001), listed=[9100, 9001])
    found.fhir.put(
        {
            "resourceType": "Task",
            "id": "t",
            "status": "completed",
            "for": {"reference": "Patient/pat"},
            "identifier": [
                {"system": "urn:prescriber-bots:prescription-task", "value": "renewal-request.5"}
            ],
            "input": [
                {
                    "type": {
                        "coding": [
                            {"system": "urn:prescriber-bots:prescription-task", "code": code}
                        ]
                    },
                    "valueIdentifier": {"value": value},
                }
                for code, value in (("original", "9001"), ("requested", "9100"))
            ],
        }
    )
    assert len(found.run().written) == 2
    assert found.run().written == []
    (successor,) = [one for one in found.chart() if "priorPrescription" in one]
    assert successor["identifier"][0]["value"] == "9100"


def test_requests_to_others_are_not_closed_because_the_list_does_not_show_them() -> None:
    found = practice(renewals=[renewal(ClinicianId=8), renewal(6, ClinicianId=PRESCRIBER_ID)])
    found.fhir.put(member("b", 8))
    found.run()
    found.renewals = []
    found.run()
    assert statuses(found) == {"renewal-request.5": "requested", "renewal-request.6": "completed"}


@pytest.mark.parametrize("owner", [None, {"reference": "Practitioner/nurse"}], ids=str)
def test_a_request_to_somebody_else_is_theirs_whoever_is_to_do_it(owner: Any) -> None:
    found = practice(renewals=[renewal(ClinicianId=8)])
    found.run()
    (task,) = found.chart("Task")
    found.fhir.put({**{name: one for name, one in task.items() if name != "owner"}, "owner": owner})
    found.renewals = []
    found.run()
    assert statuses(found) == {"renewal-request.5": "requested"}
    found.use_case(acting_as=8).requests(patient())
    assert statuses(found) == {"renewal-request.5": "completed"}


@pytest.mark.parametrize(
    ("until", "status"),
    [
        ("2026-03-10T14:59:59", "completed"),
        ("2026-03-10T15:00:01", "requested"),
        ("2026-03-10T00:00:00", "requested"),
        ("2026-03-09T00:00:00", "completed"),
        (None, "requested"),
    ],
)
def test_a_request_to_somebody_else_is_over_when_it_has_expired(until: Any, status: str) -> None:
    found = practice(renewals=[renewal(ClinicianId=8, RequestExpirationDate=until)])
    found.run()
    found.renewals = []
    found.run()
    assert statuses(found) == {"renewal-request.5": status}


def test_a_list_of_requests_that_can_not_be_read_closes_nothing_and_stops_nothing() -> None:
    found = practice(prescription(), renewals=[renewal()])
    found.run()
    found.failing["renewals"] = NO
    result = found.run()
    assert statuses(found) == {"renewal-request.5": "requested"}
    assert [str(one) for one in result.findings] == [f"Task: renewal-requests: {NO}"]
    empty = practice(failing={"renewals": NO, "changes": NO})
    assert len(empty.run().findings) == 2


@pytest.mark.parametrize(
    "entry",
    [None, {}, {"RefillId": "x"}, renewal(Patient={"PatientId": 7})],
    ids=["null", "empty", "malformed", "of another patient"],
)
def test_what_is_no_request_about_this_patient_is_passed_over(entry: Any) -> None:
    found = practice(renewals=[entry, renewal(9, Patient=None)])
    found.run()
    assert statuses(found) == {"renewal-request.9": "requested"}


def test_a_request_of_nothing_but_an_id_is_a_task_too() -> None:
    found = practice(renewals=[{"RefillId": 5}], changes=[{"RxChangeRequestId": 5}])
    found.run()
    assert statuses(found) == {"renewal-request.5": "requested", "change-request.5": "requested"}
    assert "owner" not in tasks(found)["renewal-request.5"]


def test_runs_at_once_make_one_task_and_one_dispense() -> None:
    found = practice(
        prescription(Status="Error"),
        prescription(2, MedicationStatus="FullFill"),
        renewals=[renewal()],
    )
    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(found.run) for _ in range(4)]:
            one.result()
    assert len(found.chart("Task")) == 2
    assert len(found.chart("MedicationDispense")) == 1


@pytest.mark.parametrize("kind", ["Task", "MedicationDispense"])
def test_what_may_not_be_written_is_said_and_the_rest_is_done(kind: str) -> None:
    found = practice(prescription(Status="Error"), prescription(2, MedicationStatus="FullFill"))
    run = found.use_case()
    found.fhir.read_only = {kind}
    result = run.one(patient(), 9001 if kind == "Task" else 2)
    assert len(result.written) == 1
    (told,) = [one.sentence for one in result.findings]
    assert f"The FHIR server does not allow access to this {kind}." in told


def test_one_prescription_brings_its_dispense_and_its_task_along() -> None:
    found = practice(prescription(Status="Error"), prescription(2, MedicationStatus="FullFill"))
    found.use_case().one(patient(), 2)
    assert (dispenses(found), statuses(found)) == ({"2.FullFill": "completed"}, {})
    found.use_case().one(patient(), 9001)
    advance_one = prescription(Status="eRxSent")
    found.prescriptions[9001] = advance_one
    found.use_case().one(patient(), 9001)
    assert statuses(found) == {"transmission-error.9001": "completed"}


def test_a_failed_write_of_a_task_is_tried_again_by_the_next_run() -> None:
    found = practice(prescription(Status="Error"))
    down: BotError = RemoteUnavailable("The FHIR server kept quiet.")
    found.fhir.before_write = [lambda: None, lambda: None, down]
    with pytest.raises(RemoteUnavailable):
        found.run()
    found.run()
    assert statuses(found) == {"transmission-error.9001": "requested"}


def test_closing_what_is_closed_and_opening_what_is_open_change_nothing() -> None:
    task = {"resourceType": "Task", "status": "requested"}
    assert reopened(task) is task
    over = closed(task)
    assert closed(over) is over
    assert reopened(over) == task
