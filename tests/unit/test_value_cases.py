"""Values that people really type: what is taken, in which form, and what is refused."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.prescriber_form.rules.form import read_form
from shared.records.identifiers import (
    ADDRESS_STATES,
    RuleBroken,
    is_us_country,
    parse_city,
    parse_country,
    parse_fax,
    parse_person_name,
    parse_phone,
    parse_state,
    parse_street_line,
)
from shared.records.identifiers.phone_numbers import FOREIGN
from shared.records.identifiers.spelling import folded
from tests.builders import TODAY, form

PHONES = {
    "345-123-4567 # 1234": "3451234567x1234",
    "345-123-4567, ext. 12": "3451234567x12",
    "345-123-4567 ext: 12": "3451234567x12",
    "345-123-4567;ext=12": "3451234567x12",
    "tel:+1-345-123-4567": "3451234567",
    "345\N{NON-BREAKING HYPHEN}123\N{NON-BREAKING HYPHEN}4567": "3451234567",
    "345\N{FIGURE DASH}123\N{EN DASH}4567": "3451234567",
    "345\N{NO-BREAK SPACE}123\N{NARROW NO-BREAK SPACE}4567": "3451234567",
    "(345)\N{FIGURE SPACE}123\N{MINUS SIGN}4567": "3451234567",
    "\N{LEFT-TO-RIGHT EMBEDDING}345-123-4567\N{POP DIRECTIONAL FORMATTING}": "3451234567",
    "\N{FULLWIDTH PLUS SIGN}1\N{IDEOGRAPHIC SPACE}3451234567": "3451234567",
    "345-123-456\N{FULLWIDTH DIGIT SEVEN}": "3451234567",
    "345\N{MIDDLE DOT}123\N{MIDDLE DOT}4567": "3451234567",
    "+1 (345) 123 4567": "3451234567",
    "(+1) 345.123.4567": "3451234567",
    "1/345/123/4567": "3451234567",
    "001 345 123 4567": "3451234567",
    "tel:345-123-4567;ext=12": "3451234567x12",
    "TEL: 345 123 4567": "3451234567",
    "345-123-4567x12": "3451234567x12",
    "345-123-4567 x. 12": "3451234567x12",
    "345-123-4567 x#12": "3451234567x12",
    "345-123-4567 Ext #12": "3451234567x12",
    "345-123-4567 (ext. 12)": "3451234567x12",
    "345-123-4567 (x12)": "3451234567x12",
    "345-123-4567 ex. 12": "3451234567x12",
    "345-123-4567 / ext. 12.": "3451234567x12",
    "345-123-4567 extn 12": "3451234567x12",
    "345-123-4567 EXTENSION 12": "3451234567x12",
    "345-123-4567 extensi\N{LATIN SMALL LETTER O WITH ACUTE}n 12": "3451234567x12",
    "3451234567,,12": "3451234567x12",
    "345-123-4567;12": "3451234567x12",
    " 345-123-4567. ": "3451234567",
}


@pytest.mark.parametrize("value", PHONES)
def test_phone_spellings(value: str) -> None:
    stored = PHONES[value]
    assert parse_phone(value) == stored
    assert parse_phone(stored) == stored
    if "x" not in stored:
        assert parse_fax(value) == stored


@pytest.mark.parametrize("value", ["+65 6123 4567", "+47 22 12 34 56"])
def test_foreign_phone(value: str) -> None:
    for parse in (parse_phone, parse_fax):
        with pytest.raises(RuleBroken) as refused:
            parse(value)
        assert str(refused.value) == FOREIGN


GAPS = st.sampled_from(["", "-", " ", ".", " - ", "\N{EN DASH}", "\N{NO-BREAK SPACE}", "/"])
COUNTRY = st.sampled_from(["", "1-", "+1 ", "(+1) ", "001 ", "tel:+1", "tel:"])
EXTENSION_MARKS = st.sampled_from(
    ["x", " x ", "X", "#", " # ", " ext ", " ext. ", ", ext. ", ";ext=", " Extension: ", ",,"]
)


@st.composite
def spellings(draw: st.DrawFn) -> tuple[str, str]:
    """A number as somebody may write it, and as it is stored."""
    area = draw(st.integers(200, 999).filter(lambda code: code != 555))
    rest = f"{draw(st.integers(0, 999)):03}{draw(st.integers(0, 9999)):04}"
    parts = (str(area), rest[:3], rest[3:])
    written = draw(COUNTRY) + draw(GAPS).join(parts)
    extension = draw(st.text("0123456789", max_size=6))
    mark = draw(EXTENSION_MARKS) if extension else ""
    stored = f"{area}{rest}" + (f"x{extension}" if extension else "")
    return f"{written}{mark}{extension}", stored


@given(spellings())
def test_every_spelling_of_a_number_is_stored_alike(spelling: tuple[str, str]) -> None:
    written, stored = spelling
    if re.search(r"(\d)\1{6}", stored[:10]):
        with pytest.raises(RuleBroken):
            parse_phone(written)
    else:
        assert parse_phone(written) == stored


@given(st.text())
def test_whatever_is_given_for_a_phone_is_a_number_or_refused(value: str) -> None:
    try:
        stored = parse_phone(value)
    except RuleBroken:
        return
    assert re.fullmatch("[2-9][0-9]{9}(x[0-9]{1,6})?", stored)


@pytest.mark.parametrize("value", ["POB 4471", "PO Drawer 12", "P.O. Bx 77"])
def test_po_boxes(value: str) -> None:
    with pytest.raises(RuleBroken, match="not a PO box"):
        parse_street_line(value)
    paths = [
        found.path
        for found in read_form(form(mailingAddress={"address1": value}), TODAY)[1].problems
    ]
    assert paths == ["mailingAddress.address1"]
    for passes in ("RR 2 Box 15", "PSC 1234 Box 5678", "123 Main St PMB 12"):
        assert parse_street_line(passes) == passes


US = (
    "United States of America|U.S.|USA|PR|us|U.S.A.|US|United States|the United States"
    "|UNITED  STATES|U.S. Virgin Islands|Virgin Islands, U.S.|Virgin Islands (U.S.)|Puerto Rico"
    "|GU|Guam|American Samoa|AS|MP|Northern Mariana Islands|PRI|VIR|United States (US)"
    "|United States of America (the)|United States America|U. S. of A.|EE. UU.|EEUU|USVI"
    "|Estados Unidos de Am\N{LATIN SMALL LETTER E WITH ACUTE}rica"
)


@pytest.mark.parametrize("country", US.split("|"))
def test_country_spellings(country: str) -> None:
    assert is_us_country(country)
    assert parse_country(country) == "US"
    assert read_form(form(mailingAddress={"country": country}), TODAY)[1].problems == []


@pytest.mark.parametrize("country", ["", "IT", "CA", "Canada", "UK", "United Kingdom", "VG", "MX"])
def test_another_country_is_not_the_us(country: str) -> None:
    assert not is_us_country(country)
    with pytest.raises(RuleBroken, match="the country must be US"):
        parse_country(country)


STATES_IN_FULL = {
    "Illinois": "IL",
    "illinois": "IL",
    "NEW  YORK": "NY",
    "N.Y.": "NY",
    "D.C.": "DC",
    "Washington, D.C.": "DC",
    "Washington": "WA",
    "District of Columbia": "DC",
    "US-IL": "IL",
    "The District of Columbia": "DC",
    "Puerto Rico": "PR",
    "U.S. Virgin Islands": "VI",
    "Hawai\N{MODIFIER LETTER TURNED COMMA}i": "HI",
    "State of Illinois": "IL",
    "State of Washington": "WA",
    "Commonwealth of Massachusetts": "MA",
    "N. Carolina": "NC",
    "S Dakota": "SD",
    "W. Virginia": "WV",
    "Dist. of Columbia": "DC",
    "USVI": "VI",
    "CNMI": "MP",
}
MILITARY = {
    "Armed Forces Americas": "AA",
    "Armed Forces the Americas": "AA",
    "Armed Forces Europe": "AE",
    "Armed Forces Middle East": "AE",
    "Armed Forces Africa": "AE",
    "Armed Forces Canada": "AE",
    "Armed Forces Pacific": "AP",
}


@pytest.mark.parametrize("name", STATES_IN_FULL)
def test_a_state_may_be_spelled_out(name: str) -> None:
    assert parse_state(name) == STATES_IN_FULL[name]


@pytest.mark.parametrize("name", MILITARY)
def test_the_militarys_states_may_be_spelled_out_in_an_address(name: str) -> None:
    assert parse_state(name, ADDRESS_STATES) == MILITARY[name]


@pytest.mark.parametrize("name", ["State of Ontario", "State of", "W. Illinois", "Carolina"])
def test_what_names_no_state_is_none(name: str) -> None:
    with pytest.raises(RuleBroken):
        parse_state(name, ADDRESS_STATES)


CITIES = {
    "29 Palms": "29 Palms",
    "Washington, D.C.": "Washington, D.C.",
    "St. Mary\N{RIGHT SINGLE QUOTATION MARK}s": "St. Mary's",
    "Coeur d'Alene": "Coeur d'Alene",
    "Winston\N{EN DASH}Salem": "Winston-Salem",
    "Louisville/Jefferson County": "Louisville/Jefferson County",
    "Mayagu\N{COMBINING DIAERESIS}ez": "Mayag\N{LATIN SMALL LETTER U WITH DIAERESIS}ez",
}
NAMES = {
    "O\N{LEFT SINGLE QUOTATION MARK}Brien": "O'Brien",
    "O\N{ACUTE ACCENT}Brien": "O'Brien",
    "O`Brien": "O'Brien",
    "O\N{GREEK VARIA}Brien": "O'Brien",
    "D\N{RIGHT SINGLE QUOTATION MARK}Angelo": "D'Angelo",
    "Ka\N{MODIFIER LETTER TURNED COMMA}iulani": "Ka'iulani",
    "Smith\N{EN DASH}Jones": "Smith-Jones",
    "Smith\N{NON-BREAKING HYPHEN}Jones": "Smith-Jones",
    "Smith III": "Smith III",
    "King, Jr.": "King, Jr.",
    "Katherine (Kate)": "Katherine (Kate)",
    "O": "O",
    "Nguye\N{COMBINING CIRCUMFLEX ACCENT}\N{COMBINING TILDE}n": (
        "Nguy\N{LATIN SMALL LETTER E WITH CIRCUMFLEX AND TILDE}n"
    ),
    "\N{ZERO WIDTH SPACE}Gal\N{MIDDLE DOT}la\N{ZERO WIDTH NO-BREAK SPACE}": "Gal\N{MIDDLE DOT}la",
    "\N{CYRILLIC CAPITAL LETTER YA}\N{CYRILLIC SMALL LETTER KA}": (
        "\N{CYRILLIC CAPITAL LETTER YA}\N{CYRILLIC SMALL LETTER KA}"
    ),
}


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        *(("mailingAddress", value, stored) for value, stored in CITIES.items()),
        *(("lName", value, stored) for value, stored in NAMES.items()),
    ],
)
def test_city_and_punctuation(field: str, value: str, stored: str) -> None:
    changes: dict[str, Any] = {field: {"city": value} if field == "mailingAddress" else value}
    read, findings = read_form(form(**changes), TODAY)
    assert findings.problems == []
    assert (read.mailing.city if field == "mailingAddress" else read.name.last) == stored


@pytest.mark.parametrize(
    "value", ["R2", "<b>", "Smith\x00", "-", "", "Smith;", "Smith|Jones", "@x"]
)
def test_what_is_no_name_of_a_person_is_refused(value: str) -> None:
    with pytest.raises(RuleBroken):
        parse_person_name(value)


@pytest.mark.parametrize("value", ["29", "<b>", "Spring\x00", "-", "", "a@b"])
def test_what_is_no_name_of_a_city_is_refused(value: str) -> None:
    with pytest.raises(RuleBroken, match="not the name of a city"):
        parse_city(value)


def test_long_optional_fields() -> None:
    read, findings = read_form(form(suffix="M.D., Ph.D."), TODAY)
    assert findings.problems == []
    assert [found.path for found in findings.warnings] == ["suffix"]
    assert read.name.suffix == ""


def test_three_lines() -> None:
    too_long = "1200 North Main Street, Building C, Suite 410, Mail Stop 12"
    _, findings = read_form(form(mailingAddress={"address2": too_long}), TODAY)
    (found,) = findings.problems
    assert found.path == "mailingAddress.address2"
    assert "shorten this one" in found.sentence
    assert "split" not in found.sentence


@given(st.text(st.characters(categories=["L", "M", "N", "P", "Z", "Cf", "S"])))
def test_folding_twice_changes_nothing_and_composes(value: str) -> None:
    once = folded(value)
    assert folded(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert folded(unicodedata.normalize("NFD", once)) == once
