"""What DoseSpot is sent of a Patient, what is missing, and whom DoseSpot's patients are."""

from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_profiles.patient_identifier import dosespot_patient_id
from fhir_profiles.today import Today
from shared.dosespot.patient_record import (
    is_same_patient,
    new_patient_record,
    stored_patient_record,
)
from shared.dosespot.reply import read
from shared.dosespot.wire import PatientItem
from shared.records.measures import Measure
from shared.records.patient import is_minor, read_patient
from tests.builders import ABSENT, NOW
from tests.unit.maria_rossi import ADDRESS, MARIA, patient

HEIGHT, WEIGHT = "8302-2", "29463-7"
CHILD = "2017-09-14"
UNITS = [
    *((HEIGHT, *units) for units in (("cm", "cm"), ("[in_i]", "inch"), ("in", "inch"))),
    *((WEIGHT, *units) for units in (("kg", "kg"), ("[lb_av]", "lb"), ("lb", "lb"), ("lbs", "lb"))),
]


def observation(code: str, value: Any, unit: str, where: str = "code") -> dict[str, Any]:
    coding = {"system": "http://loinc.org", "code": code}
    quantity = {"value": value, where: unit}
    return {"status": "final", "code": {"coding": [coding]}, "valueQuantity": quantity}


def problems(record: dict[str, Any], *observations: dict[str, Any]) -> dict[str, str]:
    """Sentences by FHIR path."""
    _, findings = read_patient(record, observations, NOW)
    return {problem.path: problem.sentence for problem in findings.problems}


def item(**changes: Any) -> PatientItem:
    """`MARIA` as DoseSpot shows her."""
    record = new_patient_record(MARIA)
    shown = {"DateOfBirth": "1961-03-02T00:00:00", "PrimaryPhone": "(345) 765-4321"}
    return read(PatientItem, {"PatientId": 70001, **record, **shown, **changes})


class TestReading:
    """`read_patient`."""

    def test_adult_is_read_whole(self) -> None:
        found, findings = read_patient(patient(), [observation(HEIGHT, 160, "cm")], NOW)
        assert found == MARIA
        assert (findings.problems, findings.warnings) == ([], [])

    @pytest.mark.parametrize(
        ("gender", "sent"),
        [("male", "Male"), ("female", "Female"), ("other", "Unknown"), ("unknown", "Unknown")],
    )
    def test_every_gender_has_its_word(self, gender: str, sent: str) -> None:
        assert read_patient(patient(gender=gender), [], NOW)[0].gender == sent

    @pytest.mark.parametrize(
        ("use", "kind"),
        [("home", "Home"), ("mobile", "Cell"), ("work", "Work"), ("temp", "Primary")],
    )
    def test_every_use_of_a_phone_has_its_type(self, use: str, kind: str) -> None:
        telecom = [{"system": "phone", "use": use, "value": "345-765-4321"}]
        found, _ = read_patient(patient(telecom=telecom), [], NOW)
        assert (found.phone, found.phone_type, found.email) == ("3457654321", kind, "")

    def test_what_is_over_or_old_does_not_count(self) -> None:
        old = {"use": "old", "given": ["Mia"], "family": "Bianchi"}
        over = {**ADDRESS, "city": "Salem", "period": {"end": "2020"}}
        record = patient(name=[old, *patient()["name"]], address=[over, ADDRESS])
        assert read_patient(record, [], NOW)[0] == MARIA

    @pytest.mark.parametrize(("active", "sent"), [(ABSENT, True), (True, True), (False, False)])
    def test_patient_is_active_unless_told_otherwise(self, active: Any, sent: bool) -> None:
        assert read_patient(patient(active=active), [], NOW)[0] == replace(MARIA, active=sent)

    def test_everything_missing_is_named_at_once_with_its_path(self) -> None:
        bare = {"resourceType": "Patient", "id": "x"}
        assert problems(bare) == {
            "Patient.name.given": "the first name is missing; add it",
            "Patient.name.family": "the last name is missing; add it",
            "Patient.birthDate": "the date of birth is missing; add it",
            "Patient.gender": "the gender is missing; add it",
            "Patient.telecom": "the phone number is missing; add it",
            "Patient.address.line": "the street address is missing; add it",
            "Patient.address.city": "the city is missing; add it",
            "Patient.address.state": "the state is missing; add it",
            "Patient.address.postalCode": "the postal code is missing; add it",
        }

    def test_everything_malformed_is_named_at_once_with_its_path(self) -> None:
        record = patient(
            name=[{"given": ["M" * 36], "family": "R" * 36}],
            birthDate="1961-03",
            telecom=[
                {"system": "phone", "value": "555-765-4321"},
                {"system": "email", "value": "rossi"},
            ],
            address=[{"line": ["x" * 36], "city": "y" * 36, "state": "Ill", "postalCode": "1"}],
        )
        assert list(problems(record)) == [
            "Patient.name[0].given",
            "Patient.name[0].family",
            "Patient.address[0].line[0]",
            "Patient.address[0].city",
            "Patient.address[0].state",
            "Patient.address[0].postalCode",
            "Patient.birthDate",
            "Patient.telecom[0].value",
        ]
        assert "765-4321" not in str(problems(record))


