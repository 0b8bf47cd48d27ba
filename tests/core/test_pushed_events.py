"""What a push notification about a patient leads to, whatever it says."""

from dataclasses import dataclass
from typing import Any

import pytest

from bots.notification.contract import PATIENT_EVENTS, NotificationInput
from fhir_profiles import Resource
from shared.dosespot.prescriptions import ListPage, WireSpan
from shared.errors import RecordsDisagree, RemoteUnavailable
from shared.members.enrolled import enrolled_with
from shared.prescriptions import pushed as sentences
from shared.prescriptions.other_sync import OtherMedicationSync
from shared.prescriptions.pushed import PushedEvents, PushedNumbers, PushOutcome
from shared.runtime.bot_input import parse_input
from tests.core.prescribed import (
    NOW,
    PATIENT_ID,
    PRESCRIBER_ID,
    TOGETHER,
    Listing,
    Practice,
    member,
    patient,
    practice,
    prescription,
)
from tests.core.test_prescription_follow_ups import renewal, statuses
from tests.unit.test_other_medications import REPORTED

CLINIC, ADMIN = 123, 77_000


@dataclass(frozen=True)
class Pushing(Listing):
    """DoseSpot's side of a practice, with what Pat reports."""

    def self_reported(self, patient_id: int, span: WireSpan | None, page: int) -> ListPage:
        return ListPage([REPORTED])


@dataclass(frozen=True)
class Pharmacies:
    """Keeps whose pharmacies were followed, and as whom."""

    acting_as: int
    followed: list[tuple[int, str]]

    def follow(self, patient: Resource) -> None:
        self.followed.append((self.acting_as, patient["id"]))


def follow(found: Practice, kind: str, **named: Any) -> PushOutcome:
    """The notification, as the bot hands it on."""
    client = found.fhir.client
    events = PushedEvents(
        fhir=client,
        clinic_id=CLINIC,
        admin_id=ADMIN,
        dosespot=lambda number: Pushing(found, number),
        prescriptions=found.use_case,
        others=lambda number: OtherMedicationSync(
            client, Pushing(found, number), TOGETHER, lambda: NOW
        ),
        pharmacies=lambda number: Pharmacies(number, found.followed),
        members=lambda ids: enrolled_with(client, ids),
        together=TOGETHER,
    )
    given = {"clinic_id": CLINIC, "patient_id": PATIENT_ID, **named}
    return events.follow(PushedNumbers(kind, **given))


@pytest.mark.parametrize("kind", ["PrescriptionResult", "MedicationStatusUpdate"])
def test_the_prescription_is_read_again_and_brought_in_line(kind: str) -> None:
    found = practice(prescription(), prescription(2))
    told = follow(found, kind, prescription_id=9001)
    assert told == PushOutcome(handled=True, reason=sentences.CHART_UPDATED)
    assert len(found.chart()) == 1
    again = follow(found, kind, prescription_id=9001)
    assert again == PushOutcome(handled=True, reason=sentences.CHART_UNCHANGED)


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ({"clinic_id": 124}, sentences.ANOTHER_CLINIC),
        ({"patient_id": None}, sentences.NOTHING_NAMED),
        ({"patient_id": 5}, sentences.NO_PATIENT),
        ({"prescription_id": None}, sentences.NOTHING_NAMED),
        ({"prescription_id": 7}, sentences.NO_PRESCRIPTION),
    ],
    ids=str,
)
def test_what_is_not_known_is_not_handled_and_changes_nothing(
    named: dict[str, Any], reason: str
) -> None:
    found = practice(prescription())
    told = follow(found, "PrescriptionResult", **{"prescription_id": 9001, **named})
    assert (told.handled, told.reason) == (False, reason)
    assert found.chart() == []


def test_an_id_that_two_patients_carry_is_nobodys() -> None:
    found = practice(prescription())
    found.fhir.put(patient(id="twin"))
    told = follow(found, "PrescriptionResult", prescription_id=9001)
    assert told == PushOutcome(handled=False, reason=sentences.SEVERAL_PATIENTS)
    assert found.chart() == []


def test_an_id_of_another_person_is_not_believed_because_dosespot_pushes_it() -> None:
    found = practice(prescription(), person={"LastName": "Other"})
    kinds = ("PrescriptionResult", "SelfReportedMedicationStatusUpdate", "PatientStatusUpdate")
    for kind in (*kinds, "PharmacyStatusUpdate"):
        with pytest.raises(RecordsDisagree):
            follow(found, kind, prescription_id=9001)
    assert (found.chart(), found.followed) == ([], [])


def test_a_patients_pharmacies_are_followed_by_an_administrator() -> None:
    found = practice()
    told = follow(found, "PharmacyStatusUpdate")
    assert told == PushOutcome(handled=True, reason=sentences.PHARMACIES_FOLLOWED)
    assert found.followed == [(ADMIN, "pat")]


