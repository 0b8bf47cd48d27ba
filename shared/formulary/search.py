"""What a search by name found, as FHIR has it: each once, in the order in which DoseSpot has it."""

from collections.abc import Iterable

from fhir_profiles import Resource
from fhir_profiles.allergen import Allergen
from fhir_profiles.drug import Drug
from shared.dosespot.searches import FoundAllergenItem, FoundDrugItem, found_allergen, found_drug


def drug_concepts(found: Iterable[FoundDrugItem]) -> list[Resource]:
    """The drugs that can be prescribed, as CodeableConcepts."""
    return _each_once(map(found_drug, found))


def allergen_concepts(found: Iterable[FoundAllergenItem]) -> list[Resource]:
    """The allergens that are in use, as CodeableConcepts."""
    return _each_once(map(found_allergen, found))


def _each_once(known: Iterable[Drug | Allergen | None]) -> list[Resource]:
    by_id: dict[int | None, Resource] = {}
    for one in known:
        if one is not None and one.dosespot_id not in by_id:
            by_id[one.dosespot_id] = one.codeable_concept()
    return list(by_id.values())
