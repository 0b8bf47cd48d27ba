"""A prescription of DoseSpot's as a MedicationRequest, whatever of it is missing or malformed."""

from typing import Any

import pytest
from fhir.resources.R4B.medicationrequest import MedicationRequest

from deploy.sandbox.fhir.profiles import broken_rules
from fhir_profiles.systems import PRESCRIBED_SCHEDULE
from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import DrugItem
from shared.dosespot.reply import read
from shared.prescriptions.reading import Known, number, prescription_of, read_prescription
from shared.prescriptions.rules.medication_request import PRESCRIPTION_PARTS, medication_request
from shared.prescriptions.rules.moments import fhir_moment
from shared.prescriptions.rules.owned import digest, in_line
from shared.prescriptions.rules.states import MedicationStatus, PrescriptionStatus
from tests.profiles.examples import PROFILES

FULL: dict[str, Any] = {
    "PrescriptionId": 9001,
    "Status": "eRxSent",
    "MedicationStatus": "Active",
    "ErrorIgnored": None,
    "DisplayName": "Zolpidem 10 mg tablet",
    "Strength": "10 mg",
    "DispensableDrugId": 4433,
    "Directions": "Take 1 tablet \n at bedtime",
    "Quantity": "30",
    "DispenseUnitId": 26,
    "Refills": "2",
    "DaysSupply": 30,
    "PharmacyId": 77,
    "PharmacyNotes": "Deliver, please",
    "Comment": "Deliver, please",
    "NoSubstitutions": True,
    "WrittenDate": "2026-03-10T14:03:05.2071234",
    "EffectiveDate": "2026-03-11T00:00:00",
    "LastFillDate": "2026-03-12T00:00:00Z",
    "PrescriberId": 4711,
    "RxReferenceNumber": "RX-1",
    "NonDoseSpotPrescriptionId": "0f" * 16,
    "Schedule": 4,
    "IsUrgent": True,
    "Later": {"unknown": 1},
}
DRUG = read(
    DrugItem,
    {
        "DispensableDrugId": 4433,
        "NDC": "00093007401",
        "RXCUI": 854873,
        "StateSchedule": [{"StateName": "IL", "Schedule": 3}],
    },
)
KNOWN = Known(
    drugs={4433: DRUG},
    pharmacies={77: NamedById(77, "Organization/p", "Corner Drugs")},
    pharmacy_states={77: "IL"},
    prescribers={4711: NamedById(4711, "Practitioner/a", "")},
    replaced={9001: "MedicationRequest/before"},
)
SYNCED = "https://prescriber-bots.example/fhir/StructureDefinition/synced-prescription"
NOTHING = {"PrescriptionId": 9001}


def request(entry: Any, known: Known = KNOWN) -> dict[str, Any]:
    item = read_prescription(entry)
    assert item is not None
    return medication_request(prescription_of(item, known), "Patient/1")


