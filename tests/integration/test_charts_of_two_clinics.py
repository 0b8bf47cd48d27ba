"""A patient of two clinics has one chart, and neither clinic takes the other's part for its own."""

from typing import Any

import pytest

from deploy.sandbox.clinic import PUSH_SECRET
from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.systems import DOSESPOT_PRESCRIPTION
from shared.prescriptions import pushed as sentences
from tests.integration.clinic import TIMEOUT_S, Member
from tests.integration.prescribing import (
    charted,
    control,
    sync_prescriptions,
    take_step,
    write_prescription,
)
from tests.integration.self_service import add_patient
from tests.integration.several import TwoClinics

PATIENT_SYNC = "dosespot-patient-sync-bot"


@pytest.fixture
def prescriber(two: TwoClinics) -> Member:
    """Somebody who works at both clinics."""
    member = two.clinic.add_member()
    assert two.clinic.enroll(member, organizationId=two.own).status == 200
    two.link(member)
    two.works_at(member, two.own, two.north)
    return member


@pytest.fixture
def patient(two: TwoClinics, prescriber: Member) -> dict[str, Any]:
    """A patient whom both clinics know."""
    name = [{"given": ["Ada"], "family": f"Both{prescriber.npi}"}]
    added = add_patient(two.clinic, name=name)
    for organization in (two.own, two.north):
        given = {"patientId": added["id"], "organizationId": organization}
        assert two.clinic.execute(PATIENT_SYNC, given, prescriber.token).status == 200
    return two.clinic.read(f"Patient/{added['id']}")


def numbers(two: TwoClinics, patient: dict[str, Any]) -> tuple[int, int]:
    """DoseSpot's ids of the patient, at the project's own clinic and at the other one."""
    own = dosespot_patient_id(patient)
    north = dosespot_patient_id(patient, [f"Organization/{two.north}"])
    assert own
    assert north
    return own, north


def known_as(two: TwoClinics, patient: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """By DoseSpot's id of each order in the chart, the clinic's Organization and the status."""
    return {
        one["value"]: (one.get("assigner", {}).get("reference", ""), order["status"])
        for order in charted(two.clinic, patient)
        for one in order["identifier"]
        if one["system"] == DOSESPOT_PRESCRIPTION
    }


def tasks(two: TwoClinics, patient: dict[str, Any]) -> list[str]:
    return [one["status"] for one in charted(two.clinic, patient, "Task")]


def test_each_clinic_brings_its_own_prescriptions_and_leaves_the_others_alone(
    two: TwoClinics, prescriber: Member, patient: dict[str, Any]
) -> None:
    own, north = numbers(two, patient)
    at_own = write_prescription(two.clinic, prescriber, own)
    at_north = write_prescription(two.clinic, prescriber, north)
    control(two.clinic, "POST", f"prescriptions/{at_own}/renewal-requests", {})
    unsaid = sync_prescriptions(two.clinic, prescriber, patient)
    assert "organizationId" in unsaid.error
    expected = {}
    for organization, number, clinic in (
        (two.own, at_own, ""),
        (two.north, at_north, f"Organization/{two.north}"),
    ):
        answer = sync_prescriptions(two.clinic, prescriber, patient, organizationId=organization)
        assert [one["resourceType"] for one in answer.body] == ["MedicationRequest"]
        expected[str(number)] = (clinic, "active")
        assert known_as(two, patient) == expected
        assert tasks(two, patient) == ["requested"]
    for organization in (two.own, two.north):
        two.clinic.reset()
        again = sync_prescriptions(two.clinic, prescriber, patient, organizationId=organization)
        assert (again.body, two.clinic.writes()) == ([], [])


def test_a_notification_is_about_the_clinic_that_it_names(
    two: TwoClinics, prescriber: Member, patient: dict[str, Any]
) -> None:
    _, north = numbers(two, patient)
    written = write_prescription(two.clinic, prescriber, north)
    sync_prescriptions(two.clinic, prescriber, patient, organizationId=two.north)
    take_step(two.clinic, written, "cancel")
    told = {
        clinic: notified(two, PatientId=north, PrescriptionId=written, ClinicId=clinic)
        for clinic in (999_999, two.clinic.clinic_id, two.number)
    }
    assert told == {
        999_999: sentences.ANOTHER_CLINIC,
        two.clinic.clinic_id: sentences.NO_PATIENT,
        two.number: sentences.CHART_UPDATED,
    }


def notified(two: TwoClinics, **data: int) -> str:
    """What comes of DoseSpot's notification."""
    reply = two.clinic.session.post(
        f"{two.clinic.fhir_url}fhir/R4/Bot/$execute",
        params={"identifier": "https://www.medplum.com/bots|dosespot-notification-bot"},
        json={"EventType": "PrescriptionResult", "Data": data},
        headers={
            "Authorization": f"Bearer {two.clinic.admin.token}",
            "X-DoseSpot-Secret": f"Secret {PUSH_SECRET}",
        },
        timeout=TIMEOUT_S,
    )
    return str(reply.json()["reason"])
