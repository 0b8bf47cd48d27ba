"""A drug as a CodeableConcept: its name, DoseSpot's id, and the codes that the world knows it by.

Source: Medplum's DoseSpot documentation ("MedicationRequest"), which reads
`medicationCodeableConcept` alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.elements import entries, positive_number, text
from fhir_profiles.systems import DOSESPOT_DRUG, NDC, RXNORM


@dataclass(frozen=True)
class Drug:
    """A drug, or a supply, that can be prescribed.

    Attributes:
        name: as people know it, with strength and form.
        dosespot_id: DoseSpot's id of the dispensable drug; None for a supply or compound.
        ndc: National Drug Code, "" if there is none.
        rxcui: RxNorm's id, "" if there is none.
    """

    name: str
    dosespot_id: int | None = None
    ndc: str = ""
    rxcui: str = ""

    def codeable_concept(self) -> Resource:
        """The drug as FHIR has it, without `coding` where nothing but the name is known."""
        coding = list(self._codings())
        return {**({"coding": coding} if coding else {}), "text": self.name}

    def _codings(self) -> Iterator[Resource]:
        number = "" if self.dosespot_id is None else str(self.dosespot_id)
        for system, code in ((NDC, self.ndc), (RXNORM, self.rxcui), (DOSESPOT_DRUG, number)):
            if code:
                yield {"system": system, "code": code, "display": self.name}


def dosespot_drug_id(concept: Resource) -> int | None:
    """DoseSpot's id of the drug that a CodeableConcept names; None if it names none, or several."""
    found = {
        positive_number(text(coding.get("code")))
        for _, coding in entries(concept, "coding")
        if coding.get("system") == DOSESPOT_DRUG
    }
    return found.pop() if len(found) == 1 else None
