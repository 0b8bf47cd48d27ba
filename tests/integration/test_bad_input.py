"""Bad input gets a clear error that says where and what to do, and changes nothing anywhere."""

from typing import Any

import pytest

from tests.builders import dea
from tests.integration.clinic import ADMIN_BOT, DEA, Clinic, Member

BAD_BODIES = {
    "no object": ([], "input must be a JSON object"),
    "text": ("enroll", "input must be a JSON object"),
    "empty": ({}, "practitionerId: is required; practitionerRoleTypes: is required"),
    "id is a number": ({"practitionerId": 7}, "practitionerId: must be a string"),
    "id with a path": (
        {"practitionerId": "../Bot/1"},
        "practitionerId: this is not a valid FHIR id; correct it",
    ),
    "empty role list": (
        {"practitionerRoleTypes": []},
        "practitionerRoleTypes: must have at least 1 entry",
    ),
    "roles as text": (
        {"practitionerRoleTypes": ["1"]},
        "practitionerRoleTypes[0]: must be a whole number",
    ),
    "role 0": ({"practitionerRoleTypes": [1, 0]}, "practitionerRoleTypes[1]: must be at least 1"),
    "role 7": ({"practitionerRoleTypes": [7]}, "practitionerRoleTypes[0]: must be at most 6"),
    "role true": (
        {"practitionerRoleTypes": [True]},
        "practitionerRoleTypes[0]: must be a whole number",
    ),
    "initIdp as text": ({"initIdp": "yes"}, "initIdp: must be true or false"),
    "unknown tfaType": ({"tfaType": "Fax"}, "tfaType: must be 'Mobile' or 'Token'"),
    "unknown key": ({"practitionerName": "x"}, "practitionerName: this bot has no such input"),
    "license without state": (
        {"medicalLicenseNumbers": [{"LicenseNumber": "1"}]},
        "medicalLicenseNumbers[0].State: is required",
    ),
    "license with a long number": (
        {"medicalLicenseNumbers": [{"LicenseNumber": "1" * 36, "State": "IL"}]},
        "medicalLicenseNumbers[0].LicenseNumber: DoseSpot takes at most 35 characters here",
    ),
    "license of no state": (
        {"medicalLicenseNumbers": [{"LicenseNumber": "1", "State": "Ontario"}]},
        "medicalLicenseNumbers[0].State: the state must be a two-letter",
    ),
}


@pytest.mark.parametrize("name", BAD_BODIES)
@pytest.mark.usefixtures("both_ways")
def test_a_wrong_input_is_refused_by_name(clinic: Clinic, prescriber: Member, name: str) -> None:
    body, sentence = BAD_BODIES[name]
    if isinstance(body, dict) and body:
        body = {"practitionerId": prescriber.id, "practitionerRoleTypes": [1], **body}
    answer = clinic.execute(ADMIN_BOT, body, clinic.admin.token)
    assert answer.status == 400
    assert answer.body["errorType"] == "InputRefused"
    assert all(part in answer.error for part in sentence.split("; "))
    assert clinic.writes() == []


def test_all_problems_of_an_input_are_told_at_once(clinic: Clinic) -> None:
    body = {"practitionerRoleTypes": [9], "initTfa": 1, "foo": 2}
    error = clinic.execute(ADMIN_BOT, body, clinic.admin.token).error
    assert all(
        path in error
        for path in ("practitionerId: ", "practitionerRoleTypes[0]: ", "initTfa: ", "foo: ")
    )


def _telecom(**changes: str) -> dict[str, Any]:
    numbers = {"phone": "345-123-4567", "fax": "567-123-4568", **changes}
    return {"telecom": [{"system": s, "use": "work", "value": v} for s, v in numbers.items() if v]}


def _address(**changes: Any) -> dict[str, Any]:
    address = {
        "line": ["123 Main St"],
        "city": "Springfield",
        "state": "IL",
        "postalCode": "62701",
        **changes,
    }
    return {"address": [address]}


def _identifier(*extra: dict[str, Any], npi: str = "1234567893") -> dict[str, Any]:
    return {"identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": npi}, *extra]}


DEA_SYSTEM = "http://terminology.hl7.org/NamingSystem/USDEANumber"

