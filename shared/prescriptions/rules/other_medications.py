"""The network's history and what patients report themselves, as MedicationRequests.

Neither is an order of this practice: the history has the intent `original-order`, what is reported
the intent `plan` (Medplum's DoseSpot documentation, "Medication history"). The history does not say
whether something is still taken, so its status is `unknown`.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.drug import Drug
from fhir_profiles.elements import entries
from fhir_profiles.systems import (
    DOSESPOT_HISTORY,
    DOSESPOT_SELF_REPORTED,
    ICD10,
    LAST_FILL,
    PRESCRIBED_SCHEDULE,
)
from shared.prescriptions.rules.medication_request import (
    AUTHOR,
    COMMON_PARTS,
    MEDICATION,
    SUPPLY_PARTS,
    recorder,
    status_reason,
    supply_elements,
    without_empty,
)
from shared.prescriptions.rules.owned import (
    Entries,
    OwnedPart,
    Whole,
    Within,
    WithinFirst,
    with_key,
)
from shared.prescriptions.rules.prescription import Supply
from shared.prescriptions.rules.schedule import Controlled, schedule_extension
from shared.prescriptions.rules.states import OrderState, OrderStatus

_ICD10 = re.compile(r"([A-Z]\d[0-9A-Z])\.?([0-9A-Z]{0,4})", re.ASCII)
_ICD9_QUALIFIERS = frozenset({"DX", "ICD9", "ICD-9", "ICD9CM", "ICD-9-CM"})
"""How pharmacies mark a code of the ninth revision, whose codes can look like the tenth's."""


@dataclass(frozen=True)
class OtherMedication:
    """A medication that was not ordered here. Empty texts mean that nothing is said of it.

    Attributes:
        id: DoseSpot's, as text, because the history's have up to 19 digits.
        drug: what it is.
        state: what DoseSpot says of it; None for the history, which says nothing.
        directions: for the patient, in words.
        route: how it is taken.
        supply: how much.
        diagnosis: code of why it was prescribed, as the history has it.
        notes: about it.
        may_substitute: whether the pharmacy may hand out a generic; None if that is unknown.
        controlled: how strictly the drug is controlled.
        written: when it was written, or reported, as a FHIR dateTime.
        effective: when it may first be dispensed.
        last_fill: when it was last dispensed.
    """

    id: str
    drug: Drug
    state: OrderState | None = None
    directions: str = ""
    route: str = ""
    supply: Supply = field(default_factory=Supply)
    diagnosis: str = ""
    notes: tuple[str, ...] = ()
    may_substitute: bool | None = None
    controlled: Controlled = field(default_factory=Controlled)
    written: str = ""
    effective: str = ""
    last_fill: str = ""


def _is_icd10(reason: Any) -> bool:
    codings = entries(reason, "coding") if isinstance(reason, dict) else ()
    return any(coding.get("system") == ICD10 for _, coding in codings)


_PARTS: tuple[OwnedPart, ...] = (
    *COMMON_PARTS,
    MEDICATION,
    Entries("extension", with_key("url", LAST_FILL, PRESCRIBED_SCHEDULE)),
    Entries("reasonCode", _is_icd10),
    Whole("reportedBoolean"),
    WithinFirst("dosageInstruction", [Whole("text"), Whole("route")]),
    Within("dispenseRequest", [*SUPPLY_PARTS, Within("validityPeriod", [Whole("start")])]),
)
HISTORY_PARTS: tuple[OwnedPart, ...] = (
    *_PARTS,
    Entries("identifier", with_key("system", DOSESPOT_HISTORY)),
)
REPORTED_PARTS: tuple[OwnedPart, ...] = (
    *_PARTS,
    Entries("identifier", with_key("system", DOSESPOT_SELF_REPORTED)),
)


def history_request(one: OtherMedication, patient: str) -> Resource:
    """A medication of the history as a MedicationRequest, without an id."""
    return _request(one, patient, DOSESPOT_HISTORY, "original-order", "surescripts")


def reported_request(one: OtherMedication, patient: str) -> Resource:
    """A medication that the patient reports as a MedicationRequest, without an id."""
    told = _request(one, patient, DOSESPOT_SELF_REPORTED, "plan", "dosespot")
    return {**told, "reportedBoolean": True}


def diagnosis_code(code: str, qualifier: str) -> str:
    """The ICD-10-CM code that a history names, with its period; "" if it is none."""
    found = _ICD10.fullmatch(code.strip().upper())
    if found is None or qualifier.strip().upper() in _ICD9_QUALIFIERS:
        return ""
    return f"{found[1]}.{found[2]}" if found[2] else found[1]


def _request(
    one: OtherMedication, patient: str, system: str, intent: str, recorded_by: str
) -> Resource:
    status = one.state.status if one.state else None
    reason = {"coding": [{"system": ICD10, "code": one.diagnosis}]}
    route = {"text": one.route} if one.route else {}
    dosage = without_empty({"text": one.directions, "route": route})
    supply = {
        "validityPeriod": {"start": one.effective} if one.effective else {},
        **supply_elements(one.supply),
    }
    last_fill = [{"url": LAST_FILL, "valueDateTime": one.last_fill}] if one.last_fill else []
    elements = {
        "identifier": [{"system": system, "value": one.id}],
        "extension": [*last_fill, *schedule_extension(one.controlled)],
        "status": status or OrderStatus.UNKNOWN,
        "statusReason": status_reason(one.state.medication_status) if one.state else {},
        "intent": intent,
        "medicationCodeableConcept": one.drug.codeable_concept(),
        "subject": {"reference": patient},
        "authoredOn": one.written,
        "recorder": recorder(recorded_by),
        "reasonCode": [reason] if one.diagnosis else [],
        "note": [{"authorString": AUTHOR, "text": note} for note in one.notes],
        "dosageInstruction": [dosage] if dosage else [],
        "dispenseRequest": without_empty(supply),
    }
    if one.may_substitute is not None:
        elements["substitution"] = {"allowedBoolean": one.may_substitute}
    return without_empty({"resourceType": "MedicationRequest", **elements})
