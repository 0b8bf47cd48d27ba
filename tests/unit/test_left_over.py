"""What is told where DoseSpot still shows something else than it was asked to have."""

from typing import Any

import pytest

from shared.dosespot.left_over import ANOTHER, FIELDS, KEPT, LACKING, left_over
from shared.records.findings import Finding

IL = {"DEANumber": "AS1234563", "State": "IL", "ClinicId": "123"}
NY = {"DEANumber": "CS9876547", "State": "NY", "ClinicId": "123"}
DEA_WORDS = "DEA number with its state"


@pytest.mark.parametrize(
    ("name", "wanted", "stored", "path", "sentence"),
    [
        ("Address2", "", "Suite 100", "address.line", KEPT.format(words="second address line")),
        ("Address2", None, "Suite 100", "address.line", KEPT.format(words="second address line")),
        ("Email", "a@b.example", "", "telecom", LACKING.format(words="e-mail address")),
        ("Email", "a@b.example", None, "telecom", LACKING.format(words="e-mail address")),
        ("City", "Chicago", "Springfield", "address.city", ANOTHER.format(words="city")),
        ("DEANumbers", [], [IL], "identifier", KEPT.format(words=DEA_WORDS)),
        ("DEANumbers", None, [IL], "identifier", KEPT.format(words=DEA_WORDS)),
        ("DEANumbers", [NY], [IL, NY], "identifier", KEPT.format(words=DEA_WORDS)),
        ("DEANumbers", [IL, NY], [NY], "identifier", LACKING.format(words=DEA_WORDS)),
        ("EPCSRequested", False, True, "identifier", KEPT),
        ("EPCSRequested", True, False, "identifier", LACKING),
        ("Active", False, True, "active", ANOTHER.format(words="state of the account")),
    ],
)
def test_each_difference_is_told_by_its_path(
    name: str, wanted: Any, stored: Any, path: str, sentence: str
) -> None:
    sentence = sentence.format(words="request for controlled substances")
    found = left_over("Practitioner", {name: wanted}, {name: stored})
    assert found == (Finding(f"Practitioner.{path}", sentence),)


@pytest.mark.parametrize(
    ("name", "wanted", "stored"),
    [
        ("Address2", "", None),
        ("Address2", None, ""),
        ("City", "Chicago", "Chicago"),
        ("DEANumbers", [], None),
        ("DEANumbers", [IL, NY], [NY, IL]),
        ("EPCSRequested", True, None),
        ("EPCSRequested", False, None),
        ("PDMPRoleType", "Physician", "Nurse"),
    ],
)
def test_nothing_is_told_where_nothing_differs(name: str, wanted: Any, stored: Any) -> None:
    assert left_over("Patient", {name: wanted}, {name: stored}) == ()


def test_roles_and_measures_are_not_of_the_person_s_record() -> None:
    roles = left_over("Practitioner", {"ClinicianRoleType": ["ProxyClinician"]}, {})
    assert roles == (Finding("PractitionerRole.code", LACKING.format(words="role")),)
    weight = left_over("Patient", {"Weight": 18}, {"Weight": 180})
    assert weight == (Finding("Observation.value[x]", ANOTHER.format(words="weight")),)


@pytest.mark.parametrize("name", FIELDS)
def test_no_value_is_told(name: str) -> None:
    found = left_over("Patient", {name: "Quorble"}, {name: "Zyxwvut"})
    assert [one for one in found if "Quorble" in str(one) or "Zyxwvut" in str(one)] == []