BAD_PRACTITIONERS = {
    "NPI with a bad check digit": (
        _identifier(npi="1234567890"),
        "Practitioner.identifier[0].value: the NPI's check digit is wrong",
    ),
    "no NPI": ({"identifier": []}, "Practitioner.identifier: the NPI is missing"),
    "no fax": (_telecom(fax=""), "Practitioner.telecom: the work fax number is missing"),
    "no phone": (_telecom(phone=""), "Practitioner.telecom: the work phone number is missing"),
    "555 phone": (_telecom(phone="555-123-4567"), "the area code must not be 555"),
    "no state of the US": (
        _address(state="Ontario"),
        "Practitioner.address[0].state: the state must be a two-letter US abbreviation",
    ),
    "PO box": (_address(line=["P.O. Box 12"]), "Practitioner.address[0].line[0]: "),
    "long line": (_address(line=["1" * 36]), "Practitioner.address[0].line[0]: "),
    "no city": (_address(city="x", postalCode="1"), "Practitioner.address[0].postalCode: "),
    "DEA without state": (
        _identifier({"system": DEA_SYSTEM, "value": "AS1234563"}),
        "Practitioner.identifier[1].assigner.display: the state of the DEA number is missing",
    ),
    "DEA of a wrong form": (
        _identifier({"system": DEA_SYSTEM, "value": "A1", "assigner": {"display": "IL"}}),
        "Practitioner.identifier[1].value: a DEA number is",
    ),
    "long name": (
        {"name": [{"family": "S" * 36, "given": ["Jane"]}]},
        "Practitioner.name[0].family: DoseSpot takes at most 35 characters",
    ),
    "no first name": ({"name": [{"family": "Smith"}]}, "Practitioner.name[0].given: "),
    "year of birth only": ({"birthDate": "1980"}, "Practitioner.birthDate: "),
    "inactive and new": ({"active": False}, "Practitioner.active"),
}


@pytest.mark.parametrize("name", BAD_PRACTITIONERS)
@pytest.mark.usefixtures("both_ways")
def test_a_practitioner_who_cannot_be_enrolled_is_refused(clinic: Clinic, name: str) -> None:
    changes, sentence = BAD_PRACTITIONERS[name]
    member = clinic.add_member(dea=DEA, practitioner=changes)
    before = clinic.practitioner(member)
    answer = clinic.enroll(member)
    assert answer.status == 400
    assert sentence in answer.error
    assert clinic.writes() == []
    assert clinic.practitioner(member) == before


def test_all_problems_of_a_practitioner_are_told_at_once(clinic: Clinic) -> None:
    member = clinic.add_member(
        practitioner={"birthDate": "1980", **_telecom(fax=""), **_address(state="Ontario")}
    )
    error = clinic.enroll(member).error
    assert all(
        path in error
        for path in ("Practitioner.birthDate", "Practitioner.telecom", "Practitioner.address[0]")
    )


@pytest.mark.usefixtures("both_ways")
def test_an_unknown_practitioner_is_refused(clinic: Clinic) -> None:
    answer = clinic.enroll(Member("00000000-0000-4000-8000-000000000000", "", ""))
    assert answer.status == 400
    assert "there is no such Practitioner, or it was deleted" in answer.error


@pytest.mark.usefixtures("both_ways")
def test_a_deleted_practitioner_is_refused(clinic: Clinic, prescriber: Member) -> None:
    clinic.delete(f"Practitioner/{prescriber.id}")
    assert "there is no such Practitioner, or it was deleted" in clinic.enroll(prescriber).error


def test_a_practitioner_without_membership_is_refused(clinic: Clinic, prescriber: Member) -> None:
    clinic.delete(f"ProjectMembership/{prescriber.membership_id}")
    answer = clinic.enroll(prescriber)
    assert "the Practitioner has no membership in this project" in answer.error
    assert clinic.clinicians(prescriber.npi) == []


def test_a_practitioner_with_two_memberships_is_refused(clinic: Clinic, prescriber: Member) -> None:
    membership = clinic.read(f"ProjectMembership/{prescriber.membership_id}")
    clinic.sandbox.fhir.add_resource(
        clinic.project, {k: v for k, v in membership.items() if k not in ("id", "meta")}
    )
    answer = clinic.enroll(prescriber)
    assert "the Practitioner has 2 memberships in this project" in answer.error
    assert clinic.clinicians(prescriber.npi) == []


def test_a_seed_example_with_a_wrong_dea_check_digit_is_only_warned_about(clinic: Clinic) -> None:
    numbers = [dea("AB1234563", "IL"), dea("CD9876543", "NY")]
    member = clinic.add_member()
    practitioner = clinic.practitioner(member)
    clinic.write({**practitioner, "identifier": [*practitioner["identifier"], *numbers]})
    assert clinic.enroll(member).status == 200
    assert sorted(clinic.clinician(member)["dea_numbers"]) == ["AB1234563", "CD9876543"]
