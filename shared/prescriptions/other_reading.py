"""The network's history and self-reported medications, from DoseSpot's words to values."""

from typing import Any

from pydantic import ValidationError

from fhir_profiles.drug import Drug
from fhir_profiles.elements import text
from shared.dosespot.catalog_wire import code_text
from shared.dosespot.dispense_units import DISPENSE_UNITS
from shared.dosespot.prescription_wire import HistoryItem, SelfReportedItem
from shared.dosespot.reply import read
from shared.prescriptions.reading import number, unique_texts, whole
from shared.prescriptions.rules.moments import fhir_moment
from shared.prescriptions.rules.other_medications import OtherMedication, diagnosis_code
from shared.prescriptions.rules.prescription import Supply
from shared.prescriptions.rules.schedule import controlled
from shared.prescriptions.rules.states import reported_state


def read_history(entry: Any) -> OtherMedication | None:
    """A medication of the history; None if it has no id."""
    try:
        item = read(HistoryItem, entry)
    except ValidationError:
        return None
    name = text(item.DisplayName) or text(item.GenericDrugName)
    unit = text(item.DispenseUnitDescription) or DISPENSE_UNITS.get(item.DispenseUnitId or 0, "")
    diagnosis, qualifier = map(code_text, (item.DiagnosisCode, item.DiagnosisQualifier))
    return OtherMedication(
        id=str(item.PatientMedicationHistoryId),
        drug=Drug(
            name or f"Medication {item.PatientMedicationHistoryId}",
            item.DispensableDrugId or None,
            code_text(item.NDC),
            code_text(item.RxCUI),
        ),
        directions=text(item.Directions),
        route=text(item.Route),
        supply=Supply(number(item.Quantity), unit, whole(item.Refills), whole(item.DaysSupply)),
        diagnosis=diagnosis_code(diagnosis, qualifier),
        notes=unique_texts(item.PharmacyNotes),
        may_substitute=None if item.NoSubstitutions is None else not item.NoSubstitutions,
        controlled=controlled(item.Schedule, ()),
        written=fhir_moment(item.WrittenDate),
        effective=fhir_moment(item.EffectiveDate),
        last_fill=fhir_moment(item.LastFillDate),
    )


def read_reported(entry: Any) -> OtherMedication | None:
    """A medication that the patient reports; None if it has no id."""
    try:
        item = read(SelfReportedItem, entry)
    except ValidationError:
        return None
    unit = text(item.DispenseUnitType) or DISPENSE_UNITS.get(item.DispenseUnitTypeId or 0, "")
    return OtherMedication(
        id=str(item.SelfReportedMedicationId),
        drug=Drug(
            text(item.DisplayName) or f"Medication {item.SelfReportedMedicationId}",
            item.DispensableDrugID or None,
            code_text(item.NDC),
        ),
        state=reported_state(item.Status),
        directions=text(item.Directions) or text(item.DosageText),
        route=text(item.Route),
        supply=Supply(number(item.Quantity), unit, whole(item.Refills), whole(item.DaysSupply)),
        notes=unique_texts(item.Comment),
        controlled=controlled(item.Schedule, ()),
        written=fhir_moment(item.DateReported),
        effective=fhir_moment(item.DatePrescribed),
    )
