"""What a run makes of DoseSpot's prescriptions and of the chart as it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from fhir_profiles.systems import DOSESPOT_PRESCRIPTION
from shared.errors import (
    BotError,
    FhirDenied,
    RecordsDisagree,
    RecordsRefused,
    RemoteUnavailable,
)
from shared.prescriptions import prescription_run as sentences_of
from shared.prescriptions.ports import Synced
from tests.core.prescribed import (
    DAY,
    DRUG_ID,
    PAT,
    PHARMACY_ID,
    Practice,
    member,
    patient,
    practice,
    prescription,
)

DOWN = RemoteUnavailable("DoseSpot could not be reached.")


def charted(number: int = 9001, **more: Any) -> dict[str, Any]:
    """A prescription that was in the chart before."""
    return {
        "resourceType": "MedicationRequest",
        "id": f"rx-{number}",
        "identifier": [{"system": DOSESPOT_PRESCRIPTION, "value": str(number)}],
        "status": "active",
        "intent": "order",
        "subject": {"reference": PAT},
        **more,
    }


def statuses(found: Practice) -> dict[str, str]:
    """The status of each entry of the chart, by DoseSpot's id."""
    return {one["identifier"][0]["value"]: one["status"] for one in found.chart()}


def sentences(result: Synced) -> list[str]:
    return [one.sentence for one in result.findings]


def test_a_first_run_creates_everything_and_answers_with_it() -> None:
    found = practice(prescription(), prescription(9002, Status="Entered"))
    result = found.run()
    assert result.written == found.chart()
    assert (result.unchanged, result.findings) == (0, [])
    first, second = found.chart()
    assert (first["status"], second["status"]) == ("active", "draft")
    assert first["requester"]["reference"] == "Practitioner/a"
    (pharmacy,) = found.chart("Organization")
    performer = first["dispenseRequest"]["performer"]
    assert performer == {
        "reference": f"Organization/{pharmacy['id']}",
        "identifier": {"system": "https://dosespot.com/pharmacy-id", "value": str(PHARMACY_ID)},
        "display": "Corner Drugs",
    }
    codes = [one["code"] for one in first["medicationCodeableConcept"]["coding"]]
    assert codes == ["00093007401", "1", str(DRUG_ID)]


def test_an_answer_holds_what_many_prescriptions_name_once() -> None:
    found = practice(prescription(), prescription(9002, Quantity="60"))
    one, other = found.run().written
    assert [one, other] == found.chart()
    for name in ("medicationCodeableConcept", "requester", "subject", "recorder", "extension"):
        assert one[name] is other[name], name
    assert one["dispenseRequest"] != other["dispenseRequest"]


def test_a_second_run_reads_the_chart_once_and_writes_nothing() -> None:
    found = practice(prescription(), prescription(9002))
    found.run()
    found.asked()
    result = found.run()
    assert (result.written, result.unchanged) == ([], 2)
    kinds = {one.partition("?")[0] for one in found.asked()}
    assert kinds == {"GET MedicationRequest", "GET MedicationDispense", "GET Task"}


def test_what_changed_is_written_over_what_is_ours_alone() -> None:
    found = practice(prescription())
    found.run()
    (stored,) = found.chart()
    theirs = {
        "category": [{"text": "theirs"}],
        "note": [{"text": "theirs"}],
        "identifier": [{"system": "theirs", "value": "1"}, *stored["identifier"]],
        "extension": [
            {"url": "https://example.org/theirs", "valueCode": "x"},
            *stored["extension"],
        ],
    }
    found.fhir.put({**stored, **theirs})
    found.prescriptions[9001] = prescription(MedicationStatus="Cancelled", Directions=None)
    result = found.run()
    (after,) = found.chart()
    assert result.written == [after]
    assert (after["status"], "dosageInstruction" in after) == ("cancelled", False)
    for name, value in theirs.items():
        assert [one for one in after[name] if one in value] == value, name
    assert found.run().written == []


