"""The form: both readings of its fields, and all that is wrong told at once."""

from datetime import date
from typing import Any

import pytest

from fhir_profiles.codes import ClinicianRole, ConsentStatus, SmsConsent
from shared.prescriber_form.rules.checks import NOT_A_GENDER, NOT_AN_ADULT
from shared.prescriber_form.rules.form import (
    NEEDS_NUMBER,
    NOT_A_ROLE,
    NOT_USED,
    ONE_DEFAULT,
    ONE_OF_BOTH,
    FormLocation,
    PrescriberForm,
    read_form,
    too_long,
)
from shared.records.findings import Finding, Findings
from shared.records.identifiers.addresses import PO_BOX
from shared.records.prescriber import PersonName, StreetAddress
from shared.records.wrong_types import NOT_FLAG, NOT_LIST, NOT_OBJECT, NOT_TEXT, UNKNOWN
from tests.builders import ABSENT, TODAY, form


def read(**changes: Any) -> tuple[PrescriberForm, Findings]:
    return read_form(form(**changes), TODAY)


def problems(**changes: Any) -> list[Finding]:
    return read(**changes)[1].problems


def the_problem(**changes: Any) -> Finding:
    (found,) = problems(**changes)
    return found


@pytest.mark.parametrize("strict", [False, True])
def test_a_whole_form_is_read(strict: bool) -> None:
    read_, findings = read(strict=strict)
    assert findings == Findings()
    address = StreetAddress("123 Main St", "Suite 100", "Springfield", "IL", "62701")
    assert read_ == PrescriberForm(
        name=PersonName("Jane", "", "Smith", "", ""),
        username="jsmith",
        email="jane.smith@example.com",
        phone="3451234567",
        fax="",
        gender="female",
        birth_date="1980-05-15",
        npi="1234567893",
        dea="AS1234563",
        dea_state="IL",
        speciality="Family Medicine",
        provider_type="MD",
        hpii="",
        pbs_number="",
        pbs_type="",
        mailing=address,
        billing=address,
        consents=tuple((consent, ConsentStatus.GIVEN) for consent in SmsConsent),
        locations=(),
        roles=frozenset({ClinicianRole.PRESCRIBING_CLINICIAN}),
        invite=False,
    )


REAL: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "O'Brien": ({"lName": "O'Brien", "details": {"dea": "AO1234563"}}, {}),
    "Smith-Jones": ({"lName": "Smith-Jones"}, {}),
    "de la Cruz": ({"lName": "de la Cruz", "details": {"dea": "AD1234563"}}, {}),
    "Núñez": ({"lName": "Núñez", "details": {"dea": "AN1234563"}}, {}),
    "two first names": ({"fName": "Mary Jo"}, {}),
    "white space": ({"fName": "  Mary \t Jo "}, {}),
    "nine-digit ZIP": ({"mailingAddress": {"zipCode": "627011234"}}, {}),
    "phone with marks": ({"phone": "+1 (345) 123-4567"}, {"phone": "3451234567"}),
    "phone with extension": ({"phone": "345-123-4567 x9"}, {"phone": "3451234567x9"}),
    "date as the other form has it": ({"dateOfBirth": "05/15/1980"}, {"birth_date": "1980-05-15"}),
    "18 today": ({"dateOfBirth": "2008-03-10"}, {"birth_date": "2008-03-10"}),
    "no e-mail, no text messages": (
        {"email": ABSENT, "authSmsConsent": False, "smsConsent": ABSENT},
        {"email": ""},
    ),
    "tagged e-mail": ({"email": "jane+rx@my-practice.example"}, {}),
    "no DEA": ({"details": {"dea": ABSENT}}, {"dea": "", "dea_state": ""}),
    "NPI as text": ({"details": {"npi": "1234567893"}}, {"npi": "1234567893"}),
    "apostrophe in the street": ({"mailingAddress": {"address1": "1 O'Hare Ave #2"}}, {}),
    "country left out": ({"mailingAddress": {"country": ABSENT}}, {}),
    "country in full": ({"mailingAddress": {"country": "United States of America"}}, {}),
    "country in letters": ({"mailingAddress": {"country": "U.S.A."}}, {}),
    "state in full": (
        {"mailingAddress": {"state": "illinois"}},
        {"mailing": StreetAddress("123 Main St", "Suite 100", "Springfield", "IL", "62701")},
    ),
    "rural route": ({"mailingAddress": {"address1": "RR 2", "address2": "Box 15"}}, {}),
    "digits in the city": ({"mailingAddress": {"city": "29 Palms", "state": "CA"}}, {}),
    "curved quote": (
        {"lName": "O\N{LEFT SINGLE QUOTATION MARK}Brien", "details": {"dea": "AO1234563"}},
        {"name": PersonName("Jane", "", "O'Brien", "", "")},
    ),
    "military address": (
        {"mailingAddress": {"state": "AE"}, "details": {"deaState": "NY"}},
        {"dea_state": "NY"},
    ),
}


