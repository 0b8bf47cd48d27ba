"""Reading a Practitioner: what is taken, what counts, and that every problem is told at once."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.records.findings import Finding, listed
from shared.records.practitioner import read_practitioner
from shared.records.prescriber import DeaRegistration, PersonName, StreetAddress
from tests.builders import ABSENT, NOW, dea, npi, practitioner, prescriber

JANE = {"family": "Smith", "given": ["Jane"]}
ADDRESS = practitioner()["address"][0]
PHONE = {"system": "phone", "use": "work", "value": "345-123-4567"}
FAX = {"system": "fax", "use": "work", "value": "567-123-4568"}
EMAIL = {"system": "email", "value": "jane.smith@example.com"}

EXPIRED = {"period": {"end": "2025-12-31"}}
ELEMENTS = ("name", "birthDate", "identifier", "telecom", "address", "active", "qualification")


def problems(**changes: Any) -> list[str]:
    _, findings = read_practitioner(practitioner(**changes), NOW)
    return [problem.path.removeprefix("Practitioner.") for problem in findings.problems]


def name_of(**name: Any) -> PersonName:
    read, findings = read_practitioner(practitioner(name=[name], identifier=[npi()]), NOW)
    assert findings.problems == []
    return read.name


def test_full_example_gives_exactly_this_prescriber() -> None:
    read, findings = read_practitioner(practitioner(), NOW)
    assert read == prescriber()
    assert findings.problems == []
    assert findings.warnings == []


def test_reading_changes_nothing() -> None:
    given = practitioner()
    read_practitioner(given, NOW)
    assert given == practitioner()


ONE_PROBLEM = {
    "no first name": ("name[0].given", {"name": [{"family": "Smith"}]}),
    "no last name": ("name[0].family", {"name": [{"given": ["Jane"]}]}),
    "blank last name": ("name[0].family", {"name": [{**JANE, "family": " "}]}),
    "long last name": ("name[0].family", {"name": [{**JANE, "family": "S" * 36}]}),
    "long first name": ("name[0].given", {"name": [{**JANE, "given": ["J" * 36]}]}),
    "no birth date": ("birthDate", {"birthDate": ABSENT}),
    "partial birth date": ("birthDate", {"birthDate": "1980-05"}),
    "no NPI": ("identifier", {"identifier": []}),
    "wrong NPI": ("identifier[0].value", {"identifier": [npi("1234567890")]}),
    "two NPIs": ("identifier", {"identifier": [npi(), npi("1558598797")]}),
    "wrong DEA": ("identifier[1].value", {"identifier": [npi(), dea("AS12", "IL")]}),
    "DEA without state": (
        "identifier[1].assigner.display",
        {"identifier": [npi(), dea("AS1234563", "IL", assigner=ABSENT)]},
    ),
    "DEA with a wrong state": (
        "identifier[1].assigner.display",
        {"identifier": [npi(), dea("AS1234563", "XX")]},
    ),
    "DEA for two states": (
        "identifier[2]",
        {"identifier": [npi(), dea("AS1234563", "IL"), dea("AS1234563", "NY")]},
    ),
    "no phone": ("telecom", {"telecom": [FAX, EMAIL]}),
    "no work phone": ("telecom", {"telecom": [{**PHONE, "use": "home"}, FAX, EMAIL]}),
    "555 phone": ("telecom[0].value", {"telecom": [{**PHONE, "value": "5551234567"}, FAX]}),
    "no fax": ("telecom", {"telecom": [PHONE, EMAIL]}),
    "short fax": ("telecom[1].value", {"telecom": [PHONE, {**FAX, "value": "1"}, EMAIL]}),
    "no street": ("address[0].line", {"address": [{**ADDRESS, "line": []}]}),
    "PO box": ("address[0].line[0]", {"address": [{**ADDRESS, "line": ["PO Box 1"]}]}),
    "long street": ("address[0].line[0]", {"address": [{**ADDRESS, "line": ["S" * 36]}]}),
    "long rest of the street": (
        "address[0].line[1]",
        {"address": [{**ADDRESS, "line": ["1 Main St", "S" * 20, "S" * 20]}]},
    ),
    "no city": ("address[0].city", {"address": [{**ADDRESS, "city": ""}]}),
    "wrong state": ("address[0].state", {"address": [{**ADDRESS, "state": "ZZ"}]}),
    "short ZIP": ("address[0].postalCode", {"address": [{**ADDRESS, "postalCode": "6270"}]}),
    "active as text": ("active", {"active": "yes"}),
}


@pytest.mark.parametrize(("path", "changes"), ONE_PROBLEM.values(), ids=ONE_PROBLEM)
def test_each_fault_is_a_problem_at_its_path(path: str, changes: dict[str, Any]) -> None:
    assert problems(**changes) == [path]


def test_all_problems_are_told_at_once() -> None:
    empty = dict.fromkeys(ELEMENTS, ABSENT)
    assert problems(**empty) == [
        *("name.given", "name.family", "birthDate", "identifier", "telecom", "telecom"),
        *("address.line", "address.city", "address.state", "address.postalCode"),
    ]


def test_problem_says_path_and_what_to_do_without_the_value() -> None:
    _, findings = read_practitioner(practitioner(identifier=[npi("1234567890")]), NOW)
    assert listed("", findings.problems) == (
        "Practitioner.identifier[0].value: the NPI's check digit is wrong;"
        " compare it with the NPI registry."
    )


@pytest.mark.parametrize(
    "out",
    [{"use": "old"}, EXPIRED, {"period": {"start": "2026-03-11"}}],
    ids=["old", "expired", "not yet"],
)
@pytest.mark.parametrize(
    ("element", "entries"),
    [
        ("name", [{"family": "Miller", "given": ["Joan"], "use": "official"}]),
        ("identifier", [npi("1558598797"), dea("BB1388568", "CA"), dea("broken", "XX")]),
        ("telecom", [{**PHONE, "value": "1"}, {**FAX, "value": "1"}, {**EMAIL, "value": "x"}]),
        ("address", [{"line": ["PO Box 1"], "use": "work"}]),
    ],
    ids=["name", "identifier", "telecom", "address"],
)
def test_what_is_over_does_not_count(
    element: str, entries: list[dict[str, Any]], out: dict[str, Any]
) -> None:
    over = [{**entry, **out} for entry in entries]
    changed = practitioner(**{element: [*over, *practitioner()[element]]})
    read, findings = read_practitioner(changed, NOW)
    assert read == prescriber()
    assert findings.problems == []


def test_only_expired_dea_numbers_are_no_dea_number() -> None:
    expired = dea("AS1234563", "IL", **EXPIRED)
    read, findings = read_practitioner(practitioner(identifier=[npi(), expired]), NOW)
    assert read == prescriber(dea=())
    assert findings.problems == []


@pytest.mark.parametrize(
    ("changes", "path", "sentence"),
    [
        (
            {"identifier": [npi(), dea("AS1234567", "IL")]},
            "Practitioner.identifier[1].value",
            "the DEA number's check digit is wrong; compare it with the certificate",
        ),
        (
            {"identifier": [npi(), dea("BB1388568", "IL")]},
            "Practitioner.identifier[1].value",
            "the DEA number's second letter is not the initial of the family name",
        ),
        (
            {"telecom": [PHONE, FAX]},
            "Practitioner.telecom",
            "there is no e-mail address, so DoseSpot can't e-mail the prescriber; add one",
        ),
    ],
    ids=["DEA check digit", "DEA second letter", "no e-mail"],
)
def test_warning_does_not_block(changes: dict[str, Any], path: str, sentence: str) -> None:
    _, findings = read_practitioner(practitioner(**changes), NOW)
    assert findings.problems == []
    assert findings.warnings == [Finding(path, sentence)]


@pytest.mark.parametrize(
    ("family", "first"),
    [
        ("O'Brien", "Seán"),
        ("Smith-Jones", "Mary-Kate"),
        ("de la Cruz", "María José"),
        ("Núñez", "Zoë"),
        ("Nguyễn", "J."),
    ],
)
def test_real_names_are_taken_as_they_are(family: str, first: str) -> None:
    assert name_of(family=family, given=[first]) == PersonName(first, "", family, "", "")


def test_further_given_names_are_the_middle_name() -> None:
    name = {"family": "Smith", "given": ["Jane", "Marie", "Ann"], "suffix": ["MD", "PhD"]}
    assert name_of(**name) == PersonName("Jane", "Marie Ann", "Smith", "", "MD PhD")


def test_white_space_is_folded_as_dosespot_does() -> None:
    name = {"family": " Smith\n", "given": ["Jane\t Marie"]}
    assert name_of(**name) == PersonName("Jane Marie", "", "Smith", "", "")


def test_official_name_and_work_entries_come_first() -> None:
    home = {"line": ["9 Home Rd"], "city": "Elsewhere", "state": "NY", "postalCode": "10001"}
    read, findings = read_practitioner(
        practitioner(
            name=[{**JANE, "use": "nickname"}, {**JANE, "given": ["J."]}, {**JANE, "use": "usual"}],
            telecom=[
                {**EMAIL, "use": "home", "value": "home@example.com"},
                {**EMAIL, "use": "work", "value": "work@example.com"},
                {**PHONE, "use": "mobile", "value": "999"},
                PHONE,
                {**FAX, "use": "home", "value": "999"},
                FAX,
            ],
            address=[
                {**home, "use": "home"},
                {**home, "use": "billing"},
                {**ADDRESS, "use": "work"},
            ],
        ),
        NOW,
    )
    assert findings.problems == []
    assert read == prescriber(
        name=PersonName("Jane", "", "Smith", "", ""), email="work@example.com"
    )


def test_fax_needs_no_use() -> None:
    fax = {"system": "fax", "value": "567-123-4568"}
    assert problems(telecom=[PHONE, fax, EMAIL]) == []


def test_billing_address_is_no_address_of_the_prescriber() -> None:
    assert "address.line" in problems(address=[{**ADDRESS, "use": "billing"}])


def test_address_may_lie_where_no_dea_number_is_issued() -> None:
    read, _ = read_practitioner(practitioner(address=[{**ADDRESS, "state": "pw"}]), NOW)
    assert read.address == replace(prescriber().address, state="PW")


def test_values_are_normalised() -> None:
    read, findings = read_practitioner(
        practitioner(
            identifier=[npi(" 1234567893 "), dea("as1234563", "il"), dea("AS1234563", "IL")],
            telecom=[{**PHONE, "value": "+1 (345) 123-4567 ext 12"}, FAX, EMAIL],
            address=[ADDRESS | {"line": ["1 Main St", "Bldg 2", "Fl 3"], "state": "il"}],
        ),
        NOW,
    )
    assert findings.problems == []
    assert read == prescriber(
        dea=(DeaRegistration("AS1234563", "IL"),),
        phone="3451234567x12",
        address=StreetAddress("1 Main St", "Bldg 2, Fl 3", "Springfield", "IL", "62701"),
    )


@pytest.mark.parametrize(("active", "read_as"), [(True, True), (False, False), (ABSENT, True)])
def test_practitioner_is_active_unless_said_otherwise(active: Any, read_as: bool) -> None:
    read, findings = read_practitioner(practitioner(active=active), NOW)
    assert (read.active, findings.problems) == (read_as, [])


def test_same_npi_twice_is_one_npi() -> None:
    assert problems(identifier=[npi(), npi()]) == []


PARTS = st.sampled_from(
    "use period end family given system value assigner line city identifier extension code".split()
)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PARTS, inner, max_size=4),
    max_leaves=12,
)
IN_SHAPE = st.lists(
    st.dictionaries(PARTS, ANY_JSON, max_size=6)
    | st.fixed_dictionaries({"system": st.sampled_from([npi()["system"], dea("", "")["system"]])})
    | st.fixed_dictionaries({"system": st.just("phone"), "use": st.just("work"), "value": ANY_JSON})
    | ANY_JSON,
    max_size=3,
)


@pytest.mark.parametrize("element", ELEMENTS)
@settings(derandomize=True, max_examples=50, deadline=None)
@given(value=ANY_JSON | IN_SHAPE)
def test_no_json_makes_reading_raise(element: str, value: Any) -> None:
    read_practitioner(practitioner(**{element: value}), NOW)


@pytest.mark.parametrize("element", ["name", "identifier", "telecom", "address"])
@pytest.mark.parametrize("value", ["text", None, 7, {}, [None, 7, "text", []]], ids=repr)
def test_what_is_no_list_of_objects_is_as_if_absent(element: str, value: Any) -> None:
    assert problems(**{element: value}) == problems(**{element: ABSENT})
