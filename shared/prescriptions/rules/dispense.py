"""What a pharmacy says of handing a drug out, as a MedicationDispense.

DoseSpot tells that a drug was handed out, in full or in part, or not at all; not how much, and only
by the last date when. Each of the three is a resource of its own, so that what was handed out in
part before the rest stays in the chart.
"""

from collections.abc import Mapping
from types import MappingProxyType

from fhir_profiles import Resource
from fhir_profiles.systems import DOSESPOT_PHARMACY, FILL
from shared.prescriptions.rules.medication_request import without_empty
from shared.prescriptions.rules.owned import Entries, OwnedPart, Whole, with_key
from shared.prescriptions.rules.prescription import Prescription
from shared.prescriptions.rules.states import Fill

COMPLETED = "completed"

_STATUSES: Mapping[Fill, str] = MappingProxyType(
    {Fill.FULL: COMPLETED, Fill.PARTIAL: "in-progress", Fill.NONE: "declined"}
)
_NAMES: Mapping[Fill, str] = MappingProxyType(
    {Fill.PARTIAL: "Partial fill", Fill.NONE: "Not filled"}
)

STATUS_ONLY: tuple[OwnedPart, ...] = (Whole("status"),)
DISPENSE_PARTS: tuple[OwnedPart, ...] = (
    *STATUS_ONLY,
    Entries("identifier", with_key("system", FILL)),
    Whole("medicationCodeableConcept"),
    Whole("subject"),
    Whole("performer"),
    Whole("authorizingPrescription"),
    Whole("type"),
    Whole("whenHandedOver"),
)
"""What of a MedicationDispense says what DoseSpot says."""


def fill_key(prescription_id: int, fill: Fill) -> str:
    """By what a MedicationDispense is known."""
    return f"{prescription_id}.{fill}"


def dispense(one: Prescription, fill: Fill, order: str, patient: str) -> Resource:
    """The MedicationDispense, without an id.

    Args:
        one: the prescription.
        fill: what was handed out.
        order: reference of its MedicationRequest.
        patient: reference of the Patient.
    """
    actor = one.pharmacy and one.pharmacy.as_reference(DOSESPOT_PHARMACY)
    return without_empty(
        {
            "resourceType": "MedicationDispense",
            "identifier": [{"system": FILL, "value": fill_key(one.id, fill)}],
            "status": _STATUSES[fill],
            "type": {"text": _NAMES[fill]} if fill in _NAMES else {},
            "medicationCodeableConcept": one.drug.codeable_concept(),
            "subject": {"reference": patient},
            "performer": [{"actor": actor}] if actor else [],
            "authorizingPrescription": [{"reference": order}],
            "whenHandedOver": "" if fill is Fill.NONE else one.last_fill,
        }
    )