def test_what_somebody_changed_of_ours_is_brought_back() -> None:
    found = practice(prescription())
    found.run()
    (stored,) = found.chart()
    found.fhir.put({**stored, "status": "completed"})
    assert [one["status"] for one in found.run().written] == ["active"]


def test_a_change_is_made_to_what_others_wrote_in_between() -> None:
    found = practice(prescription())
    found.run()
    (stored,) = found.chart()
    found.prescriptions[9001] = prescription(MedicationStatus="FullFill")
    found.fhir.before_write = [
        lambda: found.fhir.put({**stored, "groupIdentifier": {"value": "in between"}})
    ]
    found.run()
    (after,) = found.chart()
    assert (after["status"], after["groupIdentifier"]["value"]) == ("completed", "in between")


def test_what_another_run_created_in_the_meantime_is_only_brought_in_line() -> None:
    found = practice(prescription(MedicationStatus="Cancelled"))
    found.fhir.before_write = [
        lambda: None,  # the pharmacy
        lambda: found.fhir.put(charted()),
    ]
    result = found.run()
    assert [one["id"] for one in result.written] == ["rx-9001"]
    assert statuses(found) == {"9001": "cancelled"}


def test_two_runs_at_once_make_one_resource_each() -> None:
    found = practice(*(prescription(number) for number in range(9001, 9021)), page=7)
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(found.run) for _ in range(4)]
        results = [one.result() for one in runs]
    assert len(found.chart()) == 20
    assert len(found.chart("Organization")) == 1
    assert sum(len(one.written) for one in results) == 20


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([], "no member of this project has the DoseSpot clinician id 4711"),
        ([("a", 4711), ("b", 4711)], "several members of this project have"),
    ],
)
def test_a_prescriber_who_is_not_one_member_is_said_and_not_guessed(
    members: list[tuple[str, int]], told: str
) -> None:
    found = practice(prescription(), prescription(9002))
    found.fhir.delete("ProjectMembership/member-a")
    for one in members:
        found.fhir.put(member(*one))
    result = found.run()
    assert len(result.findings) == 1
    assert result.findings[0].sentence.startswith(told)
    for one in found.chart():
        assert one["requester"] == {
            "identifier": {"system": "https://dosespot.com/clinician-identifier", "value": "4711"}
        }


def test_a_prescription_of_somebody_who_is_nobody_here_is_not_taken_for_the_former_ones() -> None:
    found = practice(prescription())
    found.run()
    found.prescriptions[9001] = prescription(PrescriberId=8)
    (written,) = found.run().written
    assert written["requester"] == {
        "identifier": {"system": "https://dosespot.com/clinician-identifier", "value": "8"}
    }


def test_a_prescriber_who_is_found_later_is_named_then() -> None:
    found = practice(prescription())
    found.fhir.delete("ProjectMembership/member-a")
    found.run()
    assert found.run().written == []
    found.fhir.put(member("a", 4711))
    (written,) = found.run().written
    assert written["requester"]["reference"] == "Practitioner/a"


@pytest.mark.parametrize(
    "person",
    [
        {"DateOfBirth": "1971-02-04T00:00:00"},
        {"DateOfBirth": None},
        {"LastName": "Other"},
        {"LastName": None},
        {"FirstName": "Other"},
        {"FirstName": ""},
    ],
    ids=str,
)
def test_nothing_is_written_or_shown_of_a_patient_who_is_not_surely_this_person(
    person: dict[str, Any],
) -> None:
    found = practice(prescription(), person=person)
    for run in (found.run, lambda: found.use_case().raw(patient(), DAY, DAY)):
        with pytest.raises(RecordsDisagree, match=r"Patient\.identifier: the ") as refused:
            run()
        assert "Other" not in str(refused.value)
    assert found.chart() == []


