"""Whatever of a record is not passed on to DoseSpot, or only as something else, is told."""

from typing import Any

import pytest

from fhir_profiles.choice import PERIOD_UNREADABLE
from fhir_profiles.state_license import (
    NUMBER_NOT_READ,
    NUMBER_UNREADABLE,
    PLACE_UNREADABLE,
    UNREADABLE,
)
from fhir_profiles.systems import DEGREE_OR_LICENSE, IDENTIFIER_TYPE, PLAN_NET_QUALIFICATION
from shared.records.findings import Finding
from shared.records.patient import (
    DECEASED,
    DECEASED_UNREADABLE,
    GENDER_UNREADABLE,
    OTHER_GENDER,
    read_patient,
)
from shared.records.practitioner import DEA_ELSEWHERE
from shared.records.reading import ACTIVE_UNREADABLE
from shared.records.unread_numbers import (
    DEA_IN_QUALIFICATION,
    LICENSE_AMONG_IDENTIFIERS,
    NO_NUMBER,
)
from tests.builders import ABSENT, NOW, dea, npi
from tests.unit.maria_rossi import patient
from tests.unit.read_records import ABSENT_VALUE, NOT_SENT, jane, refused, warned

NADEAN_OF_JANE = {
    "system": "urn:prescriber-bots:nadean",
    "value": "XS1234563",
    "assigner": {"display": "IL"},
}


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


NPI_WITHOUT_VALUE = [
    {"system": npi()["system"]},
    npi(value=1234567893),
    npi(" "),
    npi(value=None),
]


class TestOfNumbers:
    """NPIs, DEA numbers and NADEANs that can't be read."""

    @pytest.mark.parametrize("unread", NPI_WITHOUT_VALUE, ids=str)
    def test_an_npi_without_a_value_is_told(self, unread: dict[str, Any]) -> None:
        told = [("identifier[0].value", f"{NOT_SENT}{NO_NUMBER}")]
        assert warned(identifier=[unread, npi()]) == told
        assert warned(identifier=[unread]) == told
        assert [path for path, _ in refused(identifier=[unread])] == ["identifier"]

    @pytest.mark.parametrize("period", [{"end": "soon"}, {"start": "2026-99"}, "2026"], ids=str)
    def test_a_period_that_can_not_be_read_is_told(self, period: Any) -> None:
        other = npi("1558598797", period=period)
        told = f"{NOT_SENT}{PERIOD_UNREADABLE}"
        assert warned(identifier=[npi(), other]) == [("identifier[1].period", told)]
        nadean = {**NADEAN_OF_JANE, "period": period}
        assert warned(identifier=[npi(), nadean]) == [("identifier[1].period", told)]

    @pytest.mark.parametrize(
        "identifier",
        [
            dea(ABSENT, "IL"),
            dea("  ", "IL"),
            {**dea("", "IL"), "value": 1234567},
            dea(ABSENT, "IL", system="https://example.org/dea"),
            {**NADEAN_OF_JANE, "value": 123456789},
        ],
        ids=["none", "blank", "number", "other system", "NADEAN"],
    )
    def test_a_registration_without_a_value_is_told(self, identifier: dict[str, Any]) -> None:
        assert warned(identifier=[npi(), identifier]) == [
            ("identifier[1].value", f"{NOT_SENT}{NO_NUMBER}")
        ]

    @pytest.mark.parametrize(
        "history",
        [
            {"use": "old"},
            {"use": "temp"},
            {"period": {"end": "2025"}},
            {"_value": ABSENT_VALUE},
            ABSENT_VALUE,
        ],
        ids=["old", "temp", "ended", "said absent", "said absent of the whole"],
    )
    def test_nothing_is_told_of_history_and_of_what_is_said_absent(
        self, history: dict[str, Any]
    ) -> None:
        without = [npi(value=None, **history), dea(ABSENT, "IL", **history)]
        assert warned(identifier=[npi(), *without]) == []

    def test_a_dea_number_under_another_system_is_told_though_its_period_can_not_be_read(
        self,
    ) -> None:
        other = dea("AS1234563", "IL", system="https://example.org/dea", period={"end": "soon"})
        assert warned(identifier=[npi(), other]) == [("identifier[1]", DEA_ELSEWHERE)]

    @pytest.mark.parametrize("wrong", ["1234567890", "ABC", "3000000000", "12345678931"])
    def test_each_malformed_npi_is_a_problem_at_its_path(self, wrong: str) -> None:
        several = [npi(), npi(wrong)]
        assert [path for path, _ in refused(identifier=several)] == [
            "identifier[1].value",
            "identifier",
        ]
        assert [path for path, _ in refused(identifier=[npi(wrong), npi(wrong)])] == [
            "identifier[0].value",
            "identifier[1].value",
        ]

    def test_one_npi_in_two_spellings_is_one(self) -> None:
        assert jane(identifier=[npi(), npi("1234567893\N{ZERO WIDTH SPACE}")]).npi == "1234567893"

    def test_a_dea_number_in_a_qualification_is_told(self) -> None:
        held = {"code": {"text": "DEA"}, "identifier": [dea("AS1234563", "IL")]}
        told = [("qualification[0].identifier[0]", DEA_IN_QUALIFICATION)]
        assert warned(identifier=[npi()], qualification=[held]) == told
        assert warned(qualification=[held]) == []


LICENSE_TYPE = {"coding": [{"system": IDENTIFIER_TYPE, "code": "MD"}]}
DEGREE = {"coding": [{"system": DEGREE_OR_LICENSE, "code": "MD"}]}


def numbered(value: Any = "036987654", state: str = "IL", **changes: Any) -> dict[str, Any]:
    return {"value": value, "assigner": {"display": state}, **changes}


