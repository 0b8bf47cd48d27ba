"""Reading what somebody wants as a favorite: a drug, and how the patient takes it.

Medplum's hook sends a MedicationKnowledge with nothing else; older callers send an
ActivityDefinition.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.drug import dosespot_drug_id
from fhir_profiles.elements import child, entries, text
from fhir_profiles.favorite import first_instruction
from shared.records.findings import Finding

LONGEST_DIRECTIONS = 1000
MOST_DISPENSED = 100_000
ONE = "1"
"""How much is dispensed where the caller does not say: DoseSpot wants a number, which the
prescriber sees and changes in each prescription."""

NO_DRUG = "there is no DoseSpot drug id, or there are several; choose the drug from the search"
NO_DIRECTIONS = "the directions are missing, which DoseSpot requires; add them"
LONG_DIRECTIONS = f"the directions may have at most {LONGEST_DIRECTIONS} characters; shorten them"


@dataclass(frozen=True)
class FavoriteWish:
    """What somebody wants as a favorite.

    Attributes:
        drug_id: DoseSpot's id of the drug.
        directions: how the patient takes it.
        quantity: how much is dispensed, as DoseSpot writes a number.
    """

    drug_id: int
    directions: str
    quantity: str = ONE

    @property
    def key(self) -> tuple[int, str]:
        """What is the same for the same favorite."""
        return favorite_key(self.drug_id, self.directions)


def favorite_key(drug_id: int | None, directions: str | None) -> tuple[int, str]:
    """What tells favorites apart: the drug and the directions, however those are spaced."""
    return drug_id or 0, text(directions).casefold()


def read_wish(given: Resource) -> FavoriteWish | list[Finding]:
    """What a MedicationKnowledge or an ActivityDefinition asks for, or all that it lacks."""
    places = _PLACES[text(given.get("resourceType"))]
    drug_id = dosespot_drug_id(child(given, places.drug))
    directions = text(places.read_directions(given))
    problems = []
    if drug_id is None:
        problems.append(Finding(f"{places.drug}.coding", NO_DRUG))
    if not directions:
        problems.append(Finding(places.directions, NO_DIRECTIONS))
    if len(directions) > LONGEST_DIRECTIONS:
        problems.append(Finding(places.directions, LONG_DIRECTIONS))
    if drug_id is None or problems:
        return problems
    return FavoriteWish(drug_id, directions, _quantity(given))


@dataclass(frozen=True)
class _Places:
    """Where a resource says what.

    Attributes:
        drug: the element that names the drug.
        directions: path of the directions.
        read_directions: reads them.
    """

    drug: str
    directions: str
    read_directions: Callable[[Resource], object]


def _first_dosage(activity: Resource) -> object:
    for _, dosage in entries(activity, "dosage"):
        return dosage.get("patientInstruction") or dosage.get("text")
    return None


_PLACES: Mapping[str, _Places] = {
    "MedicationKnowledge": _Places(
        drug="code",
        directions="administrationGuidelines[0].dosage[0].dosage[0].patientInstruction",
        read_directions=first_instruction,
    ),
    "ActivityDefinition": _Places(
        drug="productCodeableConcept",
        directions="dosage[0].patientInstruction",
        read_directions=_first_dosage,
    ),
}


def _quantity(given: Resource) -> str:
    value = child(given, "quantity").get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ONE
    return f"{value:g}" if 0 < value < MOST_DISPENSED else ONE