def test_a_former_name_and_another_case_are_the_persons_too() -> None:
    found = practice(prescription(), person={"LastName": "FORMER", "FirstName": "pat"})
    names = [{"family": "Example", "given": ["Pat"]}, {"family": "Former", "use": "old"}]
    assert len(found.run(name=names).written) == 1


def test_a_patient_without_a_dosespot_id_is_to_be_sent_there_first() -> None:
    found = practice(prescription())
    with pytest.raises(RecordsRefused, match="Run dosespot-patient-sync-bot first"):
        found.run(identifier=[])
    assert found.looked_up == []


@pytest.mark.parametrize("missing", [f"drug {DRUG_ID}", f"pharmacy {PHARMACY_ID}"])
def test_what_could_not_be_looked_up_is_left_as_it_was_and_the_state_is_told(missing: str) -> None:
    found = practice(prescription())
    found.run()
    (before,) = found.chart()
    found.failing[missing] = DOWN
    found.prescriptions[9001] = prescription(MedicationStatus="Cancelled")
    result = found.run()
    (after,) = found.chart()
    assert after["status"] == "cancelled"
    for name in ("medicationCodeableConcept", "dispenseRequest"):
        assert after[name] == before[name]
    assert sentences(result) == [f"{missing}: {DOWN}"]
    assert found.run().written == []


def test_a_drug_or_pharmacy_that_dosespot_no_longer_has_is_left_as_it_was() -> None:
    found = practice(prescription())
    found.run()
    before = found.chart()
    found.drugs_known.clear()
    found.pharmacies_known.clear()
    result = found.run()
    assert (result.written, result.findings) == ([], [])
    assert found.chart() == before


@pytest.mark.parametrize("failing", [True, False], ids=["fails", "not found"])
def test_another_drug_or_pharmacy_is_told_though_it_can_not_be_looked_up(failing: bool) -> None:
    found = practice(prescription())
    found.run()
    if failing:
        found.failing = {"drug 5": DOWN, "pharmacy 6": DOWN}
    other = {"DispensableDrugId": 5, "DisplayName": "Other 5 mg tablet", "PharmacyId": 6}
    found.prescriptions[9001] = prescription(**other)
    (written,) = found.run().written
    assert written["medicationCodeableConcept"] == {
        "coding": [
            {
                "system": "https://dosespot.com/dispensable-drug-id",
                "code": "5",
                "display": "Other 5 mg tablet",
            }
        ],
        "text": "Other 5 mg tablet",
    }
    assert written["dispenseRequest"]["performer"] == {
        "identifier": {"system": "https://dosespot.com/pharmacy-id", "value": "6"}
    }
    assert found.run().written == []


@pytest.mark.parametrize("missing", [f"drug {DRUG_ID}", f"pharmacy {PHARMACY_ID}"])
def test_a_new_prescription_is_created_without_what_could_not_be_looked_up_and_completed_later(
    missing: str,
) -> None:
    found = practice(prescription(), failing={missing: DOWN})
    assert len(found.run().written) == 1
    found.failing.clear()
    (written,) = found.run().written
    assert len(written["medicationCodeableConcept"]["coding"]) == 3
    assert written["dispenseRequest"]["performer"]["display"] == "Corner Drugs"


def test_a_pharmacy_that_two_organizations_claim_to_be_hides_no_other() -> None:
    found = practice(prescription(), prescription(9002, PharmacyId=78))
    found.pharmacies_known[78] = found.pharmacies_known[PHARMACY_ID]
    identifier = {"system": "https://dosespot.com/pharmacy-id", "value": "78"}
    for name in ("one", "other"):
        found.fhir.put({"resourceType": "Organization", "id": name, "identifier": [identifier]})
    result = found.run()
    good, unclear = [one["dispenseRequest"]["performer"] for one in found.chart()]
    assert "reference" in good
    assert unclear == {"identifier": identifier}
    assert [one.partition(":")[0] for one in sentences(result)] == ["pharmacy 78"]