@pytest.mark.parametrize("name", REAL)
def test_a_real_prescriber_gets_through(name: str) -> None:
    changes, facts = REAL[name]
    read_, findings = read(**changes)
    assert findings.problems == []
    assert {key: getattr(read_, key) for key in facts} == facts


STRICT_PASSES = (
    *("18 today", "no DEA", "NPI as text", "country left out", "military address"),
    *("state in full", "rural route", "digits in the city"),
)


@pytest.mark.parametrize("name", [name for name in REAL if name not in STRICT_PASSES])
def test_strict_takes_none_of_that(name: str) -> None:
    assert problems(**REAL[name][0], strict=True) != []


@pytest.mark.parametrize("name", STRICT_PASSES)
def test_strict_has_no_row_against_that(name: str) -> None:
    assert problems(**REAL[name][0], strict=True) == []


@pytest.mark.parametrize(
    ("changes", "path", "words"),
    [
        ({"fName": ABSENT}, "fName", "the first name is missing"),
        ({"lName": "Sm1th"}, "lName", "a name has letters, spaces"),
        ({"lName": "S" * 36}, "lName", "at most 35 characters"),
        ({"mName": "<b>"}, "mName", "a name has letters"),
        ({"prefix": "<"}, "prefix", "< and > are not allowed"),
        ({"username": " "}, "username", "the username is missing"),
        ({"username": "a<b"}, "username", "< and > are not allowed"),
        ({"email": "jane"}, "email", "e-mail address is not complete"),
        ({"email": ABSENT}, "email", "the e-mail address is missing"),
        ({"phone": ABSENT}, "phone", "the phone number is missing"),
        ({"phone": "555-123-4567"}, "phone", "must not be 555"),
        ({"phone": "3451234567", "fax": "1"}, "fax", "must have 10 digits"),
        ({"dateOfBirth": "2010-01-01"}, "dateOfBirth", NOT_AN_ADULT),
        ({"gender": "X"}, "gender", NOT_A_GENDER),
        ({"details": {"npi": 1234567890}}, "details.npi", "check digit is wrong"),
        ({"details": {"npi": ABSENT}}, "details.npi", "the NPI is missing"),
        ({"details": {"npi": True}}, "details.npi", NOT_TEXT),
        ({"details": {"npi": 12345678.5}}, "details.npi", NOT_TEXT),
        ({"details": {"dea": "A1"}}, "details.dea", "a DEA number is two letters"),
        ({"details": {"deaState": "XX"}}, "details.deaState", "two-letter US abbreviation"),
        ({"mailingAddress": {"state": "AE"}}, "details.deaState", "two-letter US abbreviation"),
        ({"details": {"hpiiNumber": "1"}}, "details.hpiiNumber", "16 digits"),
        ({"details": {"prescriberNumber": "2345678"}}, "details.prescriberNumber", "check digit"),
        ({"details": {"prescriberType": "M"}}, "details.prescriberType", NEEDS_NUMBER),
        ({"mailingAddress": {"address1": "POBox 9"}}, "mailingAddress.address1", PO_BOX),
        ({"mailingAddress": {"address1": "Box 9"}}, "mailingAddress.address1", PO_BOX),
        ({"mailingAddress": {"address1": "1" * 36}}, "mailingAddress.address1", "at most 35"),
        ({"mailingAddress": {"address2": "PO Box 9"}}, "mailingAddress.address2", "a PO box"),
        ({"mailingAddress": {"city": "C;ty"}}, "mailingAddress.city", "not the name of a city"),
        ({"mailingAddress": {"state": "XX"}}, "mailingAddress.state", "two-letter"),
        ({"mailingAddress": {"zipCode": "1"}}, "mailingAddress.zipCode", "must look like 62701"),
        ({"mailingAddress": {"zipCode": ABSENT}}, "mailingAddress.zipCode", "ZIP code is missing"),
        ({"dateOfBirth": ABSENT}, "dateOfBirth", "the date of birth is missing"),
        ({"mailingAddress": {"country": "CA"}}, "mailingAddress.country", "must be US"),
        ({"authSmsConsent": ABSENT}, "authSmsConsent", "is required"),
        ({"authSmsConsent": "true"}, "authSmsConsent", NOT_FLAG),
        ({"smsConsent": 1}, "smsConsent", NOT_FLAG),
        ({"ifBillingSameAsMailing": ABSENT}, "ifBillingSameAsMailing", "is required"),
        ({"strict": "yes"}, "strict", NOT_FLAG),
        ({"invite": 1}, "invite", NOT_FLAG),
        ({"locations": {}}, "locations", NOT_LIST),
        ({"locations": ["x"]}, "locations[0]", NOT_OBJECT),
        ({"locations": [{}]}, "locations[0].locationId", ONE_OF_BOTH),
        ({"locations": [{"locationId": "../x"}]}, "locations[0].locationId", "not a valid FHIR id"),
        (
            {"locations": [{"locationId": "1", "useAsDefault": True}, {"locationName": "a"}] * 2},
            "locations",
            ONE_DEFAULT,
        ),
        ({"practitionerRoleTypes": 1}, "practitionerRoleTypes", NOT_LIST),
        ({"practitionerRoleTypes": [1, True]}, "practitionerRoleTypes[1]", NOT_A_ROLE),
        ({"practitionerRoleTypes": [7]}, "practitionerRoleTypes[0]", NOT_A_ROLE),
        ({"fname": "x"}, "fname", UNKNOWN),
        ({"details": {"NPI": 1}}, "details.NPI", UNKNOWN),
        ({"not a name": 1}, "?", UNKNOWN),
        ({"fName": ["Jane"]}, "fName", NOT_TEXT),
        ({"details": "x"}, "details", NOT_OBJECT),
        ({"mailingAddress": ["x"]}, "mailingAddress", NOT_OBJECT),
    ],
)
def test_each_mistake_is_one_problem_at_its_path(
    changes: dict[str, Any], path: str, words: str
) -> None:
    found = the_problem(**changes)
    assert found.path == path
    assert words in found.sentence


