"""Every row of the form's error table: its sentence, and what a strict form breaks it with."""

from typing import Any

import pytest

from shared.access import authorize
from shared.prescriber_form import known_records
from shared.prescriber_form.rules.form import (
    read_form,
)
from shared.prescriber_form.rules.sentences import FormSentence
from shared.records.findings import Finding
from shared.records.registry import NpiHolder, Placed, RegistryEntry, compared
from tests.builders import ABSENT, TODAY, form

STREET = (
    'address.address1 is required, must not contain "P.O Box", "POBox", or "Post Office Box",'
    " cannot have special, binary, or SQL injection characters, and must not contain script"
    " injection"
)
NAME = (
    " name is required and can only contain letters (A-Z, a-z). No spaces, hyphens, apostrophes,"
    " numbers, special, binary, or SQL injection characters allowed."
)
BIRTH = (
    "Date of Birth is required, must be in YYYY-MM-DD format, year must be after 1900, and age must"
    " be 18 or older"
)
GENDER = "gender must be one of M(male), F (female), O (other/unknown)"
EMAIL = (
    "email must be a valid email address and only contain letters, numbers, @, and . (no multiple"
    " consecutive dots or more than one @ symbol)"
)
PHONE = "phone must be 10 digits, optionally prefixed by +1, and contain only numbers"
ZIP = "address.zipCode must be exactly 5 digits or 9 digits in format 12345-1234"

# Sentence, path, and bodies that a strict form breaks it with.
ROWS: list[tuple[str, str, list[dict[str, Any]]]] = [
    ("First" + NAME, "fName", [{"fName": v} for v in (ABSENT, "", "Mary Jo", "Zoë", "J0", "J;")]),
    (
        "Last" + NAME,
        "lName",
        [{"lName": v} for v in (None, "O'Brien", "Smith-Jones", "de la Cruz", "1=1--", "\x00a")],
    ),
    (
        BIRTH,
        "dateOfBirth",
        [
            {"dateOfBirth": v}
            for v in (
                *(ABSENT, "", "15.05.1980", "05/15/1980", "1980-5-15", "1980-02-30", "1980"),
                *("1900-12-31", "1899-01-01", "2008-03-11", "2030-01-01"),
            )
        ],
    ),
    (GENDER, "gender", [{"gender": v} for v in ("X", "male", "f", "MF")]),
    (
        EMAIL,
        "email",
        [
            {"email": v}
            for v in (
                *(ABSENT, "jane", "a@b", "a@@b.de", "a@b@c.de", "a..b@c.de", "a@b..de"),
                *("a+b@c.de", "a_b@c.de", "a-b@c.de", ".a@b.de"),
            )
        ],
    ),
    (
        PHONE,
        "phone",
        [
            {"phone": v}
            for v in (
                *(
                    ABSENT,
                    "345123456",
                    "34512345678",
                    "345-123-4567",
                    "(345)1234567",
                    "13451234567",
                ),
                *("+13451234567x1", "345123456a", "+23451234567"),
            )
        ],
    ),
    (
        STREET,
        "mailingAddress.address1",
        [
            {"mailingAddress": {"address1": v}}
            for v in (
                *(ABSENT, "", "P.O. Box 1", "P.O Box 1", "POBox 1", "Post Office Box 1"),
                *(
                    "1 Main St; DROP TABLE",
                    "1 Main St --",
                    "<script>1</script>",
                    "1 'Main'",
                    "1\x00",
                ),
            )
        ],
    ),
    (
        ZIP,
        "mailingAddress.zipCode",
        [
            {"mailingAddress": {"zipCode": v}}
            for v in (ABSENT, "", "1234", "123456", "123451234", "12345-", "12345 1234", "abcde")
        ],
    ),
]
CASES = [
    pytest.param(sentence, path, body, id=f"{path} {next(iter(body.values()))!r}"[:60])
    for sentence, path, bodies in ROWS
    for body in bodies
]
OTHER_ROWS = {
    "NPI Registry validation failed: Invalid NPI type. Only individual NPIs (Type 1) are allowed.",
    "Failed to update prescriber/user/address: Failed to update user, please try again later",
    "Prescriber already exists but could not find user for update.",
}


def problems(**changes: Any) -> list[Finding]:
    return read_form(form(**changes), TODAY)[1].problems


@pytest.mark.parametrize(("sentence", "path", "body"), CASES)
def test_strict_says_the_letter_of_the_row(sentence: str, path: str, body: dict[str, Any]) -> None:
    assert Finding(path, sentence) in problems(**body, strict=True)


def test_the_table_has_these_rows_and_no_others() -> None:
    assert {row[0] for row in ROWS} | OTHER_ROWS == set(FormSentence)


def test_row_authentication_failed_is_the_fhir_servers_401_and_ours_for_administrators() -> None:
    # "Invalid API key or clinicId combination": there is no API key here; see the integration test.
    assert "not a project administrator" in authorize.NOT_ADMINISTRATOR


def test_row_npi_type_is_what_the_registry_check_says() -> None:
    holder = NpiHolder(Placed("details.npi", "1"), *[Placed("", "")] * 3)
    of_an_organization = RegistryEntry(False, True, (), frozenset(), ())
    (found,) = compared(of_an_organization, holder).problems
    assert found == Finding("details.npi", FormSentence.NPI_TYPE)


def test_rows_about_usernames_are_what_matching_says() -> None:
    said = (known_records.USERNAME_OF_ANOTHER, known_records.ANOTHER_USERNAME)
    rows = (FormSentence.USERNAME_OF_ANOTHER, FormSentence.ANOTHER_USERNAME)
    assert all(sentence.startswith(row) for sentence, row in zip(said, rows, strict=True))
