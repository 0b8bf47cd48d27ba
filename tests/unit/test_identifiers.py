"""The rules of single values: every vector of the published rules, and both sides of each limit."""

from collections.abc import Callable
from datetime import date

import pytest

from shared.records.identifiers import (
    ADDRESS_STATES,
    STATES,
    RuleBroken,
    dea_warnings,
    parse_address_line,
    parse_birth_date,
    parse_dea,
    parse_email,
    parse_fax,
    parse_length,
    parse_npi,
    parse_phone,
    parse_second_street_line,
    parse_state,
    parse_street_line,
    parse_zip,
)
from tests.builders import TODAY

CHECK_DIGIT = "the DEA number's check digit is wrong; compare it with the certificate"
SECOND_LETTER = "the DEA number's second letter is not the initial of the family name"


@pytest.mark.parametrize(
    "value", ["1234567893", "1558598797", "1993999998", "2000000002", "1000000004"]
)
def test_sound_npi_is_taken_as_it_is(value: str) -> None:
    assert parse_npi(value) == value


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("1234567890", "the NPI's check digit is wrong; compare it with the NPI registry"),
        ("2000000006", "the NPI's check digit is wrong; compare it with the NPI registry"),
        ("3000000000", "an NPI starts with 1 or 2; correct it"),
        ("0234567893", "an NPI starts with 1 or 2; correct it"),
        ("123456789", "the NPI must be exactly 10 digits; correct it"),
        ("12345678931", "the NPI must be exactly 10 digits; correct it"),
        ("123-456789", "the NPI must be exactly 10 digits; correct it"),
        ("", "the NPI must be exactly 10 digits; correct it"),
        ("١٢٣٤٥٦٧٨٩٣", "the NPI must be exactly 10 digits; correct it"),
    ],
)
def test_unsound_npi_is_refused_with_its_reason(value: str, sentence: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_npi(value)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("AB1234563", "AB1234563"),
        ("AP5836727", "AP5836727"),
        ("F91234563", "F91234563"),
        ("BB1388568", "BB1388568"),
        ("AB1234563-12345", "AB1234563-12345"),
        ("AB1234563-A", "AB1234563-A"),
        ("AB1234563-1234567", "AB1234563-1234567"),
        ("ab1234563", "AB1234563"),
        ("AB1234567", "AB1234567"),
    ],
)
def test_dea_number_of_the_right_form_is_taken_in_upper_case(value: str, stored: str) -> None:
    assert parse_dea(value) == stored


@pytest.mark.parametrize(
    "value",
    [
        "AB123456",
        "AB12345678",
        "1B1234563",
        "A11234563",
        "AB1234563-",
        "AB1234563-12345678",
        "AB 1234563",
        "AB1234563\n",
        "",
    ],
)
def test_dea_number_of_another_form_is_refused(value: str) -> None:
    with pytest.raises(RuleBroken, match="two letters \\(or a letter and 9\\) and 7 digits"):
        parse_dea(value)


@pytest.mark.parametrize(
    ("value", "family", "warnings"),
    [
        ("AB1234563", "Brown", []),
        ("AP5836727", "Park", []),
        ("F91234563", "Smith", []),
        ("BB1388568", "brown", []),
        ("AB1234563-12345", "Brown", []),
        ("CD9876547", "de la Cruz", []),
        ("AO1234563", "O'Brien", []),
        ("AB1234567", "Brown", [CHECK_DIGIT]),
        ("AB4523767", "Brown", [CHECK_DIGIT]),
        ("CD9876543", "Diaz", [CHECK_DIGIT]),
        ("AB1234563", "Smith", [SECOND_LETTER]),
        ("CD9876543", "Smith", [CHECK_DIGIT, SECOND_LETTER]),
        ("AB1234563", "", [SECOND_LETTER]),
    ],
)
def test_dea_check_digit_and_second_letter_only_warn(
    value: str, family: str, warnings: list[str]
) -> None:
    assert dea_warnings(value, family) == warnings


def test_accent_on_the_initial_is_no_other_letter() -> None:
    assert dea_warnings("AA1234563", "Álvarez") == []


@pytest.mark.parametrize("state", ["DC", "PR", "VI", "GU", "AS", "MP", "IL", "WY"])
def test_state_or_territory_is_taken_in_upper_case(state: str) -> None:
    assert parse_state(state.lower()) == state


def test_there_are_fifty_states_and_six_more() -> None:
    assert len(STATES) == 50 + 6


def test_addresses_may_lie_in_six_more_places() -> None:
    more = ADDRESS_STATES - STATES
    assert more == {"FM", "MH", "PW", "AA", "AE", "AP"}
    assert {parse_state(state, ADDRESS_STATES) for state in more} == more


