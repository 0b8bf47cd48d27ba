"""Push notifications about prescriptions, from the sandbox's DoseSpot to the chart."""

from typing import Any

import pytest

from fhir_profiles.preferred_pharmacy import primary_pharmacy
from shared.prescriptions import pushed as sentences
from tests.integration.choosing import PHARMACY_BOT
from tests.integration.clinic import Clinic, Member
from tests.integration.prescribing import (
    add_reported,
    charted,
    control,
    known_patient,
    pharmacy_id,
    sync_prescriptions,
    take_step,
    write_prescription,
)
from tests.integration.self_service import (
    SERVICE_SECRETS,
    dosespot_writes,
    enrolled,
    without_secrets,
    writes,
)
from tests.integration.test_notification import event, notify


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody who is enrolled."""
    return enrolled(clinic)


@pytest.fixture
def token(clinic: Clinic) -> str:
    """The token of a program that may run bots and nothing that only administrators may."""
    client = clinic.sandbox.fhir.add_client(clinic.project, "pushing")
    return clinic.sandbox.fhir.token_for(client.membership_id)


def about(clinic: Clinic, kind: str, patient_id: int, prescription: Any, **more: Any) -> Any:
    """A notification as DoseSpot posts it, with a note that nobody may repeat."""
    data = {"PatientId": patient_id, "ClinicId": clinic.clinic_id, "PrescriptionId": prescription}
    return {"EventType": kind, "Data": {**data, "StatusNotes": "Call Ada at home", **more}}


@pytest.mark.parametrize("kind", ["PrescriptionResult", "MedicationStatusUpdate"])
def test_a_notification_brings_one_prescription_in_line_and_is_not_believed(
    clinic: Clinic, token: str, member: Member, kind: str
) -> None:
    patient, number = known_patient(clinic, member)
    written = write_prescription(clinic, member, number)
    other = write_prescription(clinic, member, number)
    sync_prescriptions(clinic, member, patient)
    for one in (written, other):
        take_step(clinic, one, "fill")
    lie = about(clinic, kind, number, written, PrescriptionStatus=6, MedicationStatus=8)
    clinic.reset()
    answer = notify(clinic, token, lie)
    assert answer.body == {"handled": True, "reason": sentences.CHART_UPDATED}
    assert [one["status"] for one in charted(clinic, patient)] == ["active", "completed"]
    assert len(charted(clinic, patient, "MedicationDispense")) == 1
    again = notify(clinic, token, lie)
    assert again.body == {"handled": True, "reason": sentences.CHART_UNCHANGED}
    assert dosespot_writes(clinic) == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"PatientId": 987654}, sentences.NO_PATIENT),
        ({"PrescriptionId": 987654}, sentences.NO_PRESCRIPTION),
        ({"PrescriptionId": None}, sentences.NOTHING_NAMED),
        ({"ClinicId": 987654}, sentences.ANOTHER_CLINIC),
    ],
    ids=str,
)
def test_what_is_unknown_is_answered_and_changes_nothing(
    clinic: Clinic, token: str, member: Member, change: dict[str, Any], reason: str
) -> None:
    _, number = known_patient(clinic, member)
    written = write_prescription(clinic, member, number)
    clinic.reset()
    body = about(clinic, "PrescriptionResult", number, written, **change)
    assert notify(clinic, token, body).body["reason"] == reason
    assert writes(clinic) == []


def test_the_bots_own_rights_are_enough_for_a_chart(
    clinic: Clinic, token: str, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    written = write_prescription(clinic, member, number)
    with without_secrets(clinic, *SERVICE_SECRETS):
        answer = notify(clinic, token, about(clinic, "PrescriptionResult", number, written))
    assert answer.body == {"handled": True, "reason": sentences.CHART_UPDATED}
    (order,) = charted(clinic, patient)
    assert order["dispenseRequest"]["performer"]["reference"]


def test_other_events_about_a_patient(clinic: Clinic, token: str, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    add_reported(clinic, number)
    reasons = {
        kind: notify(clinic, token, about(clinic, kind, number, None)).body["reason"]
        for kind in (
            "SelfReportedMedicationStatusUpdate",
            "PatientStatusUpdate",
            "PharmacyStatusUpdate",
        )
    }
    assert reasons == {
        "SelfReportedMedicationStatusUpdate": sentences.CHART_UPDATED,
        "PatientStatusUpdate": sentences.SAME_PATIENT,
        "PharmacyStatusUpdate": sentences.PHARMACIES_FOLLOWED,
    }
    assert [one["intent"] for one in charted(clinic, patient)] == ["plan"]


def test_a_pharmacy_that_was_chosen_in_dosespot_comes_to_the_patient(
    clinic: Clinic, token: str, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    chosen = {"patientId": patient["id"], "pharmacyId": pharmacy_id(clinic), "setAsPrimary": True}
    assert clinic.execute(PHARMACY_BOT, chosen, member.token).status == 200
    with_it = clinic.read(f"Patient/{patient['id']}")
    clinic.write({**with_it, "extension": []})
    notify(clinic, token, about(clinic, "PharmacyStatusUpdate", number, None))
    stored = clinic.read(f"Patient/{patient['id']}")
    assert primary_pharmacy(with_it)
    assert primary_pharmacy(stored) == primary_pharmacy(with_it)


def test_counts_open_and_close_the_tasks_for_pharmacies_requests(
    clinic: Clinic, token: str, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    original = write_prescription(clinic, member, number)
    asked = control(clinic, "POST", f"prescriptions/{original}/renewal-requests", {})["id"]
    clinician = clinic.clinician(member)["id"]
    counts = event("PrescriberNotificationCounts", clinician, ClinicId=clinic.clinic_id)
    assert notify(clinic, token, counts).body["reason"] == sentences.REQUESTS_FOLLOWED
    (task,) = charted(clinic, patient, "Task")
    assert (task["status"], task["owner"]["reference"]) == (
        "requested",
        f"Practitioner/{member.id}",
    )
    control(clinic, "POST", f"requests/{asked}/deny")
    notify(clinic, token, counts)
    (task,) = charted(clinic, patient, "Task")
    assert task["status"] == "completed"
