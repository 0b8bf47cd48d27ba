"""The network's history and self-reported medications as MedicationRequests."""

from typing import Any

import pytest
from fhir.resources.R4B.medicationrequest import MedicationRequest

from shared.prescriptions.other_reading import read_history, read_reported
from shared.prescriptions.rules.other_medications import (
    HISTORY_PARTS,
    REPORTED_PARTS,
    diagnosis_code,
    history_request,
    reported_request,
)
from shared.prescriptions.rules.owned import in_line
from shared.prescriptions.rules.states import MedicationStatus, reported_state

HISTORY: dict[str, Any] = {
    "PatientMedicationHistoryId": 9_000_000_000_000_000_001,
    "DisplayName": "Lisinopril 10 mg tablet",
    "GenericDrugName": "lisinopril",
    "DispensableDrugId": 20006,
    "NDC": "00093111310",
    "RxCUI": "314076",
    "Directions": "Take 1 daily",
    "Route": "oral",
    "Quantity": "90",
    "DispenseUnitDescription": "Tablet",
    "Refills": "3",
    "DaysSupply": 90,
    "PharmacyNotes": "none",
    "NoSubstitutions": False,
    "WrittenDate": "2026-01-02T00:00:00",
    "EffectiveDate": "2026-01-03T00:00:00",
    "LastFillDate": "2026-01-04T00:00:00",
    "DiagnosisCode": "I10",
    "DiagnosisQualifier": "ABF",
    "Schedule": 0,
}
REPORTED: dict[str, Any] = {
    "SelfReportedMedicationId": 31,
    "Status": "Active",
    "DisplayName": "Loratadine 10 mg tablet",
    "DispensableDrugID": 20018,
    "NDC": "45802065078",
    "Directions": None,
    "DosageText": "1 when needed",
    "Route": "oral",
    "Comment": "in spring",
    "DateReported": "2026-02-01T12:00:00",
    "DatePrescribed": None,
    "Quantity": "30",
    "DispenseUnitType": "Tablet",
    "Refills": 0,
    "DaysSupply": 30,
    "Schedule": None,
}


def history(**changes: Any) -> dict[str, Any]:
    one = read_history({**HISTORY, **changes})
    assert one is not None
    return history_request(one, "Patient/1")


def reported(**changes: Any) -> dict[str, Any]:
    one = read_reported({**REPORTED, **changes})
    assert one is not None
    return reported_request(one, "Patient/1")


def test_a_medication_of_the_history_is_no_order_of_this_practice() -> None:
    found = history()
    name = "Lisinopril 10 mg tablet"
    assert found == {
        "resourceType": "MedicationRequest",
        "identifier": [
            {"system": "https://dosespot.com/medication-history-id", "value": "9000000000000000001"}
        ],
        "extension": [{"url": "urn:prescriber-bots:last-fill", "valueDateTime": "2026-01-04"}],
        "status": "unknown",
        "intent": "original-order",
        "medicationCodeableConcept": {
            "coding": [
                {
                    "system": "http://hl7.org/fhir/sid/ndc",
                    "code": "00093111310",
                    "display": name,
                },
                {
                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                    "code": "314076",
                    "display": name,
                },
                {
                    "system": "https://dosespot.com/dispensable-drug-id",
                    "code": "20006",
                    "display": name,
                },
            ],
            "text": name,
        },
        "subject": {"reference": "Patient/1"},
        "authoredOn": "2026-01-02",
        "recorder": {"identifier": {"value": "surescripts"}},
        "reasonCode": [
            {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}]}
        ],
        "note": [{"authorString": "DoseSpot", "text": "none"}],
        "dosageInstruction": [{"text": "Take 1 daily", "route": {"text": "oral"}}],
        "dispenseRequest": {
            "validityPeriod": {"start": "2026-01-03"},
            "quantity": {"value": 90, "unit": "Tablet"},
            "numberOfRepeatsAllowed": 3,
            "expectedSupplyDuration": {
                "value": 90,
                "unit": "days",
                "system": "http://unitsofmeasure.org",
                "code": "d",
            },
        },
        "substitution": {"allowedBoolean": True},
    }
    MedicationRequest.model_validate(found)


