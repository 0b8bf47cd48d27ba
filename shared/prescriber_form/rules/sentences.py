"""The sentences of the prescriber creation interface's error table, word for word, in one place.

They are what callers of that interface look for. Its row for a wrong API key has no sentence here:
who calls is the FHIR server's business, and who may call is `NotAuthorized`'s.
"""

from enum import StrEnum

from shared.records.registry import NPI_TYPE


class FormSentence(StrEnum):
    """One row of the error table; the value is its sentence."""

    FIRST_NAME = (
        "First name is required and can only contain letters (A-Z, a-z). No spaces, hyphens,"
        " apostrophes, numbers, special, binary, or SQL injection characters allowed."
    )
    LAST_NAME = (
        "Last name is required and can only contain letters (A-Z, a-z). No spaces, hyphens,"
        " apostrophes, numbers, special, binary, or SQL injection characters allowed."
    )
    DATE_OF_BIRTH = (
        "Date of Birth is required, must be in YYYY-MM-DD format, year must be after 1900, and age"
        " must be 18 or older"
    )
    GENDER = "gender must be one of M(male), F (female), O (other/unknown)"
    EMAIL = (
        "email must be a valid email address and only contain letters, numbers, @, and . (no"
        " multiple consecutive dots or more than one @ symbol)"
    )
    PHONE = "phone must be 10 digits, optionally prefixed by +1, and contain only numbers"
    NPI_TYPE = NPI_TYPE
    USERNAME_OF_ANOTHER = (
        "Failed to update prescriber/user/address: Failed to update user, please try again later"
    )
    ANOTHER_USERNAME = "Prescriber already exists but could not find user for update."
    STREET = (
        'address.address1 is required, must not contain "P.O Box", "POBox", or "Post Office Box",'
        " cannot have special, binary, or SQL injection characters, and must not contain script"
        " injection"
    )
    ZIP_CODE = "address.zipCode must be exactly 5 digits or 9 digits in format 12345-1234"
