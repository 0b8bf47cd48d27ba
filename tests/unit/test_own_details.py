"""What prescribers say of themselves: read, checked against what is on record, and put on it."""

from typing import Any

import pytest

from fhir_profiles.systems import NADEAN
from shared.prescriber_form.rules.checks import LENIENT
from shared.prescriber_form.rules.form import ONE_DEFAULT
from shared.prescriber_form.rules.on_record import OnRecord, Workplace, on_record
from shared.prescriber_form.rules.own_changes import practitioner_with, role_with
from shared.prescriber_form.rules.own_details import (
    ANOTHER_STATE,
    FIXED,
    NO_FAX,
    NO_ROLE_ID,
    NO_STATE,
    NOT_YOURS,
    TWICE,
    TWO_LICENSES,
    OwnDetails,
    read_own_details,
    without_fixed,
)
from shared.records.findings import Findings
from tests.builders import NOW, dea, npi, practitioner

BODY: dict[str, Any] = {
    "phone": "345-123-4567",
    "fax": "567-123-4568",
    "mailingAddress": {
        "address1": "123 Main St",
        "address2": "Suite 100",
        "city": "Springfield",
        "state": "IL",
        "zipCode": "62701",
    },
}
HERE, THERE, NOWHERE = "here", "there", "nowhere"


def role(key: str, **changes: Any) -> dict[str, Any]:
    return {"resourceType": "PractitionerRole", "id": key, **changes}


def office(key: str, state: str, **changes: Any) -> Workplace:
    address = {"state": state} if state else {}
    return Workplace(role(key, **changes), {"name": key, "address": address}, {"name": "Clinic"})


def known(person: dict[str, Any] | None = None, *places: Workplace) -> OnRecord:
    found = places or (office(HERE, "IL"), office(THERE, "NY"), office(NOWHERE, ""))
    return on_record(person or practitioner(identifier=[npi()]), found, NOW)


def read(shown: OnRecord, **changes: Any) -> tuple[OwnDetails, dict[str, str]]:
    """The details, and the sentence of the problem at each path."""
    details, findings = read_own_details({**BODY, **changes}, shown, NOW)
    return details, {one.path: one.sentence for one in findings.problems}


def place(key: str, **changes: Any) -> dict[str, Any]:
    return {"practitionerRoleId": key, **changes}


@pytest.mark.parametrize(
    ("locations", "problems"),
    [
        ([place("another")], {"locations[0].practitionerRoleId": NOT_YOURS}),
        ([{}], {"locations[0].practitionerRoleId": NO_ROLE_ID}),
        ([place(HERE), place(HERE)], {"locations[1].practitionerRoleId": TWICE}),
        (
            [place(HERE, useAsDefault=True), place(THERE, useAsDefault=True)],
            {"locations": ONE_DEFAULT},
        ),
        ([place(NOWHERE, deaNumber="AS1234563")], {"locations[0].state": NO_STATE}),
        ([place(HERE, state="NY")], {"locations[0].state": ANOTHER_STATE}),
        (
            [
                place(HERE, medicalLicenseNumber="1"),
                place(NOWHERE, state="IL", medicalLicenseNumber="2"),
            ],
            {"locations[1].medicalLicenseNumber": TWO_LICENSES},
        ),
        ([place(NOWHERE)], {}),
        ([place(HERE, state="IL", useAsDefault=True), place(THERE)], {}),
    ],
)
def test_a_location_is_ones_own_and_given_once(
    locations: list[dict[str, Any]], problems: dict[str, str]
) -> None:
    assert read(known(), locations=locations)[1] == problems


def test_everything_that_is_missing_is_told_at_once() -> None:
    nothing = practitioner(identifier=[], birthDate=None)
    _, findings = read_own_details({"locations": []}, known(nothing), NOW)
    missing = LENIENT.missing
    assert {one.path: one.sentence for one in findings.problems} == {
        "dateOfBirth": missing["dateOfBirth"],
        "phone": missing["phone"],
        "fax": NO_FAX,
        "details.npi": missing["npi"],
        "mailingAddress.address1": missing["address1"],
        "mailingAddress.city": missing["city"],
        "mailingAddress.state": missing["state"],
        "mailingAddress.zipCode": missing["zipCode"],
    }


