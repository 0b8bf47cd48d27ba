"""What a patient may be allergic to: well-known allergens, with their RxNorm codes.

The ids are the sandbox's own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class CatalogAllergen:
    """One allergen of one of DoseSpot's types; food and the like have no codes."""

    id: int
    name: str
    kind: str = "ScreenableIngredient"
    rxcuis: tuple[str, ...] = ()
    brand: str | None = None


_FOOD = "FoodAndEnvironmentalAllergens"

ALLERGENS = (
    CatalogAllergen(30001, "Penicillins", "AllergenClass", ("7980", "723", "733")),
    CatalogAllergen(30002, "Sulfonamide antibiotics", "AllergenClass", ("10180",)),
    CatalogAllergen(30003, "Penicillin G", rxcuis=("7980",)),
    CatalogAllergen(30004, "Amoxicillin", rxcuis=("723",), brand="Amoxil"),
    CatalogAllergen(30005, "Codeine", rxcuis=("2670",)),
    CatalogAllergen(30006, "Aspirin", rxcuis=("1191",), brand="Bayer Aspirin"),
    CatalogAllergen(30007, "Ibuprofen", rxcuis=("5640",), brand="Motrin"),
    CatalogAllergen(30008, "Amoxicillin (oral - capsule)", "RoutedDoseFormDrugs", ("723",)),
    CatalogAllergen(30009, "Peanut", _FOOD),
    CatalogAllergen(30010, "Latex", _FOOD),
    CatalogAllergen(30011, "Egg", _FOOD),
)
"""The whole catalog."""
