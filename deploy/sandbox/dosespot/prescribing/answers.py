"""How DoseSpot writes prescriptions, drugs, pharmacies and what else is around them.

Pure functions; the switches that concern spelling alone are answered here.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from deploy.sandbox.dosespot import replies
from deploy.sandbox.dosespot.prescribing.allergens import CatalogAllergen
from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.drugs import CatalogDrug
from deploy.sandbox.dosespot.prescribing.pharmacies import CatalogPharmacy
from deploy.sandbox.dosespot.prescribing.sheets import (
    ChartEntry,
    PrescriptionSheet,
    SheetLogLine,
    moment_of,
)
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.replies import Fields
from deploy.sandbox.dosespot.switches import Switches

_ALWAYS = frozenset(
    {
        "PrescriptionId",
        "Status",
        "MedicationStatus",
        "DateTimeStamp",
        "PatientMedicationHistoryId",
        "SelfReportedMedicationId",
        "DispensableDrugId",
        "PharmacyId",
        "IsDefault",
        "DisplayName",
        "StoreName",
    }
)
"""What is told even where every field that may be null is."""

_MOMENTS = frozenset(
    {
        "WrittenDate",
        "EffectiveDate",
        "LastFillDate",
        "DateInactive",
        "DateReported",
        "DatePrescribed",
        "DiscontinuedDate",
        "ExpirationDate",
        "OnsetDate",
        "DateAdded",
        "DateLastUsed",
        "RequestedDate",
        "RequestExpirationDate",
    }
)


def prescription(sheet: PrescriptionSheet, switches: Switches) -> Fields:
    """A prescription, alone or in a list."""
    return _told(_spelled(sheet.record, switches), switches)


def log_line(line: SheetLogLine, switches: Switches) -> Fields:
    """One line of a prescription's log."""
    fields = {
        "Status": line.status,
        "MedicationStatus": line.medication_status,
        "DateTimeStamp": moment(line.at, switches),
        "AdditionalInfo": line.info,
        "User": line.user,
        "Ignored": line.ignored,
        "WasRefillRequest": line.was_refill_request,
    }
    return _told(fields, switches)


def transmission_error(sheet: PrescriptionSheet, switches: Switches) -> Fields:
    """A prescription that could not be sent, as a list of errors has it."""
    last = sheet.log[-1]
    return {
        "PrescriptionId": sheet.id,
        "DateWritten": _spelled(sheet.record, switches)["WrittenDate"],
        "ErrorDateTimeStamp": moment(last.at, switches),
        "ErrorDetails": last.info,
        "PatientId": sheet.patient_id,
        "ClinicId": sheet.clinic_id,
    }


def entry(kept: ChartEntry, switches: Switches) -> Fields:
    """A self-reported medication, an entry of the history, a favorite, or an allergy."""
    return _told(_spelled(kept.record, switches), switches)


def drug_found(drug: CatalogDrug) -> Fields:
    """A drug in the results of a search."""
    return {
        "DispensableDrugId": drug.id,
        "RoutedDoseFormDrugId": drug.id + 10_000,
        "NDC": drug.ndc,
        "RXCUI": drug.rxcui,
        "NameWithRouteDoseForm": drug.display_name,
        "Strength": drug.strength,
        "IsObsolete": "obsolete" in drug.marks,
    }


def drug_selected(drug: CatalogDrug, switches: Switches) -> Fields:
    """Everything about one drug."""
    fields = {
        "DispensableDrugId": drug.id,
        "NDC": drug.ndc,
        "RXCUI": drug.rxcui,
        "DisplayName": drug.display_name,
        "DrugName": drug.name,
        "Route": drug.route,
        "DoseForm": drug.form,
        "Strength": drug.strength,
        "DispenseUnitId": drug.unit,
        "Brand": drug.brand,
        "GenericDrugName": drug.generic,
        "OTC": "otc" in drug.marks,
        "IsObsolete": "obsolete" in drug.marks,
        "DrugClassification": None,
        "Schedule": schedule(drug.schedule, switches),
        "StateSchedule": [
            {"StateName": state, "Schedule": number} for state, number in drug.states.items()
        ],
    }
    return _told(fields, switches)


def pharmacy(store: CatalogPharmacy, switches: Switches) -> Fields:
    """A pharmacy, alone or in a list."""
    fields: Fields = {
        "PharmacyId": store.id,
        "StoreName": store.name,
        "Address1": store.address,
        "Address2": None,
        "City": store.city,
        "State": store.state,
        "ZipCode": store.zip_code,
        "PrimaryPhone": store.phone,
        "PrimaryPhoneType": "Work",
        "PrimaryFax": store.fax,
        "PharmacySpecialties": list(store.specialties),
        "ServiceLevel": store.level,
        "Latitude": None,
        "Longitude": None,
        "NCPDPID": store.ncpdp_id,
    }
    for number in (1, 2, 3):
        fields |= {f"PhoneAdditional{number}": None, f"PhoneAdditionalType{number}": None}
    return _told(fields, switches)


def allergen(known: CatalogAllergen) -> Fields:
    """An allergen in the results of a search."""
    return {
        "Name": known.name,
        "BrandName": known.brand,
        "AllergenId": known.id,
        "AllergenType": known.kind,
        "IsActive": True,
        "AllergenCategory": "CommonAllergens",
        "RxCuis": list(known.rxcuis),
    }


def request(asked: PharmacyRequest, patient: PatientChart, switches: Switches) -> Fields:
    """A pharmacy's request, with the ids of its prescriptions."""
    return {**_spelled(asked.record, switches), "Patient": replies.patient(patient)}


def detailed(short: Fields, sheets: Mapping[int, PrescriptionSheet], switches: Switches) -> Fields:
    """A pharmacy's request with its prescriptions in the place of their ids.

    Args:
        short: as `request` answers it.
        sheets: the prescriptions that it may name.
        switches: how replies are written.
    """
    written = {number: prescription(sheet, switches) for number, sheet in sheets.items()}
    whole: Fields = {}
    for name, value in short.items():
        if name.endswith("PrescriptionId"):
            whole[name.removesuffix("Id")] = written.get(value)
        elif name == "RequestedMedications":
            whole[name] = [written[number] for number in value or ()]
        else:
            whole[name] = value
    return whole


def paged(found: Sequence[Any], number: int, switches: Switches) -> tuple[Sequence[Any], Fields]:
    """The part of a list that is on a page, and where that page stands among the others."""
    size = switches.page_size
    first = (number - 1) * size
    return found[first : first + size], replies.page(number, size, len(found))


def schedule(number: int, switches: Switches) -> int | None:
    """A schedule; what is not controlled has 0, or null."""
    return number if number or switches.not_controlled == "zero" else None


def moment(at: datetime, switches: Switches) -> str | None:
    """A moment, in UTC, which it says or not."""
    return f"{replies.timestamp(at)}{'Z' if switches.dates_with_z else ''}"


def _spelled(record: Fields, switches: Switches) -> Fields:
    fields = dict(record)
    for name in _MOMENTS & fields.keys():
        at = moment_of(fields[name])
        fields[name] = fields[name] if at is None else moment(at, switches)
    if fields.get("Schedule") == 0:
        fields["Schedule"] = schedule(0, switches)
    return fields


def _told(fields: Fields, switches: Switches) -> Fields:
    if not switches.prescribing_fields_as_null:
        return fields
    return {name: value if name in _ALWAYS else None for name, value in fields.items()}
