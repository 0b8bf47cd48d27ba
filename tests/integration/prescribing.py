"""Patients who are in DoseSpot, and what is prescribed there, as the tests set it up and run it."""

from typing import Any

from fhir_profiles.patient_identifier import dosespot_patient_id
from tests.integration.clinic import TIMEOUT_S, Answer, Clinic, Member
from tests.integration.self_service import add_patient, sync

PRESCRIPTIONS_BOT = "dosespot-prescriptions-sync-bot"
HISTORY_BOT = "dosespot-medication-history-bot"
REPORTED_BOT = "dosespot-self-reported-medications-sync-bot"
ALWAYS = {"start": "2020-01-01", "end": "2099-12-31"}
"""Days in which everything was written that a test writes."""
LORAZEPAM, LISINOPRIL = "Lorazepam", "Lisinopril"


def known_patient(clinic: Clinic, member: Member, **changes: Any) -> tuple[dict[str, Any], int]:
    """A new patient who is in DoseSpot, with the id there."""
    changes.setdefault("name", [{"given": ["Ada"], "family": f"Known{member.npi}"}])
    patient = add_patient(clinic, **changes)
    assert sync(clinic, member, patient).status == 200
    stored = clinic.read(f"Patient/{patient['id']}")
    number = dosespot_patient_id(stored)
    assert number
    return stored, number


def control(clinic: Clinic, method: str, path: str, body: Any = None) -> Any:
    """Changes what DoseSpot has, from behind."""
    reply = clinic.session.request(
        method, f"{clinic.control_url}{path}", json=body, timeout=TIMEOUT_S
    )
    reply.raise_for_status()
    return reply.json()


def drug_id(clinic: Clinic, name: str) -> int:
    """DoseSpot's id of a drug whose name begins so."""
    return int(
        next(one["id"] for one in control(clinic, "GET", "drugs") if one["name"].startswith(name))
    )


def pharmacy_id(clinic: Clinic) -> int:
    """DoseSpot's id of a pharmacy."""
    return int(control(clinic, "GET", "pharmacies")[0]["id"])


def write_prescription(
    clinic: Clinic, member: Member, patient_id: int, drug: str = LISINOPRIL, **order: Any
) -> int:
    """The member writes a prescription in DoseSpot; returns its id."""
    written = {
        "clinician_id": clinic.clinician(member)["id"],
        "drug_id": drug_id(clinic, drug),
        "pharmacy_id": pharmacy_id(clinic),
        "status": "eRxSent",
        **order,
    }
    path = f"patients/{patient_id}/prescriptions"
    return int(control(clinic, "POST", path, written)["id"])


def add_history(clinic: Clinic, patient_id: int, drug: str = LISINOPRIL, **fields: Any) -> int:
    """The network has that a drug was dispensed to a patient; returns the entry's id."""
    added = {"drug_id": drug_id(clinic, drug), "fields": fields}
    return int(control(clinic, "POST", f"patients/{patient_id}/history", added)["id"])


def add_reported(clinic: Clinic, patient_id: int, drug: str = LISINOPRIL, **fields: Any) -> int:
    """The patient reports a drug; returns the entry's id."""
    added = {"drug_id": drug_id(clinic, drug), "fields": fields}
    return int(control(clinic, "POST", f"patients/{patient_id}/reported", added)["id"])


def take_step(clinic: Clinic, prescription: int, step: str) -> None:
    """Somebody takes a step with a prescription."""
    control(clinic, "POST", f"prescriptions/{prescription}/steps/{step}")


def sync_prescriptions(
    clinic: Clinic, member: Member, patient: dict[str, Any], **given: Any
) -> Answer:
    """The member has the chart filled."""
    body = {"patientId": patient["id"], **ALWAYS, **given}
    return clinic.execute(PRESCRIPTIONS_BOT, body, member.token)


def charted(clinic: Clinic, patient: dict[str, Any], kind: str = "MedicationRequest") -> list[Any]:
    """What of a type is in the chart, the oldest first."""
    whose = {"reference": f"Patient/{patient['id']}"}
    found = [
        one
        for one in clinic.sandbox.fhir.resources(kind)
        if whose in (one.get("subject"), one.get("for"))
    ]
    return sorted(found, key=lambda one: one["meta"]["lastUpdated"])
