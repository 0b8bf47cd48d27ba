"""Drugs, allergens and pharmacies that a search found: each once, and none that can't be used."""

from typing import Any

import pytest

from fhir_profiles import Resource
from shared.dosespot.catalog_wire import DrugItem, PharmacyItem, drug_of
from shared.dosespot.searches import FoundAllergenItem, FoundDrugItem
from shared.formulary.search import allergen_concepts, drug_concepts
from shared.pharmacies.rules.specialties import NAMES, NUMBERS, specialty
from shared.pharmacies.search import organizations

NDC, RXNORM = "http://hl7.org/fhir/sid/ndc", "http://www.nlm.nih.gov/research/umls/rxnorm"
DRUG, ALLERGEN = "https://dosespot.com/dispensable-drug-id", "https://dosespot.com/allergen-id"


def drug(**changes: Any) -> FoundDrugItem:
    whole = {
        "DispensableDrugId": 20001,
        "NDC": "00093310905",
        "RXCUI": 308191,
        "NameWithRouteDoseForm": "Amoxicillin (oral - capsule)",
        "Strength": "500 mg",
        "IsObsolete": False,
    }
    return FoundDrugItem.model_validate(whole | changes)


def allergen(**changes: Any) -> FoundAllergenItem:
    whole = {"AllergenId": 1, "Name": "Penicillins", "RxCuis": ["7980", "723"], "IsActive": True}
    return FoundAllergenItem.model_validate(whole | changes)


def concept(text: str, *codes: tuple[str, str]) -> Resource:
    coding = [{"system": system, "code": code, "display": text} for system, code in codes]
    return {"coding": coding, "text": text}


CAPSULE = "Amoxicillin (oral - capsule) 500 mg"


@pytest.mark.parametrize(
    ("changes", "text", "codes"),
    [
        ({}, CAPSULE, [(NDC, "00093310905"), (RXNORM, "308191"), (DRUG, "20001")]),
        ({"RXCUI": "308191", "DispensableDrugId": "20001", "NDC": None}, CAPSULE, None),
        ({"NDC": " ", "RXCUI": 0}, CAPSULE, [(DRUG, "20001")]),
        ({"NDC": None, "RXCUI": None, "IsObsolete": None}, CAPSULE, [(DRUG, "20001")]),
        (
            {"NameWithRouteDoseForm": "Amoxil 500 MG", "NDC": None, "RXCUI": None},
            "Amoxil 500 MG",
            [(DRUG, "20001")],
        ),
        (
            {"Strength": None, "NDC": None, "RXCUI": None},
            "Amoxicillin (oral - capsule)",
            [(DRUG, "20001")],
        ),
    ],
    ids=str,
)
def test_a_drug_has_its_strength_and_the_codes_that_there_are(
    changes: dict[str, Any], text: str, codes: list[tuple[str, str]] | None
) -> None:
    known = codes or [(RXNORM, "308191"), (DRUG, "20001")]
    assert drug_concepts([drug(**changes)]) == [concept(text, *known)]


@pytest.mark.parametrize(
    "changes",
    [
        {"IsObsolete": True},
        {"IsObsolete": "true"},
        {"DispensableDrugId": None},
        {"DispensableDrugId": 0},
        {"DispensableDrugId": -1},
        {"NameWithRouteDoseForm": None},
        {"NameWithRouteDoseForm": " "},
        dict.fromkeys(FoundDrugItem.model_fields),
    ],
    ids=str,
)
def test_what_nobody_can_prescribe_or_read_is_left_out(changes: dict[str, Any]) -> None:
    assert drug_concepts([drug(**changes)]) == []


def test_each_drug_comes_once_in_its_place() -> None:
    first, second = drug(), drug(DispensableDrugId=20002, Strength="250 mg")
    again = drug(Strength="another")
    texts = [one["text"] for one in drug_concepts([second, first, again, second])]
    assert texts == ["Amoxicillin (oral - capsule) 250 mg", CAPSULE]


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, [(ALLERGEN, "1"), (RXNORM, "7980"), (RXNORM, "723")]),
        (
            {"AllergenId": "1", "RxCuis": [7980, None, "7980", ""]},
            [(ALLERGEN, "1"), (RXNORM, "7980")],
        ),
        ({"RxCuis": None, "IsActive": None}, [(ALLERGEN, "1")]),
    ],
    ids=str,
)
def test_an_allergen_has_dosespots_id_first(
    changes: dict[str, Any], codes: list[tuple[str, str]]
) -> None:
    assert allergen_concepts([allergen(**changes)] * 2) == [concept("Penicillins", *codes)]


@pytest.mark.parametrize(
    "changes",
    [{"IsActive": False}, {"IsActive": "false"}, {"Name": None}, {"AllergenId": None}],
    ids=str,
)
def test_an_allergen_that_is_not_in_use_is_left_out(changes: dict[str, Any]) -> None:
    assert allergen_concepts([allergen(**changes)]) == []


def test_pharmacies_have_an_id_as_their_key_and_come_once() -> None:
    nulls = dict.fromkeys(PharmacyItem.model_fields)
    items = [
        PharmacyItem.model_validate({**nulls, **one})
        for one in (
            {"PharmacyId": 7, "StoreName": "Elm"},
            {"StoreName": "Without an id"},
            {"PharmacyId": 0, "StoreName": "Nobody's"},
            {"PharmacyId": "7", "StoreName": "Again"},
            {"PharmacyId": 8},
        )
    ]
    found = organizations(items)
    keys = [one["identifier"][0]["value"] for one in found]
    assert (keys, [one["name"] for one in found]) == (["7", "8"], ["Elm", "Pharmacy 8"])


@pytest.mark.parametrize(
    ("given", "name"),
    [
        *((number, name) for number, name in NUMBERS.items()),
        *((str(number), name) for number, name in NUMBERS.items()),
        *((name, name) for name in NAMES),
        *((name.upper(), name) for name in NAMES),
        *((one, None) for one in (0, 2, 4, 9, -1, "", "7", "Pharmacy", "MailOrder,Retail")),
    ],
)
def test_a_specialty_is_known_by_name_and_number(given: str | int, name: str | None) -> None:
    assert specialty(given) == name


@pytest.mark.parametrize(
    ("shown", "strength", "name"),
    [
        ("Amoxicillin (oral - capsule)", "500 mg", CAPSULE),
        ("Amoxil 500 MG capsule", "500 mg", "Amoxil 500 MG capsule"),
        ("Amoxil", None, "Amoxil"),
        (None, "500 mg", "500 mg"),
        (None, None, "Drug 20001"),
    ],
)
def test_two_strengths_of_a_drug_have_two_names(
    shown: str | None, strength: str | None, name: str
) -> None:
    item = DrugItem(DispensableDrugId=20001, DisplayName=shown, Strength=strength)
    assert drug_of(item).name == name
    assert drug_of(item, "As prescribed").name == "As prescribed"
