"""Patients that were once read wrong, each with what is right."""

from dataclasses import replace
from typing import Any

import pytest

from shared.dosespot.clinician_record import merged_record, new_record, stored_record
from shared.dosespot.patient_record import (
    merged_patient_record,
    new_patient_record,
    stored_patient_record,
)
from shared.dosespot.reply import read
from shared.dosespot.wire import ClinicianItem, PatientItem
from shared.records.measures import Measure
from shared.records.patient import DECEASED, REPLACED, read_patient
from shared.records.prescriber import StreetAddress
from tests.builders import (
    CLINIC_ID,
    NOW,
    dosespot_clinician,
    prescriber,
)
from tests.unit.maria_rossi import MARIA, patient
from tests.unit.read_records import (
    NOT_SENT,
    maria,
)

HEIGHT, WEIGHT = "8302-2", "29463-7"


def observation(code: str, value: Any, unit: str, **changes: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}]},
        "valueQuantity": {"value": value, "code": unit, "system": "http://unitsofmeasure.org"},
        **changes,
    }


TALL = observation(HEIGHT, 108, "cm", effectiveDateTime="2026-02-01")


FIVE = "2020-09-14"


class TestWeightEnteredInError:
    """weight-entered-in-error."""

    RIGHT = observation(WEIGHT, 18, "kg", effectiveDateTime="2026-02-01")

    @pytest.mark.parametrize(
        "status",
        ["entered-in-error", "cancelled", "preliminary", "registered", "unknown", "", None],
    )
    @pytest.mark.parametrize(("code", "value", "unit"), [(WEIGHT, 180, "kg"), (HEIGHT, 180, "cm")])
    def test_what_is_not_final_never_counts(
        self, status: Any, code: str, value: int, unit: str
    ) -> None:
        wrong = observation(code, value, unit, status=status, effectiveDateTime="2026-02-20")
        found = maria(wrong, self.RIGHT, TALL, birthDate=FIVE)
        assert (found.weight, found.height) == (Measure(18, "kg"), Measure(108, "cm"))

    @pytest.mark.parametrize("status", ["final", "amended", "corrected"])
    @pytest.mark.parametrize(
        "when",
        [
            {"effectiveDateTime": "2026-02-20"},
            {"effectiveDateTime": "2026-02-01T23:00:00-06:00"},
            {"effectivePeriod": {"start": "2020-01-01", "end": "2026-02-02"}},
            {"effectivePeriod": {"start": "2026-02-02T08:00:00Z"}},
            {"effectiveInstant": "2026-02-02T08:00:00Z"},
            {"issued": "2026-02-02T08:00:00Z"},
            {"effectiveDateTime": "2026-02-01", "issued": "2026-02-02T08:00:00Z"},
        ],
        ids=str,
    )
    def test_the_newest_counts_whatever_order_the_server_gives(
        self, status: str, when: dict[str, Any]
    ) -> None:
        newer = observation(WEIGHT, 19, "kg", status=status, **when)
        for order in ((newer, self.RIGHT), (self.RIGHT, newer)):
            assert maria(*order, TALL, birthDate=FIVE).weight == Measure(19, "kg")

    def test_one_of_tomorrow_does_not_count_and_is_told(self) -> None:
        future = observation(WEIGHT, 25, "kg", effectiveDateTime="2062-02-20")
        found, findings = read_patient(patient(birthDate=FIVE), [future, self.RIGHT, TALL], NOW)
        assert found.weight == Measure(18, "kg")
        assert [one.path for one in findings.warnings] == ["Observation/o1.valueQuantity"]

    def test_a_value_that_is_said_absent_does_not_count(self) -> None:
        absent = observation(WEIGHT, 30, "kg", dataAbsentReason={"text": "refused"})
        assert maria(absent, self.RIGHT, TALL, birthDate=FIVE).weight == Measure(18, "kg")

    def test_a_component_counts(self) -> None:
        part = {name: TALL[name] for name in ("code", "valueQuantity")}
        panel = {**TALL, "code": {"text": "vital signs"}, "component": [part]}
        del panel["valueQuantity"]
        assert maria(panel, self.RIGHT, birthDate=FIVE).height == Measure(108, "cm")
        absent = {**part, "dataAbsentReason": {"text": "unknown"}}
        _, findings = read_patient(
            patient(birthDate=FIVE), [{**panel, "component": [absent]}, self.RIGHT], NOW
        )
        assert [one.path for one in findings.problems] == ["Observation(8302-2)"]


def test_patient_suffix() -> None:
    name = {"family": "Fathersson", "given": ["Carl", "Ivar"], "prefix": ["Dr."], "suffix": ["Jr."]}
    record = new_patient_record(maria(name=[name]))
    names = {name: record[name] for name in ("Prefix", "FirstName", "MiddleName", "Suffix")}
    assert names == {
        "Prefix": "Dr.",
        "FirstName": "Carl",
        "MiddleName": "Ivar",
        "Suffix": "Jr.",
    }


