"""Changes what is kept beside a patient's prescriptions, and a clinic's favorites."""

from datetime import datetime
from typing import Any

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.prescribing.cabinet import Drawer
from deploy.sandbox.dosespot.prescribing.drugs import DISPENSE_UNITS, CatalogDrug
from deploy.sandbox.dosespot.prescribing.orders import found
from deploy.sandbox.dosespot.prescribing.sheets import ChartEntry

REPORTED_FIELDS = (
    "SelfReportedMedicationId",
    "DateReported",
    "DatePrescribed",
    "DisplayName",
    "DispenseUnitType",
    "DosageText",
    "Directions",
    "DaysSupply",
    "Dispense",
    "Quantity",
    "DispenseUnitTypeId",
    "Refills",
    "Comment",
    "Status",
    "DiscontinuedDate",
    "Schedule",
    "Encounter",
    "DispensableDrugID",
    "RoutedDoseFormDrugID",
    "OTC",
    "NDC",
    "DoseForm",
    "Route",
    "Strength",
)
HISTORY_FIELDS = (
    "PatientMedicationHistoryId",
    "PharmacyNotes",
    "NoSubstitutions",
    "EffectiveDate",
    "LastFillDate",
    "Payer",
    "DaysSupply",
    "Directions",
    "DispenseUnitDescription",
    "DispenseUnitId",
    "Quantity",
    "Refills",
    "WrittenDate",
    "DiagnosisCode",
    "DiagnosisQualifier",
    "DoseForm",
    "Route",
    "Strength",
    "GenericDrugName",
    "DispensableDrugId",
    "Brand",
    "RxCUI",
    "OTC",
    "NDC",
    "Schedule",
    "DisplayName",
    "DrugClassification",
    "ExpirationDate",
)


def add_reported(
    backend: DoseSpotBackend, patient_id: int, drug: CatalogDrug, fields: dict[str, Any]
) -> ChartEntry:
    """A medication that the patient says they take.

    Args:
        backend: where it is kept.
        patient_id: whose it is.
        drug: which one.
        fields: values of the reply that replace what follows from the rest.

    Raises:
        NotKept: there is no such patient.
    """
    number = backend.cabinet.reported.next_id()
    record = {
        **dict.fromkeys(REPORTED_FIELDS),
        "SelfReportedMedicationId": number,
        "DateReported": backend.now().isoformat(),
        "DisplayName": drug.display_name,
        "DispenseUnitType": DISPENSE_UNITS[drug.unit],
        "DispenseUnitTypeId": drug.unit,
        "Status": "Active",
        "Schedule": drug.schedule,
        "DispensableDrugID": drug.id,
        "OTC": "otc" in drug.marks,
        "NDC": drug.ndc,
        "DoseForm": drug.form,
        "Route": drug.route,
        "Strength": drug.strength,
    }
    return _add(backend, backend.cabinet.reported, patient_id, number, {**record, **fields})


def add_history(
    backend: DoseSpotBackend, patient_id: int, drug: CatalogDrug, fields: dict[str, Any]
) -> ChartEntry:
    """A fill that the network knows of; for the arguments see `add_reported`.

    Raises:
        NotKept: there is no such patient.
    """
    number, at = backend.cabinet.history.next_id(), backend.now().isoformat()
    record = {
        **dict.fromkeys(HISTORY_FIELDS),
        "PatientMedicationHistoryId": number,
        "WrittenDate": at,
        "LastFillDate": at,
        "DispenseUnitDescription": DISPENSE_UNITS[drug.unit],
        "DispenseUnitId": drug.unit,
        "Quantity": "30",
        "Refills": "0",
        "DoseForm": drug.form,
        "Route": drug.route,
        "Strength": drug.strength,
        "GenericDrugName": drug.generic,
        "DispensableDrugId": drug.id,
        "Brand": drug.brand,
        "RxCUI": str(drug.rxcui),
        "OTC": "otc" in drug.marks,
        "NDC": drug.ndc,
        "Schedule": drug.schedule,
        "DisplayName": drug.display_name,
    }
    return _add(backend, backend.cabinet.history, patient_id, number, {**record, **fields})