def test_everything_that_dosespot_says_stands_in_the_medication_request() -> None:
    assert request(FULL) == {
        "resourceType": "MedicationRequest",
        "meta": {"profile": [SYNCED]},
        "extension": [
            {"url": "https://dosespot.com/prescription-status", "valueCode": "eRxSent"},
            {"url": "urn:prescriber-bots:last-fill", "valueDateTime": "2026-03-12T00:00:00.000Z"},
            {
                "url": "urn:prescriber-bots:prescribed-schedule",
                "valueCodeableConcept": {
                    "coding": [
                        {"system": "http://terminology.hl7.org/CodeSystem/v2-0477", "code": "III"}
                    ],
                    "text": "Schedule III",
                },
            },
        ],
        "identifier": [
            {"system": "https://dosespot.com/prescription-id", "value": "9001"},
            {"system": "urn:prescriber-bots:rx-reference-number", "value": "RX-1"},
            {"system": "urn:prescriber-bots:non-dosespot-prescription-id", "value": "0f" * 16},
        ],
        "status": "active",
        "statusReason": {
            "coding": [{"system": "https://dosespot.com/medication-status", "code": "Active"}]
        },
        "intent": "order",
        "priority": "urgent",
        "medicationCodeableConcept": {
            "coding": [
                {
                    "system": "http://hl7.org/fhir/sid/ndc",
                    "code": "00093007401",
                    "display": "Zolpidem 10 mg tablet",
                },
                {
                    "system": "http://www.nlm.nih.gov/research/umls/rxnorm",
                    "code": "854873",
                    "display": "Zolpidem 10 mg tablet",
                },
                {
                    "system": "https://dosespot.com/dispensable-drug-id",
                    "code": "4433",
                    "display": "Zolpidem 10 mg tablet",
                },
            ],
            "text": "Zolpidem 10 mg tablet",
        },
        "subject": {"reference": "Patient/1"},
        "authoredOn": "2026-03-10T14:03:05.207Z",
        "requester": {
            "reference": "Practitioner/a",
            "identifier": {"system": "https://dosespot.com/clinician-identifier", "value": "4711"},
        },
        "recorder": {"identifier": {"value": "dosespot"}},
        "note": [{"authorString": "DoseSpot", "text": "Deliver, please"}],
        "dosageInstruction": [{"text": "Take 1 tablet at bedtime"}],
        "dispenseRequest": {
            "validityPeriod": {"start": "2026-03-11"},
            "quantity": {"value": 30, "unit": "Tablet"},
            "numberOfRepeatsAllowed": 2,
            "expectedSupplyDuration": {
                "value": 30,
                "unit": "days",
                "system": "http://unitsofmeasure.org",
                "code": "d",
            },
            "performer": {
                "reference": "Organization/p",
                "identifier": {"system": "https://dosespot.com/pharmacy-id", "value": "77"},
                "display": "Corner Drugs",
            },
        },
        "priorPrescription": {"reference": "MedicationRequest/before"},
        "substitution": {"allowedBoolean": False},
    }


def test_a_prescription_of_nothing_but_an_id_is_told_as_unknown() -> None:
    for entry in (NOTHING, {**dict.fromkeys(FULL), **NOTHING}):
        assert request(entry, Known()) == {
            "resourceType": "MedicationRequest",
            "meta": {"profile": [SYNCED]},
            "identifier": [{"system": "https://dosespot.com/prescription-id", "value": "9001"}],
            "status": "unknown",
            "intent": "order",
            "medicationCodeableConcept": {"text": "Prescription 9001"},
            "subject": {"reference": "Patient/1"},
            "recorder": {"identifier": {"value": "dosespot"}},
        }


@pytest.mark.parametrize("name", [name for name in FULL if name != "PrescriptionId"])
@pytest.mark.parametrize("odd", [None, {}, [1], "\ud800", -1, 10**20, True, 1.5, ""], ids=repr)
def test_one_malformed_field_hides_no_other(name: str, odd: Any) -> None:
    found = request({**FULL, name: odd})
    assert found["identifier"][0]["value"] == "9001"
    if odd != "\ud800":  # half a character, which no model takes
        MedicationRequest.model_validate(found)


@pytest.mark.parametrize(
    "entry",
    [
        None,
        5,
        "x",
        [],
        {},
        {"PrescriptionId": None},
        {"PrescriptionId": 0},
        {"PrescriptionId": "x"},
    ],
    ids=repr,
)
def test_what_has_no_id_is_no_prescription(entry: Any) -> None:
    assert read_prescription(entry) is None


def test_numbers_written_as_strings_are_numbers() -> None:
    spelled = {
        **FULL,
        "PrescriptionId": "9001",
        "DispensableDrugId": "4433",
        "PharmacyId": "77",
        "PrescriberId": "4711",
        "DaysSupply": "30",
        "Refills": 2,
        "Quantity": 30.0,
        "Status": "4",
        "MedicationStatus": 1,
        "Schedule": "4",
        "NoSubstitutions": "true",
        "IsUrgent": 1,
    }
    assert request(spelled) == request(FULL)