class TestOfLicenses:
    """Licenses that can't be read."""

    @pytest.mark.parametrize(
        "code",
        [
            {},
            {"text": "Registered Nurse"},
            {"coding": [{"system": IDENTIFIER_TYPE, "code": "RN"}]},
            {"coding": [{"system": IDENTIFIER_TYPE, "code": "md"}]},
            {"coding": [{"code": "MD"}]},
            {"coding": [{"system": "https://example.org/codes", "code": "MD"}]},
        ],
        ids=str,
    )
    def test_a_number_of_a_state_under_an_unknown_code_is_told(self, code: dict[str, Any]) -> None:
        told = [("qualification[0]", f"{NOT_SENT}{UNREADABLE}")]
        for held in (
            {"code": code, "identifier": [numbered()]},
            {
                "code": code,
                "identifier": [{"value": "036987654"}],
                "issuer": {"display": "State of Illinois"},
            },
        ):
            assert warned(qualification=[held]) == told
            assert jane(qualification=[held]).licenses == ()

    @pytest.mark.parametrize(
        "held",
        [
            {"code": DEGREE, "identifier": [numbered(36987654)]},
            {"code": DEGREE, "identifier": [numbered(None)]},
            {
                "code": DEGREE,
                "identifier": [numbered()],
                "issuer": {"display": "University of Illinois"},
            },
        ],
        ids=["number", "none", "school"],
    )
    def test_a_degree_with_the_number_of_a_state_that_is_not_read_is_told(
        self, held: dict[str, Any]
    ) -> None:
        assert warned(qualification=[held]) == [("qualification[0]", f"{NOT_SENT}{UNREADABLE}")]

    @pytest.mark.parametrize(
        ("other", "element", "sentence"),
        [
            (numbered(None, "WI"), ".value", NUMBER_UNREADABLE),
            (numbered(12, "WI"), ".value", NUMBER_UNREADABLE),
            (numbered("12", "WI"), "", NUMBER_NOT_READ),
        ],
        ids=["none", "number", "no type"],
    )
    def test_a_number_beside_one_that_is_read_is_told(
        self, other: dict[str, Any], element: str, sentence: str
    ) -> None:
        held = {"code": DEGREE, "identifier": [numbered(type=LICENSE_TYPE), other]}
        told = [(f"qualification[0].identifier[1]{element}", f"{NOT_SENT}{sentence}")]
        assert warned(qualification=[held]) == told
        assert [one.state for one in jane(qualification=[held]).licenses] == ["IL"]

    def test_one_of_several_places_that_is_no_state_is_told(self) -> None:
        places = [
            {"url": "whereValid", "valueCodeableConcept": {"coding": [{"code": code}]}}
            for code in ("IL", "ZZ")
        ]
        held = {
            "extension": [{"url": PLAN_NET_QUALIFICATION, "extension": places}],
            "code": LICENSE_TYPE,
            "identifier": [{"value": "1"}],
        }
        told = [("qualification[0].extension[0].extension[1]", f"{NOT_SENT}{PLACE_UNREADABLE}")]
        assert warned(qualification=[held]) == told
        assert [one.state for one in jane(qualification=[held]).licenses] == ["IL"]

    @pytest.mark.parametrize(
        ("assigner", "paths"),
        [
            ("ZZ", ["qualification[0].identifier[0].assigner.display"]),
            ("AE", ["qualification[0].identifier[0].assigner.display"]),
            ("Medical Board", []),
            ("IL", []),
        ],
    )
    def test_an_assigner_that_is_no_state_is_told_though_the_issuer_is_one(
        self, assigner: str, paths: list[str]
    ) -> None:
        held = {
            "code": LICENSE_TYPE,
            "identifier": [numbered(state=assigner)],
            "issuer": {"display": "State of Illinois"},
        }
        assert warned(qualification=[held]) == [
            (path, f"{NOT_SENT}{PLACE_UNREADABLE}") for path in paths
        ]
        assert [one.state for one in jane(qualification=[held]).licenses] == ["IL"]

    @pytest.mark.parametrize(
        "held",
        [
            {"code": {"text": "Board certification"}, "identifier": [{"value": "1"}]},
            {
                "code": {"text": "Board certification"},
                "identifier": [{"value": "1"}],
                "issuer": {"display": "American Board of Internal Medicine"},
            },
            {"code": {"text": "Nurse"}, "identifier": [numbered(use="old")]},
            {"code": LICENSE_TYPE, "identifier": [numbered(), numbered("1", use="old")]},
            {"code": LICENSE_TYPE, "identifier": [numbered(), {"_value": ABSENT_VALUE}]},
        ],
        ids=["no state", "a board", "old", "one is old", "said absent"],
    )
    def test_nothing_is_told_of_what_is_no_license_or_history(self, held: dict[str, Any]) -> None:
        assert warned(qualification=[held]) == []

    @pytest.mark.parametrize("code", ["MD", "SL", "LN", "NP"])
    def test_a_license_among_the_identifiers_is_told(self, code: str) -> None:
        kind = {"coding": [{"system": IDENTIFIER_TYPE, "code": code}]}
        number = numbered(type=kind)
        told = [("identifier[1]", f"{NOT_SENT}{LICENSE_AMONG_IDENTIFIERS}")]
        assert warned(identifier=[npi(), number]) == told
        held = {"code": LICENSE_TYPE, "identifier": [numbered()]}
        assert warned(identifier=[npi(), number], qualification=[held]) == []
        for over in ({"use": "old"}, {"period": {"end": "2025"}}):
            assert warned(identifier=[npi(), {**number, **over}]) == []
        assert warned(identifier=[npi(type=kind)]) == []
