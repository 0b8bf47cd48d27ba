"""The push notifications around prescriptions: which change gives rise to which."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.prescribing import asking, charting, progress
from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.events import events
from deploy.sandbox.dosespot.prescribing.orders import write
from deploy.sandbox.dosespot.prescribing.statuses import STEPS
from deploy.sandbox.dosespot.push import PushEvent
from tests.sandbox.served_dosespot import AT
from tests.sandbox.served_prescribing import CORNER, ELM_STREET, PATIENT, Practice

TOLD_AT = "2026-03-12T23:38:38.207Z"
NOTHING = {
    "PendingPrescriptionCount": 0,
    "TransmissionErrorCount": 0,
    "RefillRequestCount": 0,
    "ChangeRequestCount": 0,
}


def told(practice: Practice, change: Callable[[DoseSpotBackend], Any]) -> list[PushEvent]:
    """The notifications of a change."""
    with practice.sandbox.app.behind() as backend:
        change(backend)
        return events(backend.cabinet, backend.register.take_changes(), AT)


def counts(practice: Practice, **waiting: int) -> PushEvent:
    here = {**NOTHING, **waiting}
    who = {"ClinicianId": practice.jane, "ClinicId": practice.sandbox.app.clinic_id}
    return {"EventType": "PrescriberNotificationCounts", "Data": {**who, **here, "Total": here}}


def about(practice: Practice, sheet: int, **more: Any) -> dict[str, Any]:
    return {
        "PatientId": practice.patient,
        "ClinicId": practice.sandbox.app.clinic_id,
        "ClinicianId": practice.jane,
        "AgentId": None,
        "PrescriptionId": sheet,
        "RelatedRxRequestQueueItemId": None,
        "StatusDateTime": TOLD_AT,
        **more,
    }


def test_a_prescription_that_is_sent_is_no_longer_pending(practice: Practice) -> None:
    sheet = practice.write()
    assert told(practice, lambda backend: progress.advance(backend, sheet, "send")) == [
        {
            "EventType": "PrescriptionResult",
            "Data": about(practice, sheet, PrescriptionStatus=4, StatusDetails=None),
        },
        counts(practice),
    ]


def test_a_fill_has_the_pharmacys_note(practice: Practice) -> None:
    sheet = practice.write(status="eRxSent")
    note = "Rest on Monday"
    assert told(practice, lambda b: progress.advance(b, sheet, "fill-partly", note)) == [
        {
            "EventType": "MedicationStatusUpdate",
            "Data": about(
                practice,
                sheet,
                RelatedRxChangeQueueItemId=None,
                MedicationStatus=12,
                StatusNotes=note,
            ),
        }
    ]


TOLD = {
    "print": [("PrescriptionResult", 2)],
    "send": [("PrescriptionResult", 4)],
    "sent": [("PrescriptionResult", 4)],
    "verify": [("PrescriptionResult", 13)],
    "fail": [("PrescriptionResult", 6)],
    "delete": [("MedicationStatusUpdate", 4)],
    "discontinue": [("MedicationStatusUpdate", 3)],
    "complete": [("MedicationStatusUpdate", 5)],
    "cancel": [("MedicationStatusUpdate", 8)],
    "deny-cancel": [("MedicationStatusUpdate", 9)],
    "fill": [("MedicationStatusUpdate", 11)],
    "fill-partly": [("MedicationStatusUpdate", 12)],
    "not-filled": [("MedicationStatusUpdate", 13)],
}


@pytest.mark.parametrize("step", STEPS)
def test_only_final_statuses_are_told(practice: Practice, step: str) -> None:
    sheet = practice.write()
    found = told(practice, lambda backend: progress.advance(backend, sheet, step))
    numbers = ("PrescriptionStatus", "MedicationStatus")
    assert [
        (event["EventType"], next(event["Data"][name] for name in numbers if name in event["Data"]))
        for event in found
        if event["EventType"] != "PrescriberNotificationCounts"
    ] == TOLD.get(step, [])
    assert [
        event
        for event in told(practice, lambda backend: progress.advance(backend, sheet, step))
        if event["EventType"] != "PrescriptionResult"
    ] == []


def test_a_request_is_told_by_the_counts_alone(practice: Practice) -> None:
    sheet = practice.write(status="eRxSent")
    asked: list[int] = []

    def ask(backend: DoseSpotBackend) -> None:
        asked.append(asking.ask_to_renew(backend, sheet).id)

    assert told(practice, ask) == [counts(practice, RefillRequestCount=1)]
    result, less = told(practice, lambda backend: asking.approve(backend, asked[0]))
    assert result["Data"]["RelatedRxRequestQueueItemId"] == asked[0]
    assert less == counts(practice)
    change = told(practice, lambda b: asking.ask_to_change(b, sheet, [DRUGS[1].id], "OutOfStock"))
    assert change == [counts(practice, ChangeRequestCount=1)]


def test_an_error_is_counted_until_it_is_set_aside(practice: Practice) -> None:
    sheet = practice.write(status="eRxSent")
    *_, more = told(practice, lambda backend: progress.advance(backend, sheet, "fail"))
    assert more == counts(practice, TransmissionErrorCount=1)
    less = told(practice, lambda backend: progress.ignore_error(backend, sheet))
    assert less == [counts(practice)]


def test_a_prescription_that_changes_hands_is_counted_for_both(practice: Practice) -> None:
    sheet, other = practice.write(), practice.sandbox.admin_id
    given = told(practice, lambda b: progress.set_fields(b, sheet, {"PrescriberId": other}))
    assert [
        (event["Data"]["ClinicianId"], event["Data"]["PendingPrescriptionCount"]) for event in given
    ] == [(other, 1), (practice.jane, 0)]


def test_pharmacies_of_a_patient_are_told_in_three_spellings(practice: Practice) -> None:
    def choose(backend: DoseSpotBackend, pharmacy: int) -> None:
        charting.choose_pharmacy(backend, practice.patient, pharmacy, primary=True)

    def event(pharmacy: int, **status: str) -> PushEvent:
        who = {"PatientId": practice.patient, "PharmacyId": pharmacy}
        data = {**who, **status, "StatusDateTime": TOLD_AT}
        return {"EventType": "PharmacyStatusUpdate", "Data": data}

    added = told(practice, lambda backend: choose(backend, CORNER))
    assert added == [event(CORNER, Status="Added")]
    assert told(practice, lambda backend: choose(backend, ELM_STREET)) == [
        event(CORNER, PharmacyStatus="Edited"),
        event(ELM_STREET, Status="Added"),
    ]
    gone = told(practice, lambda b: charting.remove_pharmacy(b, practice.patient, CORNER))
    assert gone == [event(CORNER, PharmacyStatus="3")]


def test_medications_and_allergies_are_added_edited_and_deleted(practice: Practice) -> None:
    made: dict[str, int] = {}

    def add(backend: DoseSpotBackend) -> None:
        made["reported"] = charting.add_reported(backend, practice.patient, DRUGS[0], {}).id
        made["allergies"] = charting.add_allergy(backend, practice.patient, {}).id

    def happened(**fields: str) -> list[tuple[str, str]]:
        def change(backend: DoseSpotBackend) -> None:
            charting.set_entry(backend.cabinet.reported, made["reported"], fields)
            charting.set_entry(backend.cabinet.allergies, made["allergies"], fields)

        found = told(practice, change if fields else add)
        return [(event["EventType"], event["Data"]["Status"]) for event in found]

    kinds = ("SelfReportedMedicationStatusUpdate", "AllergyStatusUpdate")
    assert happened() == [(kind, "Added") for kind in kinds]
    assert happened(Comment="x") == [(kind, "Edited") for kind in kinds]
    deleted = {"Status": "Deleted", "StatusType": "Deleted"}
    assert happened(**deleted) == [(kind, "Deleted") for kind in kinds]


def test_a_patients_record_is_told_with_who_sent_it(practice: Practice) -> None:
    def put(record: dict[str, Any]) -> list[PushEvent]:
        def change(backend: DoseSpotBackend) -> None:
            patient = backend.register.find(practice.patient)
            assert patient is not None
            whole = {**patient.record, **record}
            backend.register.put(patient.model_copy(update={"record": whole}))

        return told(practice, change)

    (edited,), (gone,) = put({"City": "Peoria"}), put({"Active": False})
    assert edited == {
        "EventType": "PatientStatusUpdate",
        "Data": {
            "Status": "Edited",
            "PatientId": practice.patient,
            "ClinicianId": practice.jane,
            "StatusDateTime": TOLD_AT,
            "SourceType": "EMR",
        },
    }
    assert gone["Data"]["Status"] == "Deleted"


def test_history_favorites_and_consents_are_told_to_nobody(practice: Practice) -> None:
    def change(backend: DoseSpotBackend) -> None:
        charting.add_history(backend, practice.patient, DRUGS[0], {})
        charting.give_consent(backend, practice.patient)
        charting.add_favorite(backend, practice.sandbox.app.clinic_id, DRUGS[0], {})

    assert told(practice, change) == []


def test_a_prescription_that_is_there_from_the_start_is_told_as_it_is(practice: Practice) -> None:
    found = told(practice, lambda b: write(b, practice.patient, practice.order(status="Error")))
    assert [event["EventType"] for event in found] == [
        "PrescriptionResult",
        "PrescriberNotificationCounts",
    ]
    assert PATIENT["FirstName"] not in str(found)
