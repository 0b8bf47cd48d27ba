"""Whatever of a record is not passed on to DoseSpot, or only as something else, is told."""

from typing import Any

import pytest

from shared.records.findings import Finding
from shared.records.patient import (
    DECEASED,
    DECEASED_UNREADABLE,
    GENDER_UNREADABLE,
    OTHER_GENDER,
    read_patient,
)
from shared.records.reading import ACTIVE_UNREADABLE
from tests.builders import NOW
from tests.unit.maria_rossi import patient
from tests.unit.read_records import ABSENT_VALUE, warned


def told_of_patient(**changes: Any) -> list[Finding]:
    _, findings = read_patient(patient(**changes), [], NOW)
    assert findings.problems == []
    return findings.warnings


def test_what_dosespot_has_no_field_for_is_not_told() -> None:
    assert warned(gender="other", photo=[{"url": "https://example.org/1"}]) == []


class TestOfAPatient:
    """`read_patient`."""

    @pytest.mark.parametrize(
        ("gender", "sent", "sentences"),
        [
            ("male", "Male", []),
            ("female", "Female", []),
            ("unknown", "Unknown", []),
            ("other", "Unknown", [OTHER_GENDER]),
            ("F", "Unknown", [GENDER_UNREADABLE]),
            ("Male", "Unknown", [GENDER_UNREADABLE]),
        ],
    )
    def test_a_gender_that_dosespot_gets_as_another_is_told(
        self, gender: str, sent: str, sentences: list[str]
    ) -> None:
        told = told_of_patient(gender=gender)
        assert told == [Finding("Patient.gender", sentence) for sentence in sentences]
        assert read_patient(patient(gender=gender), [], NOW)[0].gender == sent

    @pytest.mark.parametrize(
        "said",
        [
            {"_deceasedDateTime": ABSENT_VALUE},
            {"_deceasedBoolean": ABSENT_VALUE},
            {"deceasedBoolean": "true"},
            {"deceasedDateTime": 2026},
        ],
        ids=str,
    )
    def test_a_death_that_can_not_be_read_is_told(self, said: dict[str, Any]) -> None:
        assert told_of_patient(**said) == [Finding("Patient.deceased", DECEASED_UNREADABLE)]

    @pytest.mark.parametrize(
        "said", [{"deceasedBoolean": False}, {"deceasedBoolean": None}, {}], ids=str
    )
    def test_nothing_is_told_of_the_living(self, said: dict[str, Any]) -> None:
        assert told_of_patient(**said) == []

    def test_a_date_of_death_outweighs_a_no(self) -> None:
        record = patient(deceasedBoolean=False, deceasedDateTime="2026-01-02")
        assert read_patient(record, [], NOW)[1].problems == [DECEASED]

    @pytest.mark.parametrize("active", ["false", "no", 0, None], ids=repr)
    def test_whether_a_patient_is_active_must_be_readable(self, active: Any) -> None:
        _, findings = read_patient(patient(active=active), [], NOW)
        assert findings.problems == [Finding("Patient.active", ACTIVE_UNREADABLE)]
