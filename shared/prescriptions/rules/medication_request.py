"""A prescription as a MedicationRequest, and which parts of one are ours.

Source of elements, systems and codes: Medplum's DoseSpot documentation ("MedicationRequest").
`medicationCodeableConcept` is what its app reads, never `medicationReference`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.drug import dosespot_drug_id
from fhir_profiles.elements import child
from fhir_profiles.patient_identifier import assigner_of
from fhir_profiles.systems import (
    CLINICIAN_IDENTIFIER,
    DOSESPOT_MEDICATION_STATUS,
    DOSESPOT_PHARMACY,
    DOSESPOT_PRESCRIPTION,
    DOSESPOT_PRESCRIPTION_STATUS,
    LAST_FILL,
    NON_DOSESPOT_PRESCRIPTION,
    PRESCRIBED_SCHEDULE,
    RX_REFERENCE_NUMBER,
    SYNCED_PRESCRIPTION,
    UCUM,
)
from shared.prescriptions.rules.owned import (
    Entries,
    Lasting,
    OwnedPart,
    Somebody,
    Whole,
    Within,
    WithinFirst,
    with_key,
)
from shared.prescriptions.rules.prescription import Prescription, Supply
from shared.prescriptions.rules.schedule import schedule_extension
from shared.prescriptions.rules.states import OrderStatus

AUTHOR = "DoseSpot"
"""Who says what our notes say."""

COMMON_PARTS: tuple[OwnedPart, ...] = (
    Whole("status"),
    Whole("intent"),
    Whole("subject"),
    Whole("recorder"),
    Whole("authoredOn"),
    Within("statusReason", [Entries("coding", with_key("system", DOSESPOT_MEDICATION_STATUS))]),
    Entries("note", with_key("authorString", AUTHOR)),
    Within("substitution", [Whole("allowedBoolean")]),
)
SUPPLY_PARTS: tuple[OwnedPart, ...] = (
    Whole("quantity"),
    Whole("numberOfRepeatsAllowed"),
    Whole("expectedSupplyDuration"),
)
MEDICATION = Whole("medicationCodeableConcept")


@dataclass(frozen=True)
class OfThatDrug(Whole):
    """A drug, which stays as it was told if it is the same one by DoseSpot's id."""

    def put(self, parent: Resource, part: Any) -> Resource:
        """See `OwnedPart`."""
        before, now = dosespot_drug_id(child(parent, self.name)), dosespot_drug_id(part or {})
        return parent if now is not None and now == before else super().put(parent, part)


_SAID_PARTS: tuple[OwnedPart, ...] = (
    *COMMON_PARTS,
    Entries(
        "identifier",
        with_key("system", DOSESPOT_PRESCRIPTION, RX_REFERENCE_NUMBER, NON_DOSESPOT_PRESCRIPTION),
    ),
    Entries("extension", with_key("url", DOSESPOT_PRESCRIPTION_STATUS, LAST_FILL)),
    Within("meta", [Entries("profile", lambda one: one == SYNCED_PRESCRIPTION)]),
    Somebody("requester"),
    Whole("priority"),
    Lasting("priorPrescription"),
    WithinFirst("dosageInstruction", [Whole("text")]),
    Within(
        "dispenseRequest",
        [*SUPPLY_PARTS, Within("validityPeriod", [Whole("start")]), Somebody("performer")],
    ),
)
SURE_PARTS: tuple[OwnedPart, ...] = (*_SAID_PARTS, OfThatDrug(MEDICATION.name))
"""What of a MedicationRequest a prescription itself says: not the drug's codes and schedule."""
PRESCRIPTION_PARTS: tuple[OwnedPart, ...] = (
    *_SAID_PARTS,
    MEDICATION,
    Entries("extension", with_key("url", PRESCRIBED_SCHEDULE)),
)
"""What of a MedicationRequest says what DoseSpot says; the rest is others'."""


def medication_request(one: Prescription, patient: str, assigners: Sequence[str] = ()) -> Resource:
    """The MedicationRequest, without an id.

    Args:
        one: the prescription.
        patient: reference of the Patient.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """
    elements = {
        "meta": {"profile": [SYNCED_PRESCRIPTION]},
        "extension": list(_extensions(one)),
        "identifier": list(_identifiers(one, assigners)),
        "status": one.state.status or OrderStatus.UNKNOWN,
        "statusReason": status_reason(one.state.medication_status),
        "intent": "order",
        "priority": "urgent" if one.is_urgent else "",
        "medicationCodeableConcept": one.drug.codeable_concept(),
        "subject": {"reference": patient},
        "authoredOn": one.written,
        "requester": one.prescriber and one.prescriber.as_reference(CLINICIAN_IDENTIFIER),
        "recorder": recorder("dosespot"),
        "note": [{"authorString": AUTHOR, "text": note} for note in one.notes],
        "dosageInstruction": [{"text": one.directions}] if one.directions else [],
        "dispenseRequest": _dispense_request(one),
        "priorPrescription": {"reference": one.replaces} if one.replaces else {},
    }
    if one.may_substitute is not None:
        elements["substitution"] = {"allowedBoolean": one.may_substitute}
    return without_empty({"resourceType": "MedicationRequest", **elements})


def recorder(value: str) -> Resource:
    """By whom a MedicationRequest was recorded; readers know it by the value alone."""
    return {"identifier": {"value": value}}


def status_reason(medication_status: str) -> Resource:
    """Why an order has its status: DoseSpot's medication status; empty if it says none."""
    coding = {"system": DOSESPOT_MEDICATION_STATUS, "code": medication_status}
    return {"coding": [coding]} if medication_status else {}


def supply_elements(supply: Supply) -> Resource:
    """How much is handed out, as elements of `dispenseRequest`; empty where it is unknown."""
    quantity: Resource = {} if supply.quantity is None else {"value": supply.quantity}
    if quantity and supply.unit:
        quantity["unit"] = supply.unit
    days = {"value": supply.days, "unit": "days", "system": UCUM, "code": "d"}
    return without_empty(
        {
            "quantity": quantity,
            "numberOfRepeatsAllowed": supply.refills,
            "expectedSupplyDuration": days if supply.days else {},
        }
    )


def without_empty(elements: Resource) -> Resource:
    """The elements but those that say nothing; false and 0 say something."""
    return {name: value for name, value in elements.items() if value not in (None, "", [], {})}


def _extensions(one: Prescription) -> Iterator[Resource]:
    if one.state.prescription_status:
        yield {"url": DOSESPOT_PRESCRIPTION_STATUS, "valueCode": one.state.prescription_status}
    if one.last_fill:
        yield {"url": LAST_FILL, "valueDateTime": one.last_fill}
    yield from schedule_extension(one.controlled)


def _identifiers(one: Prescription, assigners: Sequence[str]) -> Iterator[Resource]:
    yield {"system": DOSESPOT_PRESCRIPTION, "value": str(one.id), **assigner_of(assigners)}
    if one.reference_number:
        yield {"system": RX_REFERENCE_NUMBER, "value": one.reference_number}
    if one.foreign_id:
        yield {"system": NON_DOSESPOT_PRESCRIPTION, "value": one.foreign_id}


def _dispense_request(one: Prescription) -> Resource:
    return without_empty(
        {
            "validityPeriod": {"start": one.effective} if one.effective else {},
            **supply_elements(one.supply),
            "performer": one.pharmacy and one.pharmacy.as_reference(DOSESPOT_PHARMACY),
        }
    )