def test_organizations_that_may_not_be_written_stop_no_prescription() -> None:
    found = practice(prescription())
    found.fhir.denied = {"Organization"}
    result = found.run()
    assert statuses(found) == {"9001": "active"}
    (told,) = sentences(result)
    assert told.startswith(f"pharmacy {PHARMACY_ID}: The FHIR server does not allow access")


def test_what_is_open_in_the_chart_is_read_again_however_old_and_what_is_over_is_not() -> None:
    found = practice(*(prescription(number) for number in range(1, 6)), listed=[5])
    for number, status in enumerate(("active", "on-hold", "completed", "draft"), start=1):
        found.fhir.put(charted(number, status=status))
    for number in (1, 2):
        found.prescriptions[number] = prescription(number, MedicationStatus="FullFill")
    found.run()
    asked = {one for one in found.looked_up if one.startswith("prescription")}
    assert asked == {"prescription 1", "prescription 2", "prescription 4"}
    assert statuses(found) == {
        **dict.fromkeys(("1", "2", "3"), "completed"),
        **dict.fromkeys(("4", "5"), "active"),
    }


def long_treated(**options: Any) -> Practice:
    """A practice with ten open prescriptions in the chart, and two that are not in it."""
    found = practice(*map(prescription, range(1, 13)), listed=[], **options)
    for number in range(1, 11):
        found.fhir.put(charted(number, status="draft"))
    return found


def read_one_by_one(found: Practice) -> list[str]:
    return sorted(one for one in found.looked_up if one.startswith("prescription"))


def test_many_open_prescriptions_are_looked_for_in_the_list_of_active_ones() -> None:
    found = long_treated(active=[11, *range(2, 10), 12], page=5)
    found.run()
    assert [one for one in found.looked_up if one.startswith("active")] == ["active 1", "active 2"]
    assert read_one_by_one(found) == [f"prescription {number}" for number in (1, 10, 6, 7, 8, 9)]
    assert statuses(found) == dict.fromkeys(map(str, range(1, 11)), "active")


def test_a_list_of_active_ones_that_holds_all_is_enough() -> None:
    found = long_treated(active=[*range(1, 13)])
    found.run()
    assert (read_one_by_one(found), len(found.chart())) == ([], 10)


def test_where_the_list_of_active_ones_fails_each_is_read() -> None:
    found = long_treated(active=[*range(1, 11)], failing={"active 1": DOWN})
    result = found.run()
    assert len(read_one_by_one(found)) == 10
    assert sentences(result) == [f"active prescriptions: {DOWN}"]
    assert len(result.written) == 10


def test_more_than_a_run_can_read_again_are_said_to_be_left() -> None:
    entries = [prescription(number) for number in range(1, 6)]
    found = practice(*entries, listed=[], most_read_again=3)
    for number in range(1, 6):
        found.fhir.put(charted(number))
    result = found.run()
    assert len([one for one in found.looked_up if one.startswith("prescription")]) == 3
    assert sentences(result)[0].startswith("2 prescriptions in the chart that have not come to")


def test_a_prescription_that_dosespot_no_longer_has_is_left_and_said() -> None:
    found = practice()
    before = found.fhir.put(charted(7))
    result = found.run()
    assert found.chart() == [before]
    assert sentences(result) == [sentences_of.GONE.format(number=7)]


def test_another_prescription_than_the_one_that_was_asked_for_is_not_believed() -> None:
    found = practice(listed=[])
    found.fhir.put(charted(1))
    found.fhir.put(charted(2))
    found.prescriptions = {1: prescription(2, MedicationStatus="Cancelled"), 2: prescription(2)}
    result = found.run()
    assert statuses(found) == {"1": "active", "2": "active"}
    assert sentences(result) == [f"prescription 1: {sentences_of.ANOTHER}"]


