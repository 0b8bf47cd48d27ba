"""Reading DoseSpot's words: the registration status in every spelling, and texts for people."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_profiles.codes import RegistrationStatus
from shared.dosespot.descriptions import harmless, says_not_authorized, says_not_found
from shared.dosespot.reply import IdentifierReply, Result, TokenReply, read
from shared.dosespot.wire import (
    ClinicEntry,
    ClinicianItem,
    DeaEntry,
    LicenseEntry,
    NaDeaEntry,
    PatientItem,
    parse_status,
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


@pytest.mark.parametrize("id_", ["4711", 4711, 4711.0, "4711.0", "4.711e3"], ids=repr)
def test_a_number_may_be_written_as_a_string(id_: Any) -> None:
    shown = {"Id": id_, "Result": {"ResultCode": "OK"}}
    assert (number := read(IdentifierReply, shown).Id) == 4711
    assert type(number) is int


@pytest.mark.parametrize(
    "id_",
    [
        True,
        "Jane",
        4711.5,
        "4711.5",
        [4711],
        2**31,
        str(2**31),
        "",
        " 7",
        "+7",
        "07",
        "1_0",
        "\u0667",
    ],
    ids=ascii,
)
def test_what_is_no_id_is_none_of_dosespots_answers(id_: Any) -> None:
    with pytest.raises(ValueError, match="1 validation error for IdentifierReply\nId\n") as refused:
        read(IdentifierReply, {"Id": id_, "Result": {"ResultCode": "OK"}})
    assert "Jane" not in str(refused.value)


@pytest.mark.parametrize(
    ("shown", "flag"),
    [
        *((True, True), (1, True), ("1", True), ("TRUE", True), (None, None)),
        *((False, False), (0, False), ("0", False), ("false", False)),
    ],
    ids=repr,
)
def test_a_flag_may_be_written_as_a_string_or_a_number(shown: Any, flag: bool | None) -> None:
    assert read(ClinicEntry, {"HasEpcs": shown}).HasEpcs is flag


@pytest.mark.parametrize("shown", ["yes", "", 2, 1.0, [], {}], ids=repr)
def test_what_is_no_flag_is_none_of_dosespots_answers(shown: Any) -> None:
    with pytest.raises(ValueError, match="HasEpcs"):
        read(ClinicEntry, {"HasEpcs": shown})


@pytest.mark.parametrize(("shown", "weight"), [("61.5", 61.5), (61, 61.0), ("6e1", 60.0)])
def test_a_measure_may_be_written_as_a_string(shown: Any, weight: float) -> None:
    assert read(PatientItem, {"Weight": shown}).Weight == weight


@pytest.mark.parametrize(
    ("shown", "clinic"), [("0123", "0123"), (123, 123), (123.0, 123), ("a", "a"), (None, None)]
)
def test_a_clinic_is_a_string_or_a_number_as_it_is_shown(shown: Any, clinic: Any) -> None:
    for kind in (DeaEntry, NaDeaEntry, LicenseEntry):
        taken = read(kind, {"ClinicId": shown}).ClinicId
        assert (taken, type(taken)) == (clinic, type(clinic))


def test_a_text_is_never_made_of_a_number() -> None:
    with pytest.raises(ValueError, match="ZipCode"):
        read(PatientItem, {"ZipCode": 62701})


def test_unknown_fields_are_passed_over() -> None:
    assert read(PatientItem, {"PatientId": 7, "Later": True}) == PatientItem(PatientId=7)


@pytest.mark.parametrize("token", ["", "two words", "line\n", "schlüssel", None, 7], ids=repr)
def test_what_no_header_can_hold_is_no_token(token: Any) -> None:
    with pytest.raises(ValueError, match="TokenReply\naccess_token\n"):
        read(TokenReply, {"access_token": token})


def test_a_token_is_not_shown() -> None:
    reply = read(TokenReply, {"access_token": "made-up-token", "expires_in": "600"})
    assert (reply.access_token, reply.expires_in) == ("made-up-token", 600.0)
    assert "made-up" not in f"{reply!r} {reply}"


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
    without_fields = re.sub(r"\b(Address|PhoneAdditional(Type)?)[123]\b", "", shown)
    assert not any(character.isdigit() for character in without_fields)
