"""An allergen as a CodeableConcept: its name, DoseSpot's id, and the RxNorm codes of it.

Source: Medplum's DoseSpot documentation ("Allergies"): an AllergyIntolerance carries the coding.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.systems import DOSESPOT_ALLERGEN, RXNORM


@dataclass(frozen=True)
class Allergen:
    """Something that people are allergic to.

    Attributes:
        name: as people know it.
        dosespot_id: DoseSpot's id.
        rxcuis: RxNorm's ids.
    """

    name: str
    dosespot_id: int
    rxcuis: tuple[str, ...] = ()

    def codeable_concept(self) -> Resource:
        """The allergen as FHIR has it."""
        codes = [(DOSESPOT_ALLERGEN, str(self.dosespot_id))]
        codes += [(RXNORM, rxcui) for rxcui in self.rxcuis]
        return {
            "coding": [
                {"system": system, "code": code, "display": self.name} for system, code in codes
            ],
            "text": self.name,
        }