def test_one_that_can_not_be_read_again_stops_no_other() -> None:
    found = practice(prescription(1), prescription(2), listed=[], failing={"prescription 1": DOWN})
    found.fhir.put(charted(1))
    found.fhir.put(charted(2))
    result = found.run()
    assert [one["id"] for one in result.written] == ["rx-2"]
    assert sentences(result) == [f"prescription 1: {DOWN}"]


def test_where_nothing_could_be_done_the_failure_is_raised() -> None:
    found = practice(prescription(1), listed=[], failing={"prescription 1": DOWN})
    found.fhir.put(charted(1))
    with pytest.raises(RemoteUnavailable):
        found.run()
    denied = practice(prescription())
    denied.fhir.denied = {"MedicationRequest"}
    with pytest.raises(FhirDenied):
        denied.run()


@pytest.mark.parametrize("entry", [None, "x", {}, {"PrescriptionId": "none"}], ids=repr)
def test_a_malformed_entry_is_counted_and_hides_no_other(entry: Any) -> None:
    found = practice(prescription())
    found.prescriptions[0] = entry
    result = found.run()
    assert statuses(found) == {"9001": "active"}
    assert sentences(result) == [sentences_of.MALFORMED.format(count=1)]


def test_an_entry_that_comes_on_two_pages_is_told_once() -> None:
    found = practice(prescription(1), prescription(2), listed=[1, 2, 1, 2], page=2)
    assert len(found.run().written) == 2


def test_a_list_that_can_not_be_read_to_its_end_is_an_error_and_what_was_read_is_kept() -> None:
    found = practice(*(prescription(number) for number in (1, 2)), page=1, failing={"page 2": DOWN})
    with pytest.raises(RemoteUnavailable):
        found.run()
    assert statuses(found) == {"1": "active"}


def test_the_raw_data_is_answered_as_dosespot_has_it_and_nothing_is_written() -> None:
    odd = prescription(2, Later={"a": 1})
    found = practice(prescription(1), odd, page=1)
    found.prescriptions[3] = None
    found.asked()
    assert found.use_case().raw(patient(), DAY, DAY) == [prescription(1), odd]
    assert found.asked() == []


def test_what_a_pharmacy_requested_is_no_order() -> None:
    found = practice(prescription(1, Status="Requested"), prescription(2, Status="Requested"))
    found.fhir.put(charted(2))
    found.run()
    assert statuses(found) == {"2": "unknown"}


def test_a_prescription_in_the_chart_of_another_patient_is_left_there() -> None:
    found = practice(prescription(1), prescription(2))
    before = found.fhir.put(charted(1, subject={"reference": "Patient/other"}))
    result = found.run()
    assert found.fhir.resources["MedicationRequest/rx-1"] == before
    assert "in the chart of another Patient" in sentences(result)[0]
    assert statuses(found)["2"] == "active"


def test_the_span_holds_the_whole_days_at_the_patients_place() -> None:
    found = practice()
    found.run(date(2026, 3, 9), DAY)
    (span,) = found.spans
    assert (span.start, span.end) == ("2026-03-09T05:00:00Z", "2026-03-11T06:00:00Z")


def test_one_prescription_is_brought_in_line_alone() -> None:
    found = practice(prescription(1), prescription(2))
    result = found.use_case().one(patient(), 2)
    assert statuses(found) == {"2": "active"}
    assert len(result.written) == 1
    assert found.use_case().one(patient(), 2).written == []


@pytest.mark.parametrize("number", [5, 9001])
def test_one_that_dosespot_does_not_have_is_said(number: int) -> None:
    found = practice()
    result = found.use_case().one(patient(), number)
    assert sentences(result) == [sentences_of.GONE.format(number=number)]


def test_a_sentence_about_a_failure_is_the_errors_own() -> None:
    result = Synced()
    result.failed("prescription 1", BotError("It is so."))
    assert sentences(result) == ["prescription 1: It is so."]
