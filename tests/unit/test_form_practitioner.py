"""A form on a Practitioner: new ones can be enrolled, others keep what it does not speak of."""

from typing import Any

import pytest
from fhir.resources.R4B.practitioner import Practitioner

from fhir_profiles import Resource
from fhir_profiles.systems import HPII, PBS_PRESCRIBER_NUMBER, PBS_PRESCRIBER_TYPE, USERNAME
from shared.prescriber_form.rules.form import read_form
from shared.prescriber_form.rules.practitioner import (
    ANOTHER_NUMBER,
    NEW,
    Registration,
    RegistrationKind,
    contradictions,
    with_form,
)
from shared.records.findings import Finding
from shared.records.practitioner import read_practitioner
from shared.records.prescriber import DeaRegistration, MedicalLicense
from tests.builders import ABSENT, NOW, TODAY, dea, form, npi, practitioner

DEA_IL = Registration(RegistrationKind.DEA, "AS1234563", "IL", "details.dea")
DEA_NY = Registration(RegistrationKind.DEA, "CS9876547", "NY", "locations[0].deaNumber")
NADEAN = Registration(RegistrationKind.NADEAN, "XS1234563", "IL", "locations[0].naDeaNumber")
LICENSE = Registration(
    RegistrationKind.LICENSE, "036-123456", "IL", "locations[0].medicalLicenseNumber"
)
JANE = {"mName": "Marie", "prefix": "Dr.", "fax": "567-123-4568"}
"""What `practitioner()` says beyond `form()`."""


def written(found: Resource, *registrations: Registration, **changes: Any) -> Resource:
    read, findings = read_form(form(**changes), TODAY)
    assert findings.problems == []
    return with_form(found, read, registrations, NOW)


def test_a_new_practitioner_is_valid_and_can_be_enrolled() -> None:
    made = written(NEW, DEA_IL, DEA_NY, NADEAN, LICENSE, **JANE)
    assert Practitioner.model_validate(made)
    prescriber, findings = read_practitioner(made, NOW)
    assert (findings.problems, findings.warnings) == ([], [])
    assert prescriber.dea == (
        DeaRegistration("AS1234563", "IL"),
        DeaRegistration("CS9876547", "NY"),
    )
    assert prescriber.nadean == (DeaRegistration("XS1234563", "IL"),)
    assert prescriber.licenses == (MedicalLicense("036-123456", "IL"),)
    assert made["gender"] == "female"
    assert NEW == {"resourceType": "Practitioner", "active": True}


def test_the_same_form_again_changes_nothing() -> None:
    made = written(NEW, DEA_IL, NADEAN, LICENSE, **JANE)
    assert written(made, DEA_IL, NADEAN, LICENSE, **JANE) is made


def test_of_a_practitioner_that_says_so_already_only_what_is_new_is_added() -> None:
    jane = practitioner()
    changed = written(jane, DEA_IL, DEA_NY, **JANE)
    assert changed["identifier"] == [
        *jane["identifier"],
        {"system": USERNAME, "value": "jsmith"},
    ]
    assert changed["address"] == [
        jane["address"][0],
        {"use": "billing", "country": "US", **jane["address"][0]},
    ]
    same = {name: value for name, value in changed.items() if name in jane}
    assert same == {**jane, "identifier": changed["identifier"], "address": changed["address"]}


def test_what_differs_is_changed_where_it_stands_and_all_else_is_kept() -> None:
    foreign = {"url": "https://example.org/kept", "valueString": "by somebody else"}
    jane = practitioner(
        extension=[foreign],
        telecom=[
            {"system": "phone", "use": "home", "value": "345-000-0001"},
            {"system": "phone", "use": "work", "value": "345-123-4567", "rank": 1},
            {"system": "email", "value": "jane.smith@example.com"},
        ],
        address=[
            {
                "use": "work",
                "text": "9 Elm St, Springfield",
                "line": ["9 Elm St"],
                "city": "Springfield",
            }
        ],
    )
    changed = written(jane, lName="Jones", phone="3459876543", email="JANE.SMITH@example.com")
    assert changed["extension"] == [foreign]
    assert changed["name"] == [{**jane["name"][0], "family": "Jones"}]
    assert changed["telecom"] == [
        jane["telecom"][0],
        {**jane["telecom"][1], "value": "3459876543"},
        jane["telecom"][2],
    ]
    assert changed["address"][0] == {
        "use": "work",
        "line": ["123 Main St", "Suite 100"],
        "city": "Springfield",
        "state": "IL",
        "postalCode": "62701",
    }