class TestMinor:
    """Those under 18, who need height and weight."""

    @pytest.mark.parametrize(
        ("born", "today", "minor"),
        [
            ("2008-03-10", date(2026, 3, 9), True),
            ("2008-03-10", date(2026, 3, 10), False),
            ("2008-12-31", date(2026, 12, 30), True),
            ("2008-12-31", date(2026, 12, 31), False),
            ("2008-02-29", date(2026, 2, 28), True),
            ("2008-02-29", date(2026, 3, 1), False),
            ("2006-02-28", date(2024, 2, 28), False),
            ("2006-02-28", date(2024, 2, 29), False),
            ("2006-03-01", date(2024, 2, 29), True),
            ("2006-03-01", date(2024, 3, 1), False),
            ("", date(2026, 3, 10), False),
        ],
    )
    def test_is_minor_until_the_day_before_the_18th_birthday(
        self, born: str, today: date, minor: bool
    ) -> None:
        noon = datetime.combine(today, time(12), UTC)
        assert is_minor({"birthDate": born}, Today(noon)) is minor

    @pytest.mark.parametrize(("code", "unit", "sent"), UNITS)
    @pytest.mark.parametrize("where", ["code", "unit"])
    def test_each_unit_is_read(self, code: str, unit: str, sent: str, where: str) -> None:
        other = observation(WEIGHT, 28, "kg") if code == HEIGHT else observation(HEIGHT, 131, "cm")
        measured = [other, observation(code, 28.5, unit, where)]
        found, findings = read_patient(patient(birthDate=CHILD), measured, NOW)
        assert findings.problems == []
        assert (found.height if code == HEIGHT else found.weight) == Measure(28.5, sent)

    def test_first_usable_value_counts(self) -> None:
        measured = [
            observation(HEIGHT, 1.31, "cubits"),
            observation(HEIGHT, 0, "cm"),
            observation(HEIGHT, 132, "cm"),
            observation(HEIGHT, 120, "cm"),
            observation(WEIGHT, 28.5, "kg"),
        ]
        found, _ = read_patient(patient(birthDate=CHILD), measured, NOW)
        assert (found.height, found.weight) == (Measure(132, "cm"), Measure(28.5, "kg"))
        sent = new_patient_record(found)
        assert (sent["Height"], sent["HeightMetric"]) == (132, "cm")
        assert (sent["Weight"], sent["WeightMetric"]) == (28.5, "kg")

    @pytest.mark.parametrize(
        ("value", "told"),
        [
            (None, ("(8302-2)", "the height of a patient under 18 is missing")),
            *(
                (value, ("/?.valueQuantity", "is not sent to DoseSpot: the value is not an exact"))
                for value in ("131", [131], {}, True)
            ),
            *(
                (value, ("/?.valueQuantity", "is not sent to DoseSpot: the value is not plausible"))
                for value in (0, -1, 13, 1310)
            ),
        ],
        ids=str,
    )
    def test_what_is_no_positive_number_is_no_height(
        self, value: Any, told: tuple[str, str]
    ) -> None:
        measured = [observation(HEIGHT, value, "cm"), observation(WEIGHT, 28.5, "kg")]
        ((path, sentence),) = problems(patient(birthDate=CHILD), *measured).items()
        assert path == f"Observation{told[0]}"
        assert sentence.startswith(told[1])

    def test_both_are_named_beside_what_else_is_missing(self) -> None:
        record = patient(birthDate=CHILD, gender=ABSENT)
        named = ["Patient.gender", "Observation(8302-2)", "Observation(29463-7)"]
        assert list(problems(record)) == named


