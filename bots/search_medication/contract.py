"""Input and output of the bot, as `@medplum/dosespot-react` uses it: a bare array."""

from shared.runtime.by_name import ByName
from shared.runtime.inputs import ConceptOutput, ListOutput


class SearchMedicationInput(ByName):
    """The drug's name."""


class SearchMedicationOutput(ListOutput[ConceptOutput]):
    """The drugs, each with its codes of NDC, RxNorm and DoseSpot, as far as it has them."""