@pytest.mark.parametrize("consents", [("authSmsConsent",), ("smsConsent",), ("invite",)])
def test_who_is_written_to_needs_an_email_address(consents: tuple[str, ...]) -> None:
    silent = {"authSmsConsent": False, "smsConsent": False, "email": ABSENT}
    assert problems(**silent) == []
    assert the_problem(**{**silent, **dict.fromkeys(consents, True)}).path == "email"


def test_everything_wrong_is_told_at_once_and_nothing_is_quoted() -> None:
    body = {
        "fName": 7,
        "lName": {"family": "Zyxwvut"},
        "email": ["Zyxwvut"],
        "phone": 3451234567,
        "dateOfBirth": 19800515,
        "details": {"npi": "Zyxwvut", "dea": None, "speciality": 1},
        "mailingAddress": "Zyxwvut",
        "authSmsConsent": "Zyxwvut",
        "Zyxwvut!": 1,
    }
    _, findings = read_form(body, TODAY)
    assert sorted(found.path for found in findings.problems) == sorted(
        [
            *("fName", "lName", "email", "phone", "dateOfBirth", "username"),
            *("details.npi", "details.speciality", "mailingAddress"),
            *("authSmsConsent", "ifBillingSameAsMailing", "?"),
        ]
    )
    assert "Zyxwvut" not in str(findings)


