"""Form, enrollment and patients read names and cities by one rule, and spell them alike."""

from typing import Any

import pytest

from shared.prescriber_form.rules.form import read_form
from shared.records.findings import Finding
from shared.records.identifiers import names
from shared.records.patient import read_patient
from shared.records.practitioner import read_practitioner
from tests.builders import NOW, TODAY, form, practitioner
from tests.unit.maria_rossi import patient

STREET = {"use": "work", "line": ["123 Main St"], "state": "IL", "postalCode": "62701"}

NAMES = {
    "O\N{LEFT SINGLE QUOTATION MARK}Brien": "O'Brien",
    "D\N{ACUTE ACCENT}Angelo": "D'Angelo",
    "Smith\N{EN DASH}Jones": "Smith-Jones",
    "Smith 3rd": "Smith 3rd",
    'Roberta "Bobbie"': 'Roberta "Bobbie"',
    "\N{LEFT DOUBLE QUOTATION MARK}Bo\N{RIGHT DOUBLE QUOTATION MARK} Roberta": '"Bo" Roberta',
    "St. Clair": "St. Clair",
}
CITIES = {
    "29 Palms": "29 Palms",
    "Washington, D.C.": "Washington, D.C.",
    "Coeur d\N{RIGHT SINGLE QUOTATION MARK}Alene": "Coeur d'Alene",
    "Winston\N{EM DASH}Salem": "Winston-Salem",
}


@pytest.mark.parametrize("value", NAMES)
def test_a_name_is_spelled_alike_wherever_it_comes_from(value: str) -> None:
    named = {"name": [{"family": value, "given": [value, value]}]}
    read, findings = read_form(form(fName=value, mName=value, lName=value), TODAY)
    prescriber, found = read_practitioner(practitioner(**named), NOW)
    person, seen = read_patient(patient(**named), (), NOW)
    assert [*findings.problems, *found.problems, *seen.problems] == []
    stored = NAMES[value]
    for name in (read.name, prescriber.name):
        assert (name.first, name.middle, name.last) == (stored, stored, stored)
    assert (person.first_name, person.middle_name, person.last_name) == (stored, stored, stored)


@pytest.mark.parametrize("value", CITIES)
def test_a_city_is_spelled_alike_wherever_it_comes_from(value: str) -> None:
    read, findings = read_form(form(mailingAddress={"city": value}), TODAY)
    prescriber, found = read_practitioner(practitioner(address=[{**STREET, "city": value}]), NOW)
    home = {**STREET, "use": "home", "city": value}
    person, seen = read_patient(patient(address=[home]), (), NOW)
    assert [*findings.problems, *found.problems, *seen.problems] == []
    assert (read.mailing.city, prescriber.address.city, person.city) == (CITIES[value],) * 3


@pytest.mark.parametrize("value", ["<b>", "-", "Smith|Jones", "Smith;"])
def test_what_is_no_name_is_refused_in_records_too(value: str) -> None:
    named: dict[str, Any] = {"name": [{"family": value, "given": ["Jane"]}]}
    refused = [Finding("Practitioner.name[0].family", names.NOT_A_NAME)]
    assert read_practitioner(practitioner(**named), NOW)[1].problems == refused
    refused = [Finding("Patient.name[0].family", names.NOT_A_NAME)]
    assert read_patient(patient(**named), (), NOW)[1].problems == refused


def test_what_is_no_city_is_refused_in_records_too() -> None:
    refused = [Finding("Practitioner.address[0].city", names.NOT_A_CITY)]
    record = practitioner(address=[{**STREET, "city": "62701"}])
    assert read_practitioner(record, NOW)[1].problems == refused


def test_a_middle_name_that_is_none_is_left_out_with_a_warning() -> None:
    named = {"name": [{"family": "Smith", "given": ["Jane", "<b>"]}]}
    read, findings = read_practitioner(practitioner(**named), NOW)
    assert read.name.middle == ""
    assert findings.warnings == [
        Finding("Practitioner.name[0].given", f"is not sent to DoseSpot: {names.NOT_A_NAME}")
    ]


def test_a_name_on_record_may_have_digits_and_a_typed_one_may_not() -> None:
    named = {"name": [{"family": "Rossi", "given": ["Babyboy 2"]}]}
    person, findings = read_patient(patient(**named), (), NOW)
    assert (person.first_name, findings.problems) == ("Babyboy 2", [])
    prescriber, findings = read_practitioner(practitioner(**named), NOW)
    assert (prescriber.name.first, findings.problems) == ("Babyboy 2", [])
    refused = [Finding("fName", names.NOT_A_NAME)]
    assert read_form(form(fName="Babyboy 2"), TODAY)[1].problems == refused
