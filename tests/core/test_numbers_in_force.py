"""Whose a number is: who is active and carries it in force; and how traits are told."""

from typing import Any

import pytest

from fhir_profiles.systems import DEA_ALIASES, NPI_ALIASES
from shared.records.identity import (
    Identity,
    Trait,
    holders,
    identity_of,
    in_words,
    numbers_in_force,
)
from tests.builders import ABSENT, NOW, dea, npi, practitioner

OID = "urn:oid:2.16.840.1.113883.4.6"


@pytest.mark.parametrize(
    ("traits", "words"),
    [
        ({Trait.NPI}, "NPI"),
        ({Trait.FAMILY_NAME, Trait.NPI}, "NPI and family name"),
        (set(Trait), "NPI, birth date and family name"),
    ],
)
def test_traits_are_told_in_one_order(traits: set[Trait], words: str) -> None:
    assert in_words(frozenset(traits)) == words


@pytest.mark.parametrize(
    ("identifiers", "systems", "numbers"),
    [
        ([npi()], NPI_ALIASES, {"1234567893"}),
        ([npi(system=OID)], NPI_ALIASES, {"1234567893"}),
        ([npi(" 1234567893 ")], NPI_ALIASES, {"1234567893"}),
        ([npi(), npi("1558598797", system=OID)], NPI_ALIASES, {"1234567893", "1558598797"}),
        ([npi(use="old")], NPI_ALIASES, set()),
        ([npi(use="temp")], NPI_ALIASES, set()),
        ([npi(period={"end": "2026-03-09"})], NPI_ALIASES, set()),
        ([npi(period={"end": "2026-03-10"})], NPI_ALIASES, {"1234567893"}),
        ([npi(period={"start": "2026-03-11"})], NPI_ALIASES, set()),
        ([npi(ABSENT)], NPI_ALIASES, set()),
        ([npi("")], NPI_ALIASES, set()),
        ([npi(), dea("as1234563", "IL")], DEA_ALIASES, {"AS1234563"}),
        # What is sent to DoseSpot is folded first; it stays the same number.
        ([npi("1234567893\u200b")], NPI_ALIASES, {"1234567893"}),
        ([npi("\uff11234567893")], NPI_ALIASES, {"1234567893"}),
        ([dea("\uff41s1234563\u2011a1", "IL")], DEA_ALIASES, {"AS1234563-A1"}),
        (
            [{"system": "http://hl7.org/fhir/sid/us-dea", "value": "AS1234563"}],
            DEA_ALIASES,
            {"AS1234563"},
        ),
        ([npi()], DEA_ALIASES, set()),
        (None, NPI_ALIASES, set()),
        (["1234567893", None, {"value": "1234567893"}], NPI_ALIASES, set()),
    ],
)
def test_numbers_of_a_system_in_any_of_its_names_that_count_today(
    identifiers: Any, systems: frozenset[str], numbers: set[str]
) -> None:
    assert numbers_in_force(practitioner(identifier=identifiers), systems, NOW) == numbers


def test_a_number_is_held_by_the_active_who_carry_it_in_force() -> None:
    def carrying(id_: str, **changes: Any) -> dict[str, Any]:
        return practitioner(id=id_, **{"identifier": [npi(), dea("AS1234563", "IL")], **changes})

    found = [
        carrying("active"),
        carrying("retired", active=False),
        carrying("silent", active=ABSENT),
        carrying("nulled", active=None),
        carrying("former", identifier=[npi(use="old")]),
        carrying("another", identifier=[npi("1558598797")]),
    ]
    ids = [one["id"] for one in holders(found, NPI_ALIASES, "1234567893", NOW)]
    assert ids == ["active", "silent", "nulled"]
    deas = [one["id"] for one in holders(found, DEA_ALIASES, "AS1234563", NOW)]
    assert deas == ["active", "silent", "nulled"]
    assert holders(found, DEA_ALIASES, "1234567893", NOW) == []


@pytest.mark.parametrize(
    ("birth_date", "known"),
    [
        ("1980-05-15", "1980-05-15"),
        (" 1980-05-15 ", "1980-05-15"),
        ("1980-05", ""),
        ("1980", ""),
        ("1980-05-15T00:00:00Z", ""),
        (None, ""),
        (19800515, ""),
    ],
)
def test_only_a_whole_birth_date_says_who_somebody_is(birth_date: Any, known: str) -> None:
    jane = practitioner(birthDate=birth_date)
    assert identity_of(jane, NOW) == Identity(
        frozenset({"1234567893"}), known, frozenset({"Smith"})
    )