def test_a_billing_address_of_its_own_is_read_and_may_be_a_po_box() -> None:
    billing = {"address1": "PO Box 9", "city": "St. Louis", "state": "mo", "zipCode": "631011234"}
    changes = {"ifBillingSameAsMailing": False, "billingAddress": billing}
    read_, findings = read(**changes)
    assert findings.problems == []
    assert read_.billing == StreetAddress("PO Box 9", "", "St. Louis", "MO", "63101-1234")
    paths = [found.path for found in problems(**changes, strict=True)]
    assert paths == ["billingAddress.address1", "billingAddress.zipCode"]


def test_a_billing_address_is_required_where_it_differs_and_not_used_where_it_does_not() -> None:
    paths = [found.path for found in problems(ifBillingSameAsMailing=False)]
    names = ("address1", "city", "state", "zipCode")
    assert paths == [f"billingAddress.{name}" for name in names]
    _, findings = read(billingAddress={"city": 7})
    assert findings.problems == []
    assert findings.warnings == [Finding("billingAddress", NOT_USED)]


def test_consents_say_what_was_said_and_what_is_only_presumed() -> None:
    read_, _ = read(authSmsConsent=True, smsConsent=False, dataRatesSmsConsent=ABSENT)
    assert dict(read_.consents) == {
        SmsConsent.AUTHENTICATION: ConsentStatus.GIVEN,
        SmsConsent.MESSAGES: ConsentStatus.REFUSED,
        SmsConsent.DATA_RATES: ConsentStatus.PROPOSED,
    }
    read_, _ = read(smsConsent=ABSENT, dataRatesSmsConsent=False)
    assert dict(read_.consents) == {
        SmsConsent.AUTHENTICATION: ConsentStatus.GIVEN,
        SmsConsent.DATA_RATES: ConsentStatus.REFUSED,
    }


def test_locations_are_read_with_their_numbers() -> None:
    first = {
        "locationName": " Main  clinic ",
        "useAsDefault": True,
        "deaNumber": "as1234563",
        "naDeaNumber": "xs1234563",
        "medicalLicenseNumber": "036-123456",
    }
    read_, findings = read(locations=[first, {"locationId": "loc-2", "state": "ny"}])
    assert findings.problems == []
    assert read_.locations == (
        FormLocation(
            *("locations[0]", "", "Main clinic", True, ""),
            *("AS1234563", "XS1234563", "036-123456"),
        ),
        FormLocation("locations[1]", "loc-2", "", False, "NY", "", "", ""),
    )


def test_a_doubtful_dea_number_is_a_warning_at_its_path() -> None:
    _, findings = read(
        details={"dea": "AB1234567"}, locations=[{"locationId": "1", "deaNumber": "AB1234563"}]
    )
    assert findings.problems == []
    assert [found.path for found in findings.warnings] == [
        *("details.dea", "details.dea", "locations[0].deaNumber")
    ]


@pytest.mark.parametrize(
    ("field", "value"), [("prefix", "D" * 11), ("suffix", "M.D., Ph.D."), ("mName", "M" * 36)]
)
def test_an_optional_text_that_dosespot_can_not_take_is_left_out_with_a_warning(
    field: str, value: str
) -> None:
    longest = len(value) - 1
    read_, findings = read(**{field: value})
    assert findings.problems == []
    assert findings.warnings == [Finding(field, too_long(longest))]
    assert read_.name == PersonName("Jane", "", "Smith", "", "")
    assert read(**{field: value[:-1]})[1] == Findings()


def test_roles_are_those_that_are_named() -> None:
    read_, _ = read(practitionerRoleTypes=[1, 3, 1])
    assert read_.roles == {ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.EPCS_COORDINATOR}


@pytest.mark.parametrize(
    ("born", "today", "problem"),
    [
        ("2008-02-29", date(2026, 2, 28), True),
        ("2008-02-29", date(2026, 3, 1), False),
        ("1901-01-01", TODAY, False),
        ("1900-12-31", TODAY, True),
    ],
)
def test_an_adult_is_18_and_born_after_1900(born: str, today: date, problem: bool) -> None:
    _, findings = read_form(form(dateOfBirth=born), today)
    assert bool(findings.problems) is problem