def test_what_the_patient_reports_is_brought_in_line() -> None:
    found = practice()
    told = follow(found, "SelfReportedMedicationStatusUpdate")
    assert (told.reason, [one["intent"] for one in found.chart()]) == (
        sentences.CHART_UPDATED,
        ["plan"],
    )


def test_of_a_patient_only_whose_record_it_is_is_looked_at() -> None:
    told = follow(practice(), "PatientStatusUpdate")
    assert told == PushOutcome(handled=True, reason=sentences.SAME_PATIENT)


def test_a_request_about_an_id_that_two_patients_carry_is_nobodys() -> None:
    found = practice(renewals=[renewal()])
    found.fhir.put(patient(id="twin"))
    follow(found, "PrescriberNotificationCounts", clinician_id=PRESCRIBER_ID)
    assert statuses(found) == {}


def test_from_a_pharmacy_event_nothing_follows_in_the_chart() -> None:
    told = follow(practice(), "AllergyStatusUpdate")
    assert told == PushOutcome(handled=False, reason=sentences.NOTHING_FOLLOWS)


def test_counts_make_the_tasks_for_what_pharmacies_ask_and_close_them() -> None:
    found = practice(prescription(), renewals=[renewal()])
    counts = {"clinician_id": PRESCRIBER_ID, "patient_id": None}
    told = follow(found, "PrescriberNotificationCounts", **counts)
    assert told == PushOutcome(handled=True, reason=sentences.REQUESTS_FOLLOWED)
    assert statuses(found) == {"renewal-request.5": "requested"}
    assert found.chart() == []
    found.renewals = []
    follow(found, "PrescriberNotificationCounts", **counts)
    assert statuses(found) == {"renewal-request.5": "completed"}


@pytest.mark.parametrize("clinician_id", [None, 5])
def test_counts_of_a_clinician_of_others_are_not_handled(clinician_id: int | None) -> None:
    found = practice(renewals=[renewal()])
    told = follow(found, "PrescriberNotificationCounts", clinician_id=clinician_id)
    assert told == PushOutcome(handled=False, reason=sentences.NO_CLINICIAN)
    assert statuses(found) == {}


def test_one_patient_whose_requests_can_not_be_followed_stops_no_other() -> None:
    found = practice(
        renewals=[renewal(), renewal(6, Patient={"PatientId": 2002})],
        failing={"patient 1001": RemoteUnavailable("DoseSpot could not be reached.")},
    )
    other = [{"system": "https://dosespot.com/patient-id", "value": "2002"}]
    found.fhir.put(patient(id="other", identifier=other))
    told = follow(found, "PrescriberNotificationCounts", clinician_id=PRESCRIBER_ID)
    assert [one.sentence for one in told.findings] == ["DoseSpot could not be reached."]
    assert statuses(found) == {"renewal-request.6": "requested"}


def test_more_patients_than_one_notification_can_follow_are_said() -> None:
    several = range(1, sentences.MOST_PATIENTS + 3)
    asked = [renewal(number, Patient={"PatientId": number}) for number in several]
    found = practice(renewals=asked)
    for number in several:
        identifier = [{"system": "https://dosespot.com/patient-id", "value": str(number)}]
        found.fhir.put(patient(id=f"p{number}", identifier=identifier))
    told = follow(found, "PrescriberNotificationCounts", clinician_id=PRESCRIBER_ID)
    assert [one.sentence for one in told.findings] == [sentences.MORE_PATIENTS.format(count=2)]
    assert len(statuses(found)) == sentences.MOST_PATIENTS


@pytest.mark.parametrize("entry", [None, "x", {"Patient": 5}, {"Patient": {"PatientId": "none"}}])
def test_a_malformed_request_hides_no_other(entry: Any) -> None:
    found = practice(renewals=[entry, renewal()])
    follow(found, "PrescriberNotificationCounts", clinician_id=PRESCRIBER_ID)
    assert statuses(found) == {"renewal-request.5": "requested"}


@pytest.mark.parametrize("kind", sorted(PATIENT_EVENTS))
def test_only_numbers_of_an_event_are_read(kind: str) -> None:
    data = {
        "PatientId": "1001",
        "ClinicId": 123,
        "ClinicianId": None,
        "PrescriptionId": [9001],
        "StatusNotes": "of the patient",
    }
    given = {"EventType": kind, "Data": data, "More": 1}
    assert parse_input(NotificationInput, given).pushed() == PushedNumbers(kind, 123, None, 1001)
    for odd in (None, [], "x"):
        empty = parse_input(NotificationInput, {"EventType": kind, "Data": odd}).pushed()
        assert empty == PushedNumbers(kind)


def test_a_member_with_several_ids_is_found_by_each() -> None:
    found = practice(renewals=[renewal()])
    found.fhir.put(member("a", PRESCRIBER_ID, 9))
    told = follow(found, "PrescriberNotificationCounts", clinician_id=9)
    assert told.handled
