"""The operations with which a clinic changes what it has of a patient, and its own favorites.

None of them writes or sends a prescription; cancelling asks the pharmacy not to fill one.
"""

from deploy.sandbox.dosespot import patients
from deploy.sandbox.dosespot.clinician import Rejection
from deploy.sandbox.dosespot.operations import (
    NOT_AUTHORIZED,
    ApiCall,
    Operation,
    OperationReply,
    shape,
)
from deploy.sandbox.dosespot.prescribing import answers, charting, progress
from deploy.sandbox.dosespot.prescribing.catalogs import NO_LIST, drug, pharmacy
from deploy.sandbox.dosespot.prescribing.reading import ONE, PATIENT, own_sheet
from deploy.sandbox.dosespot.prescribing.shapes import (
    AddEditPatientPharmacyRequest,
    CancelPrescriptionRequest,
    ClinicPrescriptionFavoriteMedicationRequest,
    FavoriteQuery,
)
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet

_NO_PHARMACY = Rejection("PharmacyId", "Pharmacy not found")
_NO_DRUG = Rejection("DispensableDrugId", "Medication not found")


def add_pharmacy(call: ApiCall) -> OperationReply:
    """POST patients/{id}/pharmacies: a pharmacy for the patient, perhaps as the default one."""
    patient = patients.own(call)
    if isinstance(patient, Rejection):
        return patient
    if pharmacy(call.body.PharmacyId) is None:
        return _NO_PHARMACY
    primary = bool(call.body.SetAsPrimary)
    charting.choose_pharmacy(call.backend, patient.id, call.body.PharmacyId, primary=primary)
    return {}


def remove_pharmacy(call: ApiCall) -> OperationReply:
    """DELETE patients/{id}/pharmacies/{id}: a pharmacy that the patient does not use any more."""
    patient = patients.own(call)
    if isinstance(patient, Rejection):
        return patient
    removed = charting.remove_pharmacy(call.backend, patient.id, call.path_ids[1])
    return {} if removed else _NO_PHARMACY


def give_consent(call: ApiCall) -> OperationReply:
    """POST patients/{id}/medications/history/consent: the patient lets the history be read."""
    patient = patients.own(call)
    if isinstance(patient, Rejection):
        return patient
    at = charting.give_consent(call.backend, patient.id)
    return {"Item": answers.moment(at, call.backend.switches)}


def cancel(call: ApiCall) -> OperationReply:
    """POST patients/{id}/prescriptions/{id}/cancel: asks the pharmacy, which answers later."""
    sheet = own_sheet(call, {})
    if not isinstance(sheet, PrescriptionSheet):
        return sheet
    return progress.ask_to_cancel(call.backend, sheet, call.body.Comment, call.user()) or {}


def add_favorite(call: ApiCall) -> OperationReply:
    """POST clinics/{id}/prescriptionFavorites/coded: a favorite of everybody in the clinic."""
    if not _is_own_clinic(call):
        return NOT_AUTHORIZED
    chosen = drug(call.body.DispensableDrugId)
    if chosen is None:
        return _NO_DRUG
    request = call.body.model_dump()
    return {"Id": charting.add_favorite(call.backend, call.clinic_id, chosen, request)}


def list_favorites(call: ApiCall) -> OperationReply:
    """GET clinics/{id}/prescriptionFavorites: those of the clinic."""
    if not _is_own_clinic(call):
        return NOT_AUTHORIZED
    query: FavoriteQuery = call.body
    name = (query.searchName or "").casefold()
    wanted = query.favoriteType in ("All", "Medication")
    found = [
        each
        for each in call.backend.cabinet.favorites.of(call.clinic_id, 0)
        if wanted and name in f"{each.record['Title']}\n{each.record['MedFullName']}".casefold()
    ]
    switches = call.backend.switches
    sized = switches.model_copy(update={"page_size": query.pageSize or switches.page_size})
    shown, page = answers.paged(found, query.pageNumber, sized)
    return {"Items": [answers.entry(each, switches) for each in shown], "PageResult": page}


def _is_own_clinic(call: ApiCall) -> bool:
    return call.user().active and call.target_id == call.clinic_id


_FAVORITES = "clinics/{clinic_id:int}/prescriptionFavorites"

OPERATIONS = (
    Operation("POST", f"{PATIENT}/pharmacies", add_pharmacy, shape(AddEditPatientPharmacyRequest)),
    Operation("DELETE", f"{PATIENT}/pharmacies/{{pharmacy_id:int}}", remove_pharmacy),
    Operation(
        "POST", f"{PATIENT}/medications/history/consent", give_consent, on_error={"Item": None}
    ),
    Operation("POST", f"{ONE}/cancel", cancel, shape(CancelPrescriptionRequest)),
    Operation(
        "POST",
        f"{_FAVORITES}/coded",
        add_favorite,
        shape(ClinicPrescriptionFavoriteMedicationRequest),
        {"Id": 0},
    ),
    Operation("GET", _FAVORITES, list_favorites, on_error=NO_LIST, query=shape(FavoriteQuery)),
)