def test_the_strength_is_named_where_the_name_leaves_it_out() -> None:
    found = request({**FULL, "DisplayName": "Zolpidem tablet", "DispensableDrugId": None})
    assert found["medicationCodeableConcept"] == {"text": "Zolpidem tablet 10 mg"}


def test_a_prescriber_or_pharmacy_of_whom_nothing_is_known_is_named_by_id() -> None:
    found = request(FULL, Known())
    assert found["requester"] == {
        "identifier": {"system": "https://dosespot.com/clinician-identifier", "value": "4711"}
    }
    assert found["dispenseRequest"]["performer"] == {
        "identifier": {"system": "https://dosespot.com/pharmacy-id", "value": "77"}
    }
    schedule = [one for one in found["extension"] if one["url"] == PRESCRIBED_SCHEDULE]
    assert schedule[0]["valueCodeableConcept"]["text"] == "Schedule IV"


def test_every_part_that_is_written_is_ours() -> None:
    wanted = request(FULL)
    found = in_line(PRESCRIPTION_PARTS, {"resourceType": "MedicationRequest"}, wanted)
    assert found == wanted
    assert in_line(PRESCRIPTION_PARTS, found, {}) == {
        "resourceType": "MedicationRequest",
        "priorPrescription": {"reference": "MedicationRequest/before"},
    }
    assert digest(PRESCRIPTION_PARTS, wanted) != digest(PRESCRIPTION_PARTS, request(NOTHING))


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("2026-03-12T23:38:38.207", "2026-03-12T23:38:38.207Z"),
        ("2026-03-12T23:38:38", "2026-03-12T23:38:38.000Z"),
        ("2026-03-12T23:38:38.2Z", "2026-03-12T23:38:38.200Z"),
        ("2026-03-12T23:38:38-05:00", "2026-03-13T04:38:38.000Z"),
        ("2026-03-12T00:00:00", "2026-03-12"),
        ("2026-03-12T00:00:00.0000000", "2026-03-12"),
        ("2026-03-12", "2026-03-12"),
        (" 2026-03-12 ", "2026-03-12"),
        *((one, "") for one in (None, "", "0001-01-01T00:00:00", "2026-02-30", "soon", 5, True)),
        *((one, "") for one in ("2026-03-12T25:00:00", "9999-12-31T23:59:59-05:00", "03/12/2026")),
    ],
    ids=str,
)
def test_a_date_is_written_as_fhir_has_it(given: Any, found: str) -> None:
    assert fhir_moment(given) == found


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("30", 30),
        ("2.50", 2.5),
        (7, 7),
        ("0", 0),
        *((one, None) for one in (None, "", "a few", "-1", "1e3", "1,000", "9" * 12, True)),
    ],
    ids=str,
)
def test_an_amount_is_a_plain_number_or_unknown(given: Any, found: Any) -> None:
    assert number(given) == found


PROFILE = PROFILES["synced-prescription"]


@pytest.mark.parametrize("medication", [*MedicationStatus, None, "Lost"])
@pytest.mark.parametrize("ignored", [True, False])
def test_whatever_the_state_what_is_written_keeps_the_profile(
    medication: Any, ignored: bool
) -> None:
    for status in (*PrescriptionStatus, None, "Retracted"):
        changes = {"Status": status, "MedicationStatus": medication, "ErrorIgnored": ignored}
        assert broken_rules(request({**FULL, **changes}), PROFILE) == []


def test_what_is_written_of_a_prescription_of_nothing_keeps_the_profile() -> None:
    assert broken_rules(request(NOTHING, Known()), PROFILE) == []
    assert broken_rules(request({**FULL, "Schedule": 9}, Known()), PROFILE) == []
