"""The DoseSpot patient id on Patient.

Source: Medplum's DoseSpot documentation, which spells the system with https and, on one page, with
http; both are read, the first is written.
"""

from fhir_profiles import Resource
from fhir_profiles.choice import OVER, TEMPORARY
from fhir_profiles.elements import entries, items, positive_number, value_text
from fhir_profiles.systems import DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD


def dosespot_patient_id(patient: Resource) -> int | None:
    """The DoseSpot id that the Patient carries, or None if it has none but old ones."""
    for _, identifier in entries(patient, "identifier"):
        number = positive_number(value_text(identifier, "value"))
        known = identifier.get("system") in (DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD)
        if known and number and identifier.get("use") not in (OVER, TEMPORARY):
            return number
    return None


def with_dosespot_patient_id(patient: Resource, patient_id: int) -> Resource:
    """The Patient with that DoseSpot id; the same object where it has one already."""
    if dosespot_patient_id(patient) is not None:
        return patient
    written = {"system": DOSESPOT_PATIENT, "value": str(patient_id)}
    return {**patient, "identifier": [*items(patient, "identifier"), written]}