def test_what_a_patient_reports_is_a_plan() -> None:
    found = reported()
    assert (found["intent"], found["status"], found["reportedBoolean"]) == ("plan", "active", True)
    assert found["identifier"] == [
        {"system": "https://dosespot.com/self-reported-medication-id", "value": "31"}
    ]
    assert found["recorder"] == {"identifier": {"value": "dosespot"}}
    assert found["dosageInstruction"] == [{"text": "1 when needed", "route": {"text": "oral"}}]
    assert found["authoredOn"] == "2026-02-01T12:00:00.000Z"
    MedicationRequest.model_validate(found)


@pytest.mark.parametrize("name", [*HISTORY][1:])
@pytest.mark.parametrize("odd", [None, {}, [1], -1, 10**20, True, 1.5, ""], ids=repr)
def test_one_malformed_field_of_the_history_hides_no_other(name: str, odd: Any) -> None:
    found = history(**{name: odd})
    assert found["identifier"][0]["value"] == "9000000000000000001"
    MedicationRequest.model_validate(found)


@pytest.mark.parametrize("name", [*REPORTED][1:])
@pytest.mark.parametrize("odd", [None, {}, [1], -1, 10**20, True, 1.5, ""], ids=repr)
def test_one_malformed_field_of_what_is_reported_hides_no_other(name: str, odd: Any) -> None:
    found = reported(**{name: odd})
    assert found["identifier"][0]["value"] == "31"
    MedicationRequest.model_validate(found)


@pytest.mark.parametrize("entry", [None, {}, {"PatientMedicationHistoryId": 0}, [], "x"], ids=repr)
def test_what_has_no_id_is_no_medication(entry: Any) -> None:
    assert (read_history(entry), read_reported(entry)) == (None, None)


@pytest.mark.parametrize(
    ("made", "parts"), [(history(), HISTORY_PARTS), (reported(), REPORTED_PARTS)]
)
def test_every_part_of_these_that_is_written_is_ours(made: dict[str, Any], parts: Any) -> None:
    bare = {"resourceType": "MedicationRequest"}
    found = in_line(parts, bare, made)
    assert found == made
    assert in_line(parts, found, {}) == bare


def test_reasons_that_somebody_else_has_added_stay() -> None:
    theirs = [{"text": "theirs"}, {"coding": [{"system": "http://snomed.info/sct", "code": "1"}]}]
    stored = {"resourceType": "MedicationRequest", "reasonCode": theirs}
    found = in_line(HISTORY_PARTS, stored, history())["reasonCode"]
    assert found == [*theirs, *history()["reasonCode"]]


@pytest.mark.parametrize(
    ("code", "qualifier", "found"),
    [
        ("I10", "ABF", "I10"),
        ("e119", "", "E11.9"),
        ("E11.9", "", "E11.9"),
        (" S72.001A ", "ABF", "S72.001A"),
        ("C7A1", "", "C7A.1"),
        *((one, "", "") for one in ("", "250.00", "hypertension", "I", "I10.12345")),
        ("V10.3", "DX", ""),
        ("V10.3", "ICD9", ""),
    ],
)
def test_a_diagnosis_is_a_code_of_the_tenth_revision_or_left_out(
    code: str, qualifier: str, found: str
) -> None:
    assert diagnosis_code(code, qualifier) == found


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("Active", "active"),
        (1, "active"),
        ("Discontinued", "stopped"),
        ("Changed", "stopped"),
        ("Deleted", "entered-in-error"),
        ("Completed", "completed"),
        ("Cancelled", "cancelled"),
        *((one, "unknown") for one in ("Unknown", "Inactive", None, "", "Forgotten", {})),
    ],
    ids=str,
)
def test_the_status_of_what_is_reported_is_the_medications(given: Any, status: str) -> None:
    assert reported_state(given).status == status


def test_every_status_of_what_is_reported_comes_to_something() -> None:
    assert all(reported_state(one).status for one in MedicationStatus)
