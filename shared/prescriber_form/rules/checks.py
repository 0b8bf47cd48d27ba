"""Two readings of the prescriber creation interface's document, which contradicts itself.

Its field table and its error table differ on the date of birth, phone numbers and ZIP codes, and
its letters-only names shut out O'Brien and Smith-Jones. `LENIENT` lets every prescriber through
that DoseSpot accepts, in plain words; `STRICT` is the letter of the error table, including its
sentences, and what passes it has to pass the lenient rule too.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from shared.prescriber_form.rules.sentences import FormSentence
from shared.records.identifiers import (
    ADDRESS_STATES,
    RuleBroken,
    age,
    has_po_box,
    parse_address_line,
    parse_birth_date,
    parse_country,
    parse_email,
    parse_person_name,
    parse_phone,
    parse_plain,
    parse_second_street_line,
    parse_state,
    parse_street_line,
    parse_zip,
)
from shared.records.reading import Parse

ADULT_YEARS = 18
GENDERS: Mapping[str, str] = MappingProxyType({"M": "male", "F": "female", "O": "other"})
NOT_AN_ADULT = "the prescriber must be 18 or older, and born after 1900; correct the date of birth"
NOT_A_GENDER = "the gender must be M, F or O (other or unknown); correct it, or leave it out"

_US_DATE = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_LETTERS = r"[A-Za-z]+"
_TEN_DIGITS = r"(?:\+1)?[0-9]{10}"
_PLAIN_EMAIL = r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*@[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+"
_PLAIN_STREET = r"(?!.*--)[A-Za-z0-9 .,#/\-]+"
_ZIP_FORMS = r"[0-9]{5}(?:-[0-9]{4})?"


@dataclass(frozen=True)
class FormRules:
    """How each field of the form is read; a rule gives what is stored, or raises `RuleBroken`.

    Attributes:
        missing: by name of a field, what is said where it is required and not there.
        email_required: whether there must be an e-mail address in any case.
    """

    first_name: Parse
    last_name: Parse
    birth_date: Callable[[str, date], str]
    gender: Parse
    email: Parse
    phone: Parse
    street: Parse
    billing_street: Parse
    zip_code: Parse
    country: Parse
    missing: Mapping[str, str]
    email_required: bool


def parse_form_birth_date(value: str, today: date) -> str:
    """A date of birth as `YYYY-MM-DD`, also from `MM/DD/YYYY`; an adult's, born after 1900."""
    found = _US_DATE.fullmatch(value)
    born = parse_birth_date(f"{found[3]}-{found[1]}-{found[2]}" if found else value, today)
    if born.year <= 1900 or age(born, today) < ADULT_YEARS:
        raise RuleBroken(NOT_AN_ADULT)
    return born.isoformat()


def parse_gender(value: str) -> str:
    """FHIR's code for M, F or O."""
    if value not in GENDERS:
        raise RuleBroken(NOT_A_GENDER)
    return GENDERS[value]


def parse_form_state(value: str) -> str:
    """A state in which an address may lie."""
    return parse_state(value, ADDRESS_STATES)


def parse_second_line(value: str) -> str:
    """The second line of a prescriber's address."""
    return parse_second_street_line(parse_plain(value))


def parse_billing_line(value: str) -> str:
    """A line of a billing address, which DoseSpot never sees."""
    return parse_address_line(parse_plain(value))


def _strict_birth_date(value: str, today: date) -> str:
    """A date of birth as `YYYY-MM-DD` and in no other form; an adult's, born after 1900."""
    try:
        return parse_form_birth_date(value.replace("/", "?"), today)
    except RuleBroken:
        raise RuleBroken(FormSentence.DATE_OF_BIRTH) from None


def _strict_street(value: str) -> str:
    if has_po_box(value):
        raise RuleBroken(FormSentence.STREET)
    return parse_street_line(value)


def _strict_country(value: str) -> str:
    return parse_country(value if value.upper() == "US" else "")


def _letter_of(pattern: str, sentence: FormSentence, then: Parse) -> Parse:
    """A rule that refuses what does not match with the table's sentence."""

    def parse(value: str) -> str:
        if not re.fullmatch(pattern, value):
            raise RuleBroken(sentence)
        return then(value)

    return parse


_MISSING = {
    "fName": "the first name is missing; add it",
    "lName": "the last name is missing; add it",
    "username": "the username is missing; add it",
    "email": (
        "the e-mail address is missing; add it, because a prescriber who agrees to text messages"
        " or is invited needs one"
    ),
    "phone": "the phone number is missing; add it",
    "dateOfBirth": "the date of birth is missing; add it",
    "npi": "the NPI is missing; add it",
    "address1": "the street address is missing; add it",
    "city": "the city is missing; add it",
    "state": "the state is missing; add it",
    "zipCode": "the ZIP code is missing; add it",
}

LENIENT = FormRules(
    first_name=parse_person_name,
    last_name=parse_person_name,
    birth_date=parse_form_birth_date,
    gender=parse_gender,
    email=lambda value: parse_email(parse_plain(value)),
    phone=parse_phone,
    street=lambda value: parse_street_line(parse_plain(value)),
    billing_street=parse_billing_line,
    zip_code=parse_zip,
    country=parse_country,
    missing=MappingProxyType(_MISSING),
    email_required=False,
)

STRICT = FormRules(
    first_name=_letter_of(_LETTERS, FormSentence.FIRST_NAME, parse_person_name),
    last_name=_letter_of(_LETTERS, FormSentence.LAST_NAME, parse_person_name),
    birth_date=_strict_birth_date,
    gender=_letter_of("[MFO]", FormSentence.GENDER, parse_gender),
    email=_letter_of(_PLAIN_EMAIL, FormSentence.EMAIL, parse_email),
    phone=_letter_of(_TEN_DIGITS, FormSentence.PHONE, parse_phone),
    street=_letter_of(_PLAIN_STREET, FormSentence.STREET, _strict_street),
    billing_street=_letter_of(_PLAIN_STREET, FormSentence.STREET, _strict_street),
    zip_code=_letter_of(_ZIP_FORMS, FormSentence.ZIP_CODE, parse_zip),
    country=_strict_country,
    missing=MappingProxyType(
        {
            **_MISSING,
            "fName": FormSentence.FIRST_NAME,
            "lName": FormSentence.LAST_NAME,
            "email": FormSentence.EMAIL,
            "phone": FormSentence.PHONE,
            "dateOfBirth": FormSentence.DATE_OF_BIRTH,
            "address1": FormSentence.STREET,
            "zipCode": FormSentence.ZIP_CODE,
        }
    ),
    email_required=True,
)