@pytest.mark.parametrize("state", ["XX", "Illinoi", "I", "", "FM", "AE", "Micronesia"])
def test_other_state_is_refused(state: str) -> None:
    with pytest.raises(RuleBroken, match="two-letter US abbreviation"):
        parse_state(state)


@pytest.mark.parametrize(
    ("value", "stored"),
    [("12345", "12345"), ("12345-1234", "12345-1234"), ("123451234", "12345-1234")],
)
def test_zip_is_stored_with_its_hyphen(value: str, stored: str) -> None:
    assert parse_zip(value) == stored


@pytest.mark.parametrize("value", ["1234", "123456", "12345-", "12345-123", "12345 1234", "K1A0B1"])
def test_other_zip_is_refused(value: str) -> None:
    with pytest.raises(RuleBroken, match="must look like 62701 or 62701-1234"):
        parse_zip(value)


@pytest.mark.parametrize("parse", [parse_phone, parse_fax])
@pytest.mark.parametrize(
    "value",
    ["345-123-4567", "(345) 123-4567", "345.123.4567", "+1 345 123 4567", "1-345-123-4567"],
)
def test_number_is_stored_as_ten_digits(parse: Callable[[str], str], value: str) -> None:
    assert parse(value) == "3451234567"


@pytest.mark.parametrize("parse", [parse_phone, parse_fax])
@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("345-123-456", "must have 10 digits"),
        ("34512345678", "must have 10 digits"),
        ("23451234567", "must have 10 digits"),
        ("345-CALL-NOW", "write the number with digits"),
        ("1-800-FLOWERS", "write the number with digits"),
        ("Phone: 345-123-4567", "write the number with digits"),
        ("345-123-4567 (office)", "write the number with digits"),
        ("345-123-4567 / 345-123-4568", "must have 10 digits"),
        ("345+123+4567", "must have 10 digits"),
        ("+", "must have 10 digits"),
        ("+65 6123 4567", "not a US number"),
        ("+47 22 12 34 56", "not a US number"),
        ("tel:+44-20-7946-0958", "not a US number"),
        ("0065 6123 4567", "not a US number"),
        ("(+65) 6123 4567", "not a US number"),
        ("+345 123 4567", "not a US number"),
        ("345123456٣", "must have 10 digits"),
        ("", "must have 10 digits"),
        ("045-123-4567", "must not start with 0 or 1"),
        ("145-123-4567", "must not start with 0 or 1"),
        ("1-145-123-4567", "must not start with 0 or 1"),
        ("555-123-4567", "must not be 555"),
        ("345-777-7777", "repeats one digit 7 or more times"),
        ("333-333-3456", "repeats one digit 7 or more times"),
    ],
)
def test_other_number_is_refused(parse: Callable[[str], str], value: str, sentence: str) -> None:
    with pytest.raises(RuleBroken, match=sentence):
        parse(value)


@pytest.mark.parametrize("value", ["345-222-2221", "222-222-3456", "345-555-1234"])
def test_six_equal_digits_and_a_later_555_are_allowed(value: str) -> None:
    assert parse_fax(value) == value.replace("-", "")


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        ("345-123-4567x123", "3451234567x123"),
        ("345-123-4567 X 123", "3451234567x123"),
        ("345-123-4567 ext. 9", "3451234567x9"),
        ("+1 (345) 123-4567 extension 123456", "3451234567x123456"),
    ],
)
def test_phone_keeps_its_extension(value: str, stored: str) -> None:
    assert parse_phone(value) == stored


@pytest.mark.parametrize("value", ["345-123-4567x", "345-123-4567x1234567", "345-123-4567 ext."])
def test_extension_has_one_to_six_digits(value: str) -> None:
    with pytest.raises(RuleBroken, match="an extension has 1 to 6 digits"):
        parse_phone(value)


def test_extension_alone_is_no_number() -> None:
    with pytest.raises(RuleBroken, match="must have 10 digits"):
        parse_phone("x123")


def test_extension_has_ascii_digits_only() -> None:
    with pytest.raises(RuleBroken):
        parse_phone("345-123-4567x٣")


def test_fax_has_no_extension() -> None:
    with pytest.raises(RuleBroken, match="a fax number has no extension; leave it out"):
        parse_fax("345-123-4567x123")