anything = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["use", "value", "given", "line", "period"]), inner)
    ),
    max_leaves=4,
)
elements = st.sampled_from(
    ["name", "gender", "birthDate", "telecom", "address", "active", "identifier"]
)


@settings(max_examples=75, deadline=None, derandomize=True, database=None)
@given(changes=st.dictionaries(elements, anything), measured=st.dictionaries(elements, anything))
def test_malformed_shapes_never_raise(changes: dict[str, Any], measured: dict[str, Any]) -> None:
    record = patient(**changes)
    observations = [{"valueQuantity": value, "code": value} for value in measured.values()]
    found, findings = read_patient(record, observations, NOW)
    required = (found.first_name, found.last_name, found.birth_date, found.phone, found.zip_code)
    assert all(required) or findings.problems
    assert dosespot_patient_id(record) is None


class TestRecord:
    """`patient_record`: what is sent, and what counts as the same."""

    def test_new_record_has_no_empty_fields(self) -> None:
        optional = {"MiddleName": "Elena Lucia", "Email": MARIA.email, "Address2": "Flat 2"}
        bare = new_patient_record(replace(MARIA, email="", middle_name="", line2=""))
        assert bare == {
            "FirstName": "Maria",
            "LastName": "Rossi",
            "DateOfBirth": "1961-03-02",
            "Gender": "Female",
            "Address1": "9 Elm St",
            "City": "Springfield",
            "State": "IL",
            "ZipCode": "62704",
            "PrimaryPhone": "3457654321",
            "PrimaryPhoneType": "Cell",
            "Active": True,
        }
        assert new_patient_record(MARIA) == {**bare, **optional}

    def test_second_sync_has_nothing_to_change(self) -> None:
        stored = stored_patient_record(item())
        assert stored == new_patient_record(MARIA)

    def test_what_others_stored_stays(self) -> None:
        others = {"Prefix": "Ms.", "NonDoseSpotMedicalRecordNumber": "A-1", "IsHospice": False}
        stored = stored_patient_record(item(**others))
        assert {**stored, **new_patient_record(MARIA)} == {**new_patient_record(MARIA), **others}

    @pytest.mark.parametrize(
        ("changes", "same"),
        [
            ({}, True),
            ({"FirstName": "MARIA", "LastName": "rossi"}, True),
            ({"ZipCode": "62704-1234"}, True),
            ({"DateOfBirth": "1961-03-02"}, True),
            ({"MiddleName": None, "Email": None, "PrimaryPhone": None, "City": "Salem"}, True),
            ({"FirstName": "Mari"}, False),
            ({"FirstName": "Maria Elena"}, False),
            ({"LastName": "Rossini"}, False),
            ({"FirstName": "Rossi", "LastName": "Maria"}, False),
            ({"DateOfBirth": "1961-02-03T00:00:00"}, False),
            ({"Gender": "Unknown"}, False),
            ({"ZipCode": "62705"}, False),
            *[
                ({name: empty}, False)
                for name in ("FirstName", "LastName", "DateOfBirth", "Gender", "ZipCode")
                for empty in (None, "")
            ],
        ],
        ids=str,
    )
    def test_same_patient_agrees_in_name_birthday_gender_and_zip(
        self, changes: dict[str, Any], same: bool
    ) -> None:
        assert is_same_patient(item(**changes), MARIA) is same
