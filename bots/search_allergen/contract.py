"""Input and output of the bot, as `@medplum/dosespot-react` uses it: a bare array."""

from shared.runtime.by_name import ByName
from shared.runtime.inputs import ConceptOutput, ListOutput


class SearchAllergenInput(ByName):
    """The allergen's name."""


class SearchAllergenOutput(ListOutput[ConceptOutput]):
    """The allergens, each with DoseSpot's id and its codes of RxNorm."""