@pytest.mark.parametrize(
    ("given", "middle", "expected"),
    [
        (["Jane", "Marie"], ABSENT, ["Jane", "Marie"]),
        (["Jane", "Ann", "Marie"], "Ann Marie", ["Jane", "Ann", "Marie"]),
        (["Jane", "Ann"], "Marie", ["Jane", "Marie"]),
        (["Joan", "Ann"], ABSENT, ["Jane", "Ann"]),
        (ABSENT, "Marie", ["Jane", "Marie"]),
    ],
)
def test_middle_names_change_only_where_the_form_has_one(
    given: Any, middle: Any, expected: list[str]
) -> None:
    name = {"family": "Smith", **({} if given is ABSENT else {"given": given})}
    changed = written(practitioner(name=[name]), mName=middle)
    assert changed["name"][0]["given"] == expected


def test_what_is_over_is_not_written_over() -> None:
    old = {"use": "old", "family": "Miller", "given": ["Jane"]}
    changed = written(practitioner(name=[old]))
    assert changed["name"] == [old, {"family": "Smith", "given": ["Jane"]}]


def test_an_inactive_practitioner_is_not_activated() -> None:
    assert written(practitioner(active=False))["active"] is False


def test_a_number_without_a_state_gets_its_state() -> None:
    bare = {"system": dea("x", "IL")["system"], "value": "AS1234563"}
    changed = written(practitioner(identifier=[npi(), bare]), DEA_IL)
    assert changed["identifier"][1] == {**bare, "assigner": {"display": "IL"}}


def test_australian_numbers_are_written_and_only_warned_about() -> None:
    details = {
        "hpiiNumber": "8003619900015717",
        "prescriberNumber": "2603485",
        "prescriberType": "M",
    }
    changed = written(practitioner(), details=details)
    assert changed["identifier"][-2:] == [
        {"system": HPII, "value": "8003619900015717"},
        {
            "system": PBS_PRESCRIBER_NUMBER,
            "value": "2603485",
            "type": {"coding": [{"system": PBS_PRESCRIBER_TYPE, "code": "M"}]},
        },
    ]
    assert written(changed, details=details) is changed
    assert read_practitioner(changed, NOW)[1].warnings == []
    bad = [
        {"system": HPII, "value": "8003614900000000"},
        {
            "system": PBS_PRESCRIBER_NUMBER,
            "value": "2345678",
            "type": {"coding": [{"system": PBS_PRESCRIBER_TYPE, "code": "X"}]},
        },
    ]
    _, findings = read_practitioner(practitioner(identifier=[npi(), *bad]), NOW)
    assert findings.problems == []
    assert [found.path for found in findings.warnings] == [
        *("Practitioner.identifier[1].value", "Practitioner.identifier[2].value"),
        "Practitioner.identifier[2].type",
    ]


def test_a_malformed_nadean_or_license_is_left_out_with_a_warning() -> None:
    made = written(
        NEW,
        Registration(RegistrationKind.NADEAN, "X1", "IL", ""),
        Registration(RegistrationKind.LICENSE, "1" * 36, "IL", ""),
        **JANE,
    )
    prescriber, findings = read_practitioner(made, NOW)
    assert (prescriber.nadean, prescriber.licenses, findings.problems) == ((), (), [])
    assert [found.sentence[:28] for found in findings.warnings] == [
        "is not sent to DoseSpot: an ",
        *(["is not sent to DoseSpot: Dos"]),
    ]


def test_another_dea_number_for_the_same_state_is_told() -> None:
    other = dea("BS1234564", "IL")
    jane = practitioner(identifier=[npi(), other])
    expected = [Finding("details.dea", ANOTHER_NUMBER)]
    assert contradictions(jane, [DEA_IL], NOW) == expected
    assert contradictions(written(jane, DEA_IL), [DEA_IL], NOW) == expected
    ended = {**other, "period": {"end": "2026-01-01"}}
    assert contradictions(practitioner(identifier=[npi(), ended]), [DEA_IL], NOW) == []
    assert contradictions(practitioner(), [DEA_IL, DEA_NY], NOW) == []