class TestGrams:
    """grams."""

    @pytest.mark.parametrize(
        ("weight", "sent"),
        [
            ((3200, "g"), Measure(3.2, "kg")),
            ((3.2, "kg"), Measure(3.2, "kg")),
            ((112, "[oz_av]"), Measure(7, "lb")),
            ((7.5, "[lb_av]"), Measure(7.5, "lb")),
        ],
    )
    @pytest.mark.parametrize(
        ("length", "shown"),
        [
            ((0.52, "m"), Measure(52, "cm")),
            ((520, "mm"), Measure(52, "cm")),
            ((20.5, "[in_i]"), Measure(20.5, "inch")),
            ((1.75, "[ft_i]"), Measure(21, "inch")),
        ],
    )
    @pytest.mark.parametrize("code", ["8302-2", "8306-3", "8308-9"])
    def test_units_are_converted(
        self, weight: Any, sent: Measure, length: Any, shown: Measure, code: str
    ) -> None:
        measured = [observation(code, *length), observation("3141-9", *weight)]
        found = maria(*measured, birthDate="2026-03-01")
        assert (found.height, found.weight) == (shown, sent)

    def test_an_unknown_unit_is_told_by_its_name(self) -> None:
        measured = [observation(WEIGHT, 3, "stone"), TALL]
        _, findings = read_patient(patient(birthDate=FIVE), measured, NOW)
        ((problem),) = findings.problems
        assert problem.path == "Observation/o1.valueQuantity"
        assert problem.sentence.startswith(f"{NOT_SENT}the unit of the weight is not known")

    def test_pounds_are_plausible_as_pounds(self) -> None:
        assert maria(observation(WEIGHT, 700, "[lb_av]"), TALL, birthDate=FIVE).weight == Measure(
            700, "lb"
        )

    def test_less_than_a_number_is_no_number(self) -> None:
        less = observation(WEIGHT, 30, "kg", effectiveDateTime="2026-03-01")
        less["valueQuantity"]["comparator"] = "<"
        right = observation(WEIGHT, 18, "kg", effectiveDateTime="2026-02-28")
        found, findings = read_patient(patient(birthDate=FIVE), [less, right, TALL], NOW)
        assert found.weight == Measure(18, "kg")
        assert [one.path for one in findings.warnings] == ["Observation/o1.valueQuantity"]

    def test_an_implausible_value_is_told_and_the_next_one_sent(self) -> None:
        grams = observation(WEIGHT, 3200, "kg", effectiveDateTime="2026-03-01")
        right = observation(WEIGHT, 3.1, "kg", effectiveDateTime="2026-02-28")
        found, findings = read_patient(patient(birthDate=FIVE), [grams, right, TALL], NOW)
        assert found.weight == Measure(3.1, "kg")
        assert [one.path for one in findings.warnings] == ["Observation/o1.valueQuantity"]


@pytest.mark.parametrize(
    "said", [{"deceasedBoolean": True}, {"deceasedDateTime": "2026-01-02"}], ids=str
)
def test_deceased(said: dict[str, Any]) -> None:
    _, findings = read_patient(patient(**said), [], NOW)
    assert findings.problems == [DECEASED]
    assert maria(deceasedBoolean=False) == MARIA


class TestSecondLineAfterAMove:
    """second-line-after-a-move."""

    def test_of_a_clinician(self) -> None:
        stored = stored_record(read(ClinicianItem, dosespot_clinician()), CLINIC_ID)
        moved = prescriber(address=StreetAddress("9 Oak Ave", "", "Chicago", "IL", "60601"))
        record = merged_record(stored, new_record(moved, [], [], CLINIC_ID), CLINIC_ID)
        assert (record["Address1"], record["Address2"]) == ("9 Oak Ave", "")

    def test_of_a_patient_and_nothing_is_left_to_write_afterwards(self) -> None:
        others = {"PatientId": 1, "PhoneAdditional1": "2125550100", "PhoneAdditionalType1": "Cell"}
        shown = {**new_patient_record(replace(MARIA, prefix="Ms.", suffix="Jr.")), **others}
        bare = replace(MARIA, prefix="", suffix="", middle_name="", line2="", email="")
        merged = merged_patient_record(
            stored_patient_record(read(PatientItem, shown)), new_patient_record(bare)
        )
        emptied = ["Prefix", "MiddleName", "Suffix", "Email", "Address2"]
        assert {name: merged[name] for name in emptied} == dict.fromkeys(emptied, "")
        assert merged["PhoneAdditional1"] == "2125550100"
        for nothing in ("", None):
            after = read(PatientItem, {**shown, **dict.fromkeys(emptied, nothing)})
            stored = stored_patient_record(after)
            assert merged_patient_record(stored, new_patient_record(bare)) == stored

    def test_extension(self) -> None:
        shown = dosespot_clinician(PrimaryPhone="3451234567x12")
        stored = stored_record(read(ClinicianItem, shown), CLINIC_ID)
        record = merged_record(stored, new_record(prescriber(), [], [], CLINIC_ID), CLINIC_ID)
        assert record["PrimaryPhone"] == "3451234567"


def test_a_patient_whom_another_record_replaces_is_told() -> None:
    links = [{"type": "replaced-by", "other": {"reference": "Patient/2"}}]
    assert read_patient(patient(link=links), (), NOW)[1].warnings == [REPLACED]
    links = [{"type": "replaces", "other": {"reference": "Patient/2"}}]
    assert read_patient(patient(link=links), (), NOW)[1].warnings == []
