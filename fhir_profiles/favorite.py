"""A favorite of a clinic as a MedicationKnowledge.

Medplum's pages list favorites by a search for any code of the favorites' system, and show the text
of `code`, its NDC, and the first patient instruction (its DoseSpot documentation, "Formulary").
FHIR R4's MedicationKnowledge has no `identifier`: the id stands in `code` alone.
"""

from fhir_profiles import Resource
from fhir_profiles.drug import Drug
from fhir_profiles.elements import entries
from fhir_profiles.systems import DOSESPOT_FAVORITE, DOSESPOT_INSTRUCTIONS


def favorite_medication(drug: Drug, favorite_id: int, directions: str) -> Resource:
    """The MedicationKnowledge of a favorite, without an id.

    Args:
        drug: what is prescribed.
        favorite_id: DoseSpot's id of the favorite.
        directions: how the patient takes it.
    """
    concept = drug.codeable_concept()
    favorite = {"system": DOSESPOT_FAVORITE, "code": str(favorite_id), "display": drug.name}
    dosage = {
        "type": {"coding": [{"system": DOSESPOT_INSTRUCTIONS}]},
        "dosage": [{"patientInstruction": directions}],
    }
    return {
        "resourceType": "MedicationKnowledge",
        "status": "active",
        "code": {**concept, "coding": [*concept.get("coding", []), favorite]},
        "administrationGuidelines": [{"dosage": [dosage]}],
    }


def first_instruction(medication: Resource) -> object:
    """The first patient instruction of a MedicationKnowledge; None if there is none."""
    found = [
        instruction
        for _, guideline in entries(medication, "administrationGuidelines")
        for _, typed in entries(guideline, "dosage")
        for _, dosage in entries(typed, "dosage")
        if (instruction := dosage.get("patientInstruction"))
    ]
    return found[0] if found else None
