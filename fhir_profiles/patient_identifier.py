"""The DoseSpot patient id on Patient, one for each clinic that knows the patient.

Source: Medplum's DoseSpot documentation, which spells the system with https and, on one page, with
http; both are read, the first is written. The project's own clinic's stands as documented; that of
another clinic names the clinic's Organization as its `assigner`.
"""

from collections.abc import Collection, Sequence

from fhir_profiles import Resource
from fhir_profiles.choice import OVER, TEMPORARY
from fhir_profiles.elements import child, entries, items, positive_number, text, value_text
from fhir_profiles.systems import DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD


def dosespot_patient_id(patient: Resource, assigners: Collection[str] = ()) -> int | None:
    """The DoseSpot id that the Patient carries, or None if it has none but old ones.

    Args:
        patient: raw JSON.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """
    for _, identifier in entries(patient, "identifier"):
        number = positive_number(value_text(identifier, "value"))
        known = identifier.get("system") in (DOSESPOT_PATIENT, DOSESPOT_PATIENT_OLD)
        in_use = identifier.get("use") not in (OVER, TEMPORARY)
        if known and number and in_use and is_assigned_by(identifier, assigners):
            return number
    return None


def with_dosespot_patient_id(
    patient: Resource, patient_id: int, assigners: Sequence[str] = ()
) -> Resource:
    """The Patient with that DoseSpot id; the same object where it has one already.

    The arguments are those of `dosespot_patient_id`.
    """
    if dosespot_patient_id(patient, assigners) is not None:
        return patient
    written = {"system": DOSESPOT_PATIENT, "value": str(patient_id), **assigner_of(assigners)}
    return {**patient, "identifier": [*items(patient, "identifier"), written]}


def assigner_of(assigners: Sequence[str]) -> Resource:
    """What an id says of the clinic that gave it; see `dosespot_patient_id`."""
    return {"assigner": {"reference": assigners[0]}} if assigners else {}


def is_assigned_by(identifier: Resource, assigners: Collection[str]) -> bool:
    """Whether the clinic has given the id; see `dosespot_patient_id`."""
    assigner = text(child(identifier, "assigner").get("reference"))
    return assigner in assigners if assigners else not assigner
