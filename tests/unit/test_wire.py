"""Reading DoseSpot's words: the registration status in every spelling, and texts for people."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.descriptions import harmless, says_not_authorized, says_not_found
from shared.dosespot.wire import (
    ClinicianItem,
    IdentifierReply,
    Result,
    TokenReply,
    parse_status,
    read,
)
from tests.builders import dosespot_clinician

BY_NUMBER = [
    "Pending",
    "RegistrationSuccess",
    "RegistrationError",
    "IDPSuccess",
    "IDPError",
    "TFAActivateInit",
    "TFAActivatedSuccess",
    "TFAActivatedError",
    "TFADeactivateInit",
    "TFADeactivatedSuccess",
    "TFADeactivatedError",
    "IDPInitializeSuccess",
    "NotApplicable",
]


@pytest.mark.parametrize(("number", "name"), [*enumerate(BY_NUMBER, start=1)], ids=BY_NUMBER)
def test_status_is_known_by_name_and_by_number(number: int, name: str) -> None:
    status = RegistrationStatus(name)
    spellings = [name, name.upper(), name.lower(), f" {name}\n", number, str(number)]
    assert [parse_status(spelling) for spelling in spellings] == [status] * len(spellings)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("TFAAcitvateInit", "TFAActivateInit"),
        ("TFADectivatedSuccess", "TFADeactivatedSuccess"),
        ("N/A", "NotApplicable"),
        ("n/a", "NotApplicable"),
    ],
)
def test_misspelled_status_is_the_one_that_is_meant(spelling: str, name: str) -> None:
    assert parse_status(spelling) is RegistrationStatus(name)


@pytest.mark.parametrize(
    "item",
    [None, "", "Unknown", "Something", 0, 14, -1, 7.0, True, False, {}, {"Status": 7}, [], [7]],
    ids=repr,
)
def test_any_other_status_is_unknown(item: Any) -> None:
    assert parse_status(item) is RegistrationStatus.UNKNOWN


@pytest.mark.parametrize(
    ("result", "ok"),
    [
        ({"ResultCode": "OK"}, True),
        ({"ResultCode": " ok ", "ResultDescription": None}, True),
        ({"ResultCode": "ERROR", "ResultDescription": "OK"}, False),
        ({"ResultCode": None, "ResultDescription": None}, False),
        ({"ResultCode": ""}, False),
        ({}, False),
    ],
    ids=str,
)
def test_only_ok_is_ok(result: dict[str, Any], ok: bool) -> None:
    assert read(Result, result).ok is ok


def test_a_number_may_be_written_as_a_text() -> None:
    shown = {"Id": "4711", "Result": {"ResultCode": "OK"}}
    assert read(IdentifierReply, shown).Id == read(IdentifierReply, {**shown, "Id": 4711}).Id


@pytest.mark.parametrize("id_", [True, "Jane", 4711.5, [4711], 2**31], ids=repr)
def test_what_is_no_id_is_none_of_dosespots_answers(id_: Any) -> None:
    with pytest.raises(ValueError, match="Expected"):
        read(IdentifierReply, {"Id": id_, "Result": {"ResultCode": "OK"}})


@pytest.mark.parametrize("token", ["", "two words", "line\n", "schlüssel", None, 7], ids=repr)
def test_what_no_header_can_hold_is_no_token(token: Any) -> None:
    with pytest.raises(ValueError, match="Expected"):
        read(TokenReply, {"access_token": token})


@pytest.mark.parametrize("name", sorted(dosespot_clinician()))
def test_every_field_of_a_clinician_may_be_null_or_absent(name: str) -> None:
    shown = dosespot_clinician()
    null = read(ClinicianItem, {**shown, name: None})
    absent = read(ClinicianItem, {k: v for k, v in shown.items() if k != name})
    assert null == absent
    assert getattr(null, name) in (None, [])


@pytest.mark.parametrize(
    "text",
    [
        "Clinician not found",
        "Property: NPI Details: No clinician could be found.",
        "The clinician does not exist",
        "Cannot find a clinician with this NPI",
        "Unable to locate the record",
        "No matching record",
        "No match",
    ],
)
def test_error_that_says_not_found_says_so(text: str) -> None:
    assert says_not_found(Result(ResultCode="ERROR", ResultDescription=text))
    assert not says_not_found(Result(ResultCode="OK", ResultDescription=text))


@pytest.mark.parametrize(
    "text",
    [
        "Property: NPI Details: NPI is not in the correct format",
        "Property: Email Details: Email Address already exists",
        "Property: ClinicianID Details: User is not authorized to do this action.",
        "An error occurred",
        "",
        None,
    ],
)
def test_any_other_error_is_not_that_nobody_was_found(text: str | None) -> None:
    assert not says_not_found(Result(ResultCode="ERROR", ResultDescription=text))


@pytest.mark.parametrize(
    ("text", "so"),
    [
        ("Property: ClinicianID Details: User is not authorized to do this action.", True),
        ("NOT AUTHORISED", True),
        ("You do not have permission", True),
        ("Access denied", True),
        ("Email Address already exists", False),
        ("", False),
    ],
)
def test_text_about_rights_is_told_apart(text: str, so: bool) -> None:
    assert says_not_authorized(text) is so


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Property: Email Details: Email Address already exists", None),
        ("Property: NPINumber Details: NPI is not in the correct format", None),
        ("  not\r\n valid.  ", "not valid"),
        ("Email other.person@example.org exists", "Email ... exists"),
        ("NPI 1993999998 is already used", "NPI ... is already used"),
        ("Phone (345) 123-4567 is invalid", "Phone ... is invalid"),
        ("DateOfBirth 5/15/1980 is not valid", "DateOfBirth ... is not valid"),
        ("Clinician JANE O'Brien exists", "Clinician ... exists"),
        ("Clinician Bo Li exists", "Clinician ... exists"),
        ("Clinician Nunez exists", "Clinician ... exists"),
        ("Address1 123 Main St in IL", "Address1 ... in"),
        ("<html><body>Jane</body></html>", "no reason given"),
        ("Größe", "no reason given"),
        ("", "no reason given"),
        (" . ", "no reason given"),
    ],
)
def test_description_is_shown_in_known_words_only(text: str, shown: str | None) -> None:
    assert harmless(text) == (text if shown is None else shown)


def test_long_description_is_cut() -> None:
    assert harmless("word format " * 100) == ("... format " * 28)[:300].rstrip(". ")


@settings(derandomize=True, max_examples=100, deadline=None)
@given(text=st.text(max_size=60))
def test_nothing_that_is_not_a_known_word_gets_through(text: str) -> None:
    shown = harmless(text)
    assert shown.isascii()
    assert "\n" not in shown
    assert not any(character.isdigit() for character in shown.replace("Address1", ""))
