"""The history bot and the self-reported bot through `$execute`."""

import pytest

from tests.integration.clinic import Clinic, Member
from tests.integration.prescribing import (
    ALWAYS,
    HISTORY_BOT,
    LORAZEPAM,
    REPORTED_BOT,
    add_history,
    add_reported,
    charted,
    control,
    known_patient,
)
from tests.integration.self_service import add_patient, dosespot_writes, enrolled


@pytest.fixture
def member(clinic: Clinic) -> Member:
    """Somebody who is enrolled."""
    return enrolled(clinic)


def test_the_history_comes_with_the_consent_and_only_once(clinic: Clinic, member: Member) -> None:
    patient, number = known_patient(clinic, member)
    entry = add_history(clinic, number, DiagnosisCode="E119", Route="oral")
    add_history(clinic, number, LORAZEPAM)
    given = {"patientId": patient["id"], **ALWAYS}
    answer = clinic.execute(HISTORY_BOT, given, member.token)
    assert answer.status == 200, answer.error
    first = next(one for one in answer.body if one["identifier"][0]["value"] == str(entry))
    assert (first["intent"], first["recorder"]["identifier"]["value"]) == (
        "original-order",
        "surescripts",
    )
    assert first["reasonCode"][0]["coding"][0]["code"] == "E11.9"
    systems = {one["system"] for one in first["medicationCodeableConcept"]["coding"]}
    assert systems >= {
        "http://hl7.org/fhir/sid/ndc",
        "http://www.nlm.nih.gov/research/umls/rxnorm",
    }
    events = clinic.events(f"Patient/{patient['id']}")
    acts = [one["subtype"][0]["code"] for one in events]
    assert acts.count("history-consented") == 1
    again = clinic.execute(HISTORY_BOT, given, member.token)
    assert (again.status, again.body) == (200, [])
    assert len(charted(clinic, patient)) == 2
    raw = clinic.execute(HISTORY_BOT, {**given, "raw": True}, member.token)
    assert {one["PatientMedicationHistoryId"] for one in raw.body} >= {entry}


def test_what_a_patient_reports_is_followed_and_nothing_goes_to_dosespot(
    clinic: Clinic, member: Member
) -> None:
    patient, number = known_patient(clinic, member)
    entry = add_reported(clinic, number)
    clinic.reset()
    given = {"patientId": patient["id"]}
    (written,) = clinic.execute(REPORTED_BOT, given, member.token).body
    assert (written["intent"], written["status"]) == ("plan", "active")
    assert clinic.execute(REPORTED_BOT, given, member.token).body == []
    control(clinic, "PATCH", f"reported/{entry}", {"Status": "Discontinued"})
    (changed,) = clinic.execute(REPORTED_BOT, {**given, **ALWAYS}, member.token).body
    assert (changed["id"], changed["status"]) == (written["id"], "stopped")
    assert dosespot_writes(clinic) == []


@pytest.mark.parametrize("bot", [HISTORY_BOT, REPORTED_BOT])
def test_nobody_else_gets_anything(clinic: Clinic, member: Member, bot: str) -> None:
    patient, number = known_patient(clinic, member)
    add_history(clinic, number)
    add_reported(clinic, number)
    given = {"patientId": patient["id"], **ALWAYS}
    stranger = clinic.execute(bot, given, clinic.add_member().token)
    assert stranger.body["errorType"] == "NotAuthorized"
    unknown = add_patient(clinic, name=[{"given": ["Ian"], "family": "Unknown"}])
    unsent = clinic.execute(bot, {**given, "patientId": unknown["id"]}, member.token)
    assert unsent.body["errorType"] == "RecordsRefused"
    half = clinic.execute(REPORTED_BOT, {"patientId": "a", "start": "2026-03-10"}, member.token)
    assert half.body["errorType"] == "InputRefused"
    assert charted(clinic, patient) == []
