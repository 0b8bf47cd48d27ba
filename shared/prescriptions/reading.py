"""From DoseSpot's words to values of the rules, one prescription at a time."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from fhir_profiles.drug import Drug
from fhir_profiles.elements import text
from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import DrugItem, code_text, drug_of
from shared.dosespot.dispense_units import DISPENSE_UNITS
from shared.dosespot.prescription_wire import PrescriptionItem
from shared.dosespot.reply import read
from shared.prescriptions.rules.moments import fhir_moment
from shared.prescriptions.rules.prescription import Prescription, Supply
from shared.prescriptions.rules.schedule import Controlled, controlled
from shared.prescriptions.rules.states import order_state

_NUMBER = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Known:
    """What is known besides of what prescriptions name by id only.

    Attributes:
        drugs: DoseSpot's drugs, by id.
        pharmacies: where they stand in FHIR, by id.
        pharmacy_states: codes of the states they are in, by id.
        prescribers: where they stand in FHIR, by clinician id.
        patient_state: code of the state where the patient lives, "" if unknown.
        replaced: reference of the MedicationRequest that a prescription replaces, by its id.
    """

    drugs: dict[int, DrugItem] = field(default_factory=dict)
    pharmacies: dict[int, NamedById] = field(default_factory=dict)
    pharmacy_states: dict[int, str] = field(default_factory=dict)
    prescribers: dict[int, NamedById] = field(default_factory=dict)
    patient_state: str = ""
    replaced: dict[int, str] = field(default_factory=dict)


def read_prescription(entry: Any) -> PrescriptionItem | None:
    """A prescription of a list; None if it is none, or has no id."""
    try:
        return read(PrescriptionItem, entry)
    except ValidationError:
        return None


def prescription_of(item: PrescriptionItem, known: Known) -> Prescription:
    """The prescription with everything that is known of what it names."""
    drug = known.drugs.get(item.DispensableDrugId or 0)
    return Prescription(
        id=item.PrescriptionId,
        state=order_state(
            item.Status, item.MedicationStatus, error_ignored=item.ErrorIgnored is True
        ),
        drug=_drug(item, drug),
        directions=text(item.Directions),
        supply=Supply(
            quantity=number(item.Quantity),
            unit=DISPENSE_UNITS.get(item.DispenseUnitId or 0, ""),
            refills=whole(item.Refills),
            days=whole(item.DaysSupply),
        ),
        pharmacy=_party(item.PharmacyId, known.pharmacies),
        prescriber=_party(item.PrescriberId, known.prescribers),
        notes=unique_texts(item.PharmacyNotes, item.Comment),
        may_substitute=None if item.NoSubstitutions is None else not item.NoSubstitutions,
        is_urgent=item.IsUrgent is True,
        controlled=_controlled(item, drug, known),
        written=fhir_moment(item.WrittenDate),
        effective=fhir_moment(item.EffectiveDate),
        last_fill=fhir_moment(item.LastFillDate),
        reference_number=code_text(item.RxReferenceNumber),
        foreign_id=code_text(item.NonDoseSpotPrescriptionId),
        replaces=known.replaced.get(item.PrescriptionId, ""),
    )


def number(given: Any) -> int | float | None:
    """The amount that DoseSpot writes as a string or a number; None for anything else."""
    spelled = text(str(given)) if given is not None else ""
    if not _NUMBER.fullmatch(spelled):
        return None
    amount = float(spelled)
    return int(amount) if amount.is_integer() else amount


def whole(given: Any) -> int | None:
    """The number of times or days that DoseSpot writes; None for anything else."""
    amount = number(given)
    return amount if isinstance(amount, int) else None


def unique_texts(*given: str | None) -> tuple[str, ...]:
    """The texts that say something, each once."""
    return tuple(dict.fromkeys(filter(None, map(text, given))))


def _drug(item: PrescriptionItem, drug: DrugItem | None) -> Drug:
    name = _name(item)
    if drug is not None:
        return drug_of(drug, name)
    return Drug(name or f"Prescription {item.PrescriptionId}", item.DispensableDrugId or None)


def _name(item: PrescriptionItem) -> str:
    """The drug's name as DoseSpot shows it, with the strength where that is not in it."""
    name, strength = text(item.DisplayName), text(item.Strength)
    if not name or not strength or strength.casefold() in name.casefold():
        return name
    return f"{name} {strength}"


def _party(dosespot_id: int | None, known: dict[int, NamedById]) -> NamedById | None:
    if dosespot_id is None or dosespot_id <= 0:
        return None
    return known.get(dosespot_id, NamedById(dosespot_id))


def _controlled(item: PrescriptionItem, drug: DrugItem | None, known: Known) -> Controlled:
    federal = item.Schedule if item.Schedule is not None else drug and drug.Schedule
    return controlled(
        federal,
        _by_state(drug),
        known.pharmacy_states.get(item.PharmacyId or 0, ""),
        known.patient_state,
    )


def _by_state(drug: DrugItem | None) -> Iterable[tuple[str, Any]]:
    for one in (drug and drug.StateSchedule) or ():
        yield text(one.StateName), one.Schedule