def add_allergy(backend: DoseSpotBackend, patient_id: int, fields: dict[str, Any]) -> ChartEntry:
    """An allergy of a patient, with these values of the reply.

    Raises:
        NotKept: there is no such patient.
    """
    number = backend.cabinet.allergies.next_id()
    record = {
        "PatientAllergyId": number,
        "DisplayName": None,
        "AllergenId": None,
        "AllergenType": None,
        "Reaction": None,
        "ReactionType": "Allergy",
        "StatusType": "Active",
        "OnsetDate": None,
        "LastUpdatedUserId": None,
    }
    return _add(backend, backend.cabinet.allergies, patient_id, number, {**record, **fields})


def choose_pharmacy(
    backend: DoseSpotBackend, patient_id: int, pharmacy_id: int, *, primary: bool
) -> None:
    """A pharmacy for a patient; the first one is the default, and so is a later primary one.

    Raises:
        NotKept: there is no such patient.
    """
    known = {each.record["PharmacyId"]: each for each in _chosen(backend, patient_id)}
    current = [each for each in known.values() if not each.record["Removed"]]
    primary = primary or not current
    for each in current if primary else ():
        if each.record["IsDefault"] and each.record["PharmacyId"] != pharmacy_id:
            _change(backend, each, IsDefault=False)
    chosen = known.get(pharmacy_id)
    if chosen is None:
        record = {"PharmacyId": pharmacy_id, "IsDefault": primary, "Removed": False}
        drawer = backend.cabinet.pharmacies
        _add(backend, drawer, patient_id, drawer.next_id(), record)
    else:
        is_default = primary or bool(chosen.record["IsDefault"])
        _change(backend, chosen, IsDefault=is_default, Removed=False)


def remove_pharmacy(backend: DoseSpotBackend, patient_id: int, pharmacy_id: int) -> bool:
    """Takes a pharmacy from a patient, and answers whether the patient had it.

    Raises:
        NotKept: there is no such patient.
    """
    for each in _chosen(backend, patient_id):
        if each.record["PharmacyId"] == pharmacy_id and not each.record["Removed"]:
            _change(backend, each, IsDefault=False, Removed=True)
            return True
    return False


def give_consent(backend: DoseSpotBackend, patient_id: int) -> datetime:
    """The patient lets the clinic read their medication history, from that moment on.

    Raises:
        NotKept: there is no such patient.
    """
    drawer, at = backend.cabinet.consents, backend.now()
    _add(backend, drawer, patient_id, drawer.next_id(), {"At": at.isoformat()})
    return at


def add_favorite(
    backend: DoseSpotBackend, clinic_id: int, drug: CatalogDrug, request: dict[str, Any]
) -> int:
    """A favorite of a clinic, as its request describes it; answers its id."""
    number = backend.cabinet.favorites.next_id()
    own = {name: value for name, value in request.items() if name != "SpecialtyType"}
    record = {
        **own,
        "ClinicFavoritePrescriptionId": number,
        "MedDisplayName": drug.display_name,
        "MedFullName": f"{drug.display_name} {drug.strength}",
        "MedStrengthString": drug.strength,
        "DateAdded": backend.now().isoformat(),
        "DateLastUsed": None,
        "IsSupply": False,
        "IsCompound": False,
        "SourceClinicId": clinic_id,
    }
    entry = ChartEntry(id=number, clinic_id=clinic_id, patient_id=0, record=record)
    backend.cabinet.favorites.put(entry)
    return number


def set_entry(drawer: Drawer[ChartEntry], entry_id: int, fields: dict[str, Any]) -> ChartEntry:
    """Gives an entry any values, sensible or not.

    Raises:
        NotKept: there is no such entry.
    """
    entry = found(drawer.get(entry_id), "entry")
    changed = entry.model_copy(update={"record": {**entry.record, **fields}})
    drawer.put(changed)
    return changed


def _chosen(backend: DoseSpotBackend, patient_id: int) -> list[ChartEntry]:
    patient = found(backend.register.find(patient_id), "patient")
    return backend.cabinet.pharmacies.of(patient.clinic_id, patient_id)


def _change(backend: DoseSpotBackend, entry: ChartEntry, **fields: Any) -> None:
    set_entry(backend.cabinet.pharmacies, entry.id, fields)


def _add(
    backend: DoseSpotBackend,
    drawer: Drawer[ChartEntry],
    patient_id: int,
    number: int,
    record: dict[str, Any],
) -> ChartEntry:
    patient = found(backend.register.find(patient_id), "patient")
    entry = ChartEntry(id=number, clinic_id=patient.clinic_id, patient_id=patient_id, record=record)
    drawer.put(entry)
    return entry