@pytest.mark.parametrize("value", ["123 Main St", "1 Boxwood Ln", "9 Expo Box Rd", "A" * 35])
def test_street_address_line_is_taken_as_it_is(value: str) -> None:
    assert parse_address_line(value) == value
    assert parse_street_line(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("P.O. Box 12", "PO Box 12", "POBox 12", "p o box 12", "Post Office Box 12", "P.O.Box12"),
        *("Ste 1, POBOX12", "P0 Box 12", "PO Box A", "PO BOX #12", "P. O. Bx 77", "P.O. Bx 77"),
        *("POB 4471", "P.O.B. 4471", "POB4471", "PO 4471", "P.O. #4471", "PO Drawer 12"),
        *("Post Office Drawer 12", "Postal Box 9", "Post Box 9", "P\N{EN DASH}O Box 12"),
        *("Apartado 12", "Apartado Postal 12", "P.O.\N{NO-BREAK SPACE}Box 12"),
        *("123 Main St, PO Box 9", "PO Box 12 RR 2", "Post Ofc Box 9"),
        *("P/O Box 12", "GPO Box 12", "PO Draw 7", "Apdo. 12", "P.O.BOX12", "Po. Box 9"),
    ],
)
def test_po_box_of_a_prescriber_is_refused(value: str) -> None:
    for parse in (parse_street_line, parse_second_street_line):
        with pytest.raises(RuleBroken, match="Enter a street address, not a PO box"):
            parse(value)


@pytest.mark.parametrize(
    "value", ["Box 12", "BOX #12", "Bx 12-A", "Drawer 7", "Lock Box 9", "Box A", "Caller Service 7"]
)
def test_box_alone_is_a_po_box_where_no_street_stands_before_it(value: str) -> None:
    with pytest.raises(RuleBroken, match="not a PO box"):
        parse_street_line(value)
    assert parse_second_street_line(value) == value


@pytest.mark.parametrize(
    "value",
    [
        *("RR 2 Box 15", "RR 2", "HC 1 Box 23-A", "PSC 1234 Box 5678", "CMR 420 Box 12"),
        *("Unit 2050 Box 4190", "PMB 123", "123 Main St PMB 4471", "Post Oak Drive"),
        *("12 Post Office Rd", "100 Post Rd", "1 Pob Ct", "4471 Po River Dr", "Box Elder Rd"),
        *("Box 5 Ranch Rd", "12 Apartado Canyon", "9 Postal Ct", "100 Boxer Ln", "1 Depot Box Ct"),
        *("Police Plaza 1", "1 Po Boxwood Ln", "1200 Drawer Rd", "Poplar 12", "1 Lockbox Way"),
    ],
)
def test_street_or_route_is_no_po_box(value: str) -> None:
    assert parse_street_line(value) == value


@pytest.mark.parametrize("parse", [parse_address_line, parse_street_line])
def test_over_long_address_line_is_refused_and_not_cut(parse: Callable[[str], str]) -> None:
    with pytest.raises(
        RuleBroken, match="two address lines of at most 35 characters each; shorten"
    ):
        parse("A" * 36)


def test_text_may_be_as_long_as_its_limit_and_no_longer() -> None:
    assert parse_length("A" * 35, 35) == "A" * 35
    with pytest.raises(RuleBroken, match="at most 35 characters here; shorten it"):
        parse_length("A" * 36, 35)


@pytest.mark.parametrize("value", ["jane.smith@example.com", "j+1@mail.example.org", "J@X.CO"])
def test_complete_email_is_taken_as_it_is(value: str) -> None:
    assert parse_email(value) == value


@pytest.mark.parametrize(
    "value", ["jane", "jane@example", "@example.com", "a@b@c.de", "a b@c.de", "a@b..de", "a@b.de,"]
)
def test_incomplete_email_is_refused(value: str) -> None:
    with pytest.raises(RuleBroken, match="e-mail address is not complete"):
        parse_email(value)


@pytest.mark.parametrize("value", ["1900-01-01", "1980-05-15", TODAY.isoformat()])
def test_full_birth_date_is_read(value: str) -> None:
    assert parse_birth_date(value, TODAY).isoformat() == value


@pytest.mark.parametrize("value", ["1980", "1980-05", "19800515", "1980-02-30", "05/15/1980", ""])
def test_partial_or_impossible_birth_date_is_refused(value: str) -> None:
    with pytest.raises(RuleBroken, match="must be a full date such as 1980-05-15"):
        parse_birth_date(value, TODAY)


def test_birth_date_in_weeks_is_no_fhir_date() -> None:
    with pytest.raises(RuleBroken):
        parse_birth_date("1980-W20-4", TODAY)


@pytest.mark.parametrize("born", [date(1899, 12, 31), date(2026, 3, 11)])
def test_birth_date_lies_between_1900_and_today(born: date) -> None:
    with pytest.raises(RuleBroken, match="must be between 1900 and today"):
        parse_birth_date(born.isoformat(), TODAY)
