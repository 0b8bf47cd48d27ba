"""Who is who: what two records share, what differs, and what neither proves."""

import pytest

from fhir_profiles.elements import text
from fhir_profiles.systems import NPI
from shared.records.identifiers import parse_recorded_name
from shared.records.identity import Identity, Trait, differences, folded_name, identity_of, missing
from tests.builders import NOW

JANE = Identity(frozenset({"1234567893"}), "1980-05-15", frozenset({"Smith"}))
BOB = Identity(frozenset({"1558598797"}), "1970-03-03", frozenset({"Jones"}))
NOBODY = Identity(frozenset(), "", frozenset())


def identity(**changes: object) -> Identity:
    known = {"npis": JANE.npis, "birth_date": JANE.birth_date, "family_names": JANE.family_names}
    return Identity(**{**known, **changes})


def named(*names: str) -> Identity:
    return identity(family_names=frozenset(names))


@pytest.mark.parametrize(
    ("other", "differ", "lack"),
    [
        (JANE, "", ""),
        (identity(npis=frozenset({"1558598797"})), "NPI", ""),
        (identity(npis=frozenset({"1558598797", "1234567893"})), "", ""),
        (identity(birth_date="1980-05-16"), "birth date", ""),
        (named("Jones"), "family name", ""),
        (named("Jones", "Smith"), "", ""),
        (named("Jones", ""), "family name", ""),
        (BOB, "NPI,birth date,family name", ""),
        (identity(npis=frozenset()), "", "NPI"),
        (identity(npis=frozenset({""})), "", "NPI"),
        (identity(birth_date=""), "", "birth date"),
        (named(), "", "family name"),
        (named(""), "", "family name"),
        (named("-"), "", "family name"),
        (identity(birth_date="", family_names=frozenset({"Jones"})), "family name", "birth date"),
        (NOBODY, "", "NPI,birth date,family name"),
    ],
)
def test_traits_agree_differ_or_are_not_known(other, differ, lack):
    def of(words):
        return frozenset(Trait(word) for word in words.split(",") if word)

    assert (differences(JANE, other), missing(JANE, other)) == (of(differ), of(lack))
    assert (differences(other, JANE), missing(other, JANE)) == (of(differ), of(lack))


def test_what_nobody_knows_is_missing_and_no_difference():
    assert (differences(NOBODY, NOBODY), missing(NOBODY, NOBODY)) == (frozenset(), frozenset(Trait))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Smith", "SMITH"),
        ("Smith-Jones", "Smith Jones"),
        ("Smith-Jones", "Smith\u2010Jones"),
        ("Smith-Jones", "Smith \u2013 Jones"),
        ("Smith-Jones", "SmithJones"),
        ("O'Brien", "OBrien"),
        ("O'Brien", "O\u2019Brien"),
        ("O'Brien", "O\u02bcBrien"),
        ("O'Brien", "O Brien"),
        ("García", "Garcia"),
        ("Garci\u0301a", "Garc\u00eda"),
        ("Nuñez", "NUNEZ"),
        ("Müller", "Muller"),
        ("Weiß", "Weiss"),
        ("Sørensen", "Sorensen"),
        ("Wałęsa", "Walesa"),
        ("Łukasz", "ŁUKASZ"),
        ("Ægir", "aegir"),
        ("Nguyễn", "Nguyen"),
        ("İnan", "Inan"),
        ("de la Cruz", "De  La\u00a0Cruz"),
        ("St. John", "St John"),
        (" Smith ", "Smith"),
    ],
)
def test_one_name_however_it_is_spelled(one, other):
    assert folded_name(one) == folded_name(other) != ""
    assert differences(named(one), named(other)) == frozenset()


@pytest.mark.parametrize(
    "name",
    [
        "O\N{MODIFIER LETTER ACUTE ACCENT}Brien",
        "O\N{SINGLE HIGH-REVERSED-9 QUOTATION MARK}Brien",
        "O\N{LATIN SMALL LETTER SALTILLO}Brien",
        "O\N{LATIN CAPITAL LETTER SALTILLO}Brien",
        "Smith\N{MINUS SIGN}Jones",
        "Smith\N{HYPHEN BULLET}Jones",
        "Smith\N{ZERO WIDTH SPACE}",
        "\N{LEFT-TO-RIGHT MARK}Garc\N{LATIN SMALL LETTER I WITH ACUTE}a",
        "\N{LEFT DOUBLE QUOTATION MARK}Bo\N{RIGHT DOUBLE QUOTATION MARK} Smith",
        "\N{DOUBLE PRIME}Bo\N{DOUBLE PRIME} Smith",
        "\N{FULLWIDTH LATIN CAPITAL LETTER S}mith",
        "Smith \N{EN DASH}  Jones",
    ],
    ids=ascii,
)
def test_a_name_is_the_one_that_is_sent_to_dosespot_for_it(name):
    sent = parse_recorded_name(text(name))
    assert folded_name(name) == folded_name(sent) == folded_name(sent.upper()) != ""
    assert differences(named(name), named(sent)) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('"Bo" Smith', "Bo Smith"),
        ("Smith, Jr.", "Smith Jr."),
        ("Smith", "Smyth"),
        ("Smith-Jones", "Smith"),
        ("Garcia", "Garza"),
        ("Lee", "Li"),
        ("カトウ", "ガトウ"),
        ("김", "이"),
    ],
)
def test_names_that_are_two(one, other):
    assert differences(named(one), named(other)) == {Trait.FAMILY_NAME}


def test_no_sentence_about_a_trait_can_quote_a_value():
    assert {f"{trait}" for trait in Trait} == {"NPI", "birth date", "family name"}


def npi(value, **more):
    return {"system": NPI, "value": value, **more}


def test_a_practitioner_is_known_by_npis_in_force_and_by_all_names():
    practitioner = {
        "resourceType": "Practitioner",
        "birthDate": "1980-05-15",
        "name": [
            {"family": "Smith-Jones"},
            {"use": "maiden", "family": "Smith", "period": {"end": "2001-01-01"}},
            {"use": "old", "family": "Young"},
            {"text": "Jane"},
        ],
        "identifier": [
            npi("1234567893"),
            npi("1558598797", use="old"),
            npi("1993999998", period={"end": "2026-03-09"}),
            npi("1723456780", period={"start": "2026-03-11"}),
            npi("1467560003", period={"start": "2026-03-10", "end": "2026-03-10"}),
            npi(None),
            {"system": "https://example.org", "value": "1912301003"},
        ],
    }
    assert identity_of(practitioner, NOW) == Identity(
        npis=frozenset({"1234567893", "1467560003"}),
        birth_date="1980-05-15",
        family_names=frozenset({"Smith-Jones", "Smith", "Young"}),
    )


@pytest.mark.parametrize(
    "practitioner",
    [
        {},
        {"birthDate": None, "name": None, "identifier": None},
        {"birthDate": "1980", "name": [{}], "identifier": [{"system": NPI}]},
        {"birthDate": "1980-05", "name": ["Smith"], "identifier": ["1"]},
    ],
)
def test_a_practitioner_that_says_nothing_is_nobody(practitioner):
    assert identity_of(practitioner, NOW) == NOBODY
