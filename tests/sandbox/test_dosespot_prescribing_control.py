"""What tests may set around prescriptions in DoseSpot's stand-in."""

from typing import Any

import pytest

from tests.sandbox.served_prescribing import ELM_STREET, IDS, Practice


def does(practice: Practice, method: str, path: str, body: Any = None) -> Any:
    answer = practice.sandbox.control(method, path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_prescription_is_written_moved_and_set_from_behind(practice: Practice) -> None:
    order = {
        "clinician_id": practice.jane,
        "drug_id": IDS["Lisinopril"],
        "pharmacy_id": ELM_STREET,
        "fields": {"NonDoseSpotPrescriptionId": "x"},
    }
    path = f"patients/{practice.patient}/prescriptions"
    number = does(practice, "POST", path, order)["id"]
    does(practice, "POST", f"prescriptions/{number}/steps/send")
    does(practice, "POST", f"prescriptions/{number}/steps/fail", {"info": "No answer"})
    ignored = does(practice, "POST", f"prescriptions/{number}/steps/ignore-error")
    assert ignored["record"]["ErrorIgnored"] is True
    fields = {"Status": "Retracted", "MedicationStatus": None, "WrittenDate": "soon"}
    does(practice, "PATCH", f"prescriptions/{number}", fields)
    (kept,) = does(practice, "GET", path)
    statuses = [line["status"] for line in kept["log"]]
    assert statuses == ["Entered", "Sending", "eRxSent", "Error", "Error", "Retracted"]
    (found,) = practice.items(f"{practice.chart}/prescriptions")
    assert {name: found[name] for name in fields} == fields
    assert found["NonDoseSpotPrescriptionId"] == "x"


def test_requests_are_made_and_answered_from_behind(practice: Practice) -> None:
    number = practice.write(status="eRxSent")
    path = f"prescriptions/{number}"
    renewal = does(practice, "POST", f"{path}/renewal-requests", {"note": "Patient is out"})["id"]
    asked = {"drug_ids": [IDS["Cephalexin"]]}
    change = does(practice, "POST", f"{path}/change-requests", asked)["id"]
    assert [each["kind"] for each in does(practice, "GET", "requests")] == ["renewal", "change"]
    does(practice, "PATCH", f"requests/{renewal}", {"RequestExpirationDate": None})
    (found,) = practice.items("refills/pending")
    assert found["RequestExpirationDate"] is None
    does(practice, "POST", f"requests/{renewal}/approve")
    assert does(practice, "POST", f"requests/{change}/deny")["pending"] is False
    assert practice.items("refills/pending") == practice.items("rxchanges/pending") == []


def test_what_stands_beside_prescriptions_is_added_and_set_from_behind(practice: Practice) -> None:
    added = {"drug_id": IDS["Loratadine"], "fields": {"Comment": "Spring"}}
    reported = does(practice, "POST", f"patients/{practice.patient}/reported", added)["id"]
    does(practice, "PATCH", f"reported/{reported}", {"Status": "Completed"})
    (found,) = practice.items(f"{practice.chart}/selfReportedMedications")
    assert (found["Comment"], found["Status"]) == ("Spring", "Completed")
    added = {"drug_id": IDS["Oxycodone"]}
    fill = does(practice, "POST", f"patients/{practice.patient}/history", added)["id"]
    does(practice, "PATCH", f"history/{fill}", {"RxCUI": "?"})
    practice.call("POST", f"{practice.chart}/medications/history/consent")
    (found,) = practice.items(f"{practice.chart}/medications/history")
    assert (found["PatientMedicationHistoryId"], found["RxCUI"]) == (fill, "?")
    allergy = does(practice, "POST", f"patients/{practice.patient}/allergies", {"Reaction": "Rash"})
    does(practice, "PATCH", f"allergies/{allergy['id']}", {"StatusType": "Inactive"})
    (found,) = practice.items(f"{practice.chart}/allergies")
    assert (found["Reaction"], found["StatusType"]) == ("Rash", "Inactive")


def test_the_catalogs_tell_the_ids(practice: Practice) -> None:
    drugs, pharmacies = (does(practice, "GET", each) for each in ("drugs", "pharmacies"))
    assert drugs[0] == {
        "id": IDS["Amoxicillin"],
        "name": "Amoxicillin (oral - capsule) 500 mg",
        "rxcui": 308191,
        "ndc": "00093310905",
        "schedule": 0,
    }
    assert (pharmacies[0]["id"], pharmacies[0]["name"]) == (ELM_STREET, "Elm Street Pharmacy")


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "patients/1/prescriptions", {"clinician_id": 1, "drug_id": 20001}, 404),
        ("POST", "patients/{patient}/prescriptions", {"clinician_id": 1, "drug_id": 20001}, 404),
        ("POST", "patients/{patient}/prescriptions", {"drug_id": 20001}, 400),
        ("POST", "prescriptions/1/steps/send", None, 404),
        ("POST", "prescriptions/{sheet}/steps/dance", None, 404),
        ("PATCH", "prescriptions/{sheet}", {"Colour": "red"}, 404),
        ("PATCH", "prescriptions/{sheet}", [], 400),
        ("POST", "prescriptions/{sheet}/change-requests", {"drug_ids": [1]}, 404),
        ("POST", "requests/1/approve", None, 404),
        ("POST", "patients/{patient}/history", {"drug_id": 1}, 404),
        ("PATCH", "reported/1", {}, 404),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    practice: Practice, method: str, path: str, body: Any, status: int
) -> None:
    sheet = practice.write()
    before = practice.items(f"{practice.chart}/prescriptions")
    answer = practice.sandbox.control(
        method, path.format(patient=practice.patient, sheet=sheet), body
    )
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert practice.items(f"{practice.chart}/prescriptions") == before
