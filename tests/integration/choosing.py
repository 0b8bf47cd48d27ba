"""Drugs and pharmacies that are chosen, as pages send them, and patients for whom they are."""

import itertools
import string
from typing import Any

from tests.integration.clinic import TIMEOUT_S, Clinic, Member
from tests.integration.self_service import add_patient, sync

_families = map("".join, itertools.product(string.ascii_lowercase, repeat=4))

FAVORITE_BOT = "dosespot-add-favorite-medication-bot"
PHARMACY_BOT = "dosespot-add-patient-pharmacy-bot"
DEFAULT_BOT = "dosespot-default-pharmacy-bot"


def medication(drug_id: int, directions: str = "Take one") -> dict[str, Any]:
    """A favorite as Medplum's hook asks for it."""
    drug = {"system": "https://dosespot.com/dispensable-drug-id", "code": str(drug_id)}
    typed = {
        "dosage": [{"patientInstruction": directions}],
        "type": {"coding": [{"system": "https://dosespot.com/patient-instructions"}]},
    }
    return {
        "resourceType": "MedicationKnowledge",
        "code": {"text": "a drug", "coding": [drug]},
        "administrationGuidelines": [{"dosage": [typed]}],
    }


def synced(clinic: Clinic, member: Member, **changes: Any) -> dict[str, Any]:
    """A new patient who is in DoseSpot, and whom no other is taken for."""
    name = [{"given": ["Ada"], "family": f"Chooser{next(_families)}"}]
    patient = add_patient(clinic, **{"name": name, **changes})
    assert sync(clinic, member, patient).status == 200
    clinic.reset()
    return clinic.read(f"Patient/{patient['id']}")


def search(clinic: Clinic, member: Member, query: str) -> list[dict[str, Any]]:
    """What a member finds on the FHIR server."""
    reply = clinic.session.get(
        f"{clinic.fhir_url}fhir/R4/{query}",
        headers={"Authorization": f"Bearer {member.token}"},
        timeout=TIMEOUT_S,
    )
    reply.raise_for_status()
    return [one["resource"] for one in reply.json().get("entry", [])]
