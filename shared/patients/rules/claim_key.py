"""By which key the runs for one patient find each other's claim."""

import hashlib

from shared.records.identity import folded_name
from shared.records.patient import Patient


def claim_key(clinic_id: int, patient: Patient, linked: int | None) -> str:
    """The key of the claim: of DoseSpot's id, or of who the patient is.

    Two Patients of one person meet by it; the digest keeps the person's data out of it.

    Args:
        clinic_id: DoseSpot's number of the clinic.
        patient: what the Patient says.
        linked: the DoseSpot id that the Patient carries, if any.
    """
    if linked is not None:
        return f"patient.{clinic_id}.{linked}"
    names = (patient.first_name, patient.last_name)
    who = (*map(folded_name, names), patient.birth_date, patient.gender)
    digest = hashlib.sha256("\n".join((*who, patient.zip_code[:5])).encode()).hexdigest()
    return f"patient.{clinic_id}.{digest[:32]}"
