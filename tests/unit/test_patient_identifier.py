"""The DoseSpot id on a Patient: written once, read in both spellings, all else kept."""

from typing import Any

import pytest

from fhir_profiles.patient_identifier import dosespot_patient_id, with_dosespot_patient_id
from tests.builders import ABSENT
from tests.unit.maria_rossi import patient

ID_SYSTEM = "https://dosespot.com/patient-id"


class TestIdentifier:
    """The DoseSpot id on a Patient."""

    @pytest.mark.parametrize("system", [ID_SYSTEM, "http://dosespot.com/patient-id"])
    def test_both_documented_systems_are_read(self, system: str) -> None:
        mrn = {"system": "https://example.com/mrn", "value": "1"}
        record = patient(identifier=[mrn, {"system": system, "value": "70001"}])
        assert dosespot_patient_id(record) == 70001
        assert with_dosespot_patient_id(record, 70002) is record

    @pytest.mark.parametrize("value", [None, "", "0", "-1", "1.5", "²", "abc", 70001, ["1"]])
    def test_what_is_no_number_is_no_id(self, value: Any) -> None:
        ours = {"system": ID_SYSTEM, "value": value}
        theirs = {"system": "https://dosespot.com/clinician-identifier", "value": "1"}
        assert dosespot_patient_id(patient(identifier=[theirs, ours])) is None

    @pytest.mark.parametrize("use", ["old", "temp"])
    def test_an_id_that_is_no_longer_used_is_none(self, use: str) -> None:
        old = {"system": ID_SYSTEM, "value": "70001", "use": use}
        record = patient(identifier=[old])
        assert dosespot_patient_id(record) is None
        written = with_dosespot_patient_id(record, 70002)
        assert written["identifier"] == [old, {"system": ID_SYSTEM, "value": "70002"}]

    @pytest.mark.parametrize("before", [ABSENT, None, [], [{"system": "x", "value": "1"}]], ids=str)
    def test_id_is_written_behind_what_others_wrote(self, before: Any) -> None:
        record = patient(identifier=before)
        kept = [] if before is ABSENT else before or []
        written = with_dosespot_patient_id(record, 70001)
        ours = {"system": ID_SYSTEM, "value": "70001"}
        assert written == {**record, "identifier": [*kept, ours]}
        assert record == patient(identifier=before)

    def test_each_clinic_has_an_id_of_its_own_and_sees_no_others(self) -> None:
        north, south = ("Organization/n1", "Organization/n2"), ("Organization/s",)
        record = patient(identifier=[])
        for number, assigners in ((1, ()), (2, north), (3, south)):
            record = with_dosespot_patient_id(record, number, assigners)
            assert with_dosespot_patient_id(record, 9, assigners) is record
        assert record["identifier"] == [
            {"system": ID_SYSTEM, "value": "1"},
            {"system": ID_SYSTEM, "value": "2", "assigner": {"reference": "Organization/n1"}},
            {"system": ID_SYSTEM, "value": "3", "assigner": {"reference": "Organization/s"}},
        ]
        found = [dosespot_patient_id(record, one) for one in ((), north, south, north[1:])]
        assert found == [1, 2, 3, None]
        only_north = {**record, "identifier": record["identifier"][1:2]}
        assert dosespot_patient_id(only_north) is None