WITH_NUMBERS = known(
    practitioner(
        identifier=[npi(), dea("AS1234563", "IL")],
        qualification=[
            {
                "identifier": [{"value": "036-1", "assigner": {"display": "NY"}}],
                "code": {
                    "coding": [
                        {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MD"}
                    ]
                },
            }
        ],
    ),
    office(HERE, "IL"),
    office(THERE, "NY", identifier=[{"system": NADEAN, "value": "XS1234563"}]),
)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"dateOfBirth": "1981-01-01"}, "dateOfBirth"),
        ({"details": {"npi": "1000000004"}}, "details.npi"),
        ({"locations": [place(HERE, deaNumber="BS1234563")]}, "locations[0].deaNumber"),
        ({"locations": [place(THERE, naDeaNumber="XA1234563")]}, "locations[0].naDeaNumber"),
        ({"locations": [place(THERE, medicalLicenseNumber="7")]},
         "locations[0].medicalLicenseNumber"),
    ],
)  # fmt: skip
def test_what_is_on_record_is_not_replaced(given: dict[str, Any], path: str) -> None:
    assert read(WITH_NUMBERS, **given)[1] == {path: FIXED}


def test_what_is_on_record_may_be_given_again_and_writes_nothing() -> None:
    person = practitioner(identifier=[npi(), dea("AS1234563", "IL")])
    shown = known(person, office(HERE, "IL"))
    same = {
        "dateOfBirth": "05/15/1980",
        "details": {"npi": shown.npi},
        "locations": [place(HERE, deaNumber="as1234563")],
    }
    details, problems = read(shown, **same)
    assert problems == {}
    assert practitioner_with(person, details, NOW) is person
    (there,) = shown.places
    assert role_with(there.role, there, details, NOW) is there.role


def test_a_number_that_somebody_recorded_meanwhile_is_not_replaced() -> None:
    details, problems = read(known(practitioner(identifier=[])), details={"npi": "1234567893"})
    assert (problems, details.npi) == ({}, "1234567893")
    findings = Findings()
    now = known(practitioner(identifier=[npi("1000000004")]))
    assert without_fixed(details, now, findings).npi == ""
    assert [(one.path, one.sentence) for one in findings.problems] == [("details.npi", FIXED)]


def test_another_default_takes_the_mark_from_the_others_alone() -> None:
    marked = {"extension": [{"url": "urn:prescriber-bots:default-location", "valueBoolean": True}]}
    shown = known(None, office(HERE, "IL", **marked), office(THERE, "NY"))
    here, there = shown.places
    details, _ = read(shown, locations=[place(THERE, useAsDefault=True)])
    assert role_with(here.role, here, details, NOW) == role(HERE)
    assert role_with(there.role, there, details, NOW) == role(THERE, **marked)
    details, _ = read(shown, locations=[place(HERE), place(THERE, useAsDefault=True)])
    assert role_with(here.role, here, details, NOW) == role(HERE)


@pytest.mark.parametrize(
    ("locations", "stays"),
    [
        ([], True),
        ([place(HERE)], True),
        ([place(HERE), place(THERE, useAsDefault=False)], True),
        ([place(HERE, useAsDefault=False)], False),
    ],
)
def test_a_default_stays_unless_something_is_said_of_it(
    locations: list[dict[str, Any]], stays: bool
) -> None:
    marked = {"extension": [{"url": "urn:prescriber-bots:default-location", "valueBoolean": True}]}
    shown = known(None, office(HERE, "IL", **marked), office(THERE, "NY"))
    here = shown.places[0]
    details, problems = read(shown, locations=locations)
    assert problems == {}
    after = role_with(here.role, here, details, NOW)
    assert after == role(HERE, **(marked if stays else {}))


def test_fixed_are_the_name_and_whatever_is_on_record() -> None:
    assert WITH_NUMBERS.fixed == (
        "fName",
        "lName",
        "dateOfBirth",
        "details.npi",
        "locations[0].state",
        "locations[0].deaNumber",
        "locations[1].state",
        "locations[1].naDeaNumber",
        "locations[1].medicalLicenseNumber",
    )
