"""The operations with which an administrator looks after clinics, and after who works at them.

As in `admin`, each is a function of one `ApiCall` and waits for nothing. A clinic is created in
`admin`.
"""

from deploy.sandbox.dosespot import rules
from deploy.sandbox.dosespot.bodies import (
    AddEditClinicRequest,
    ClinicianAddMultipleClinicsRequest,
    ClinicRemoveMultipleCliniciansRequest,
)
from deploy.sandbox.dosespot.clinician import (
    CLINICIAN_ADMIN,
    ClinicianAccount,
    Rejection,
    unlinked,
)
from deploy.sandbox.dosespot.operations import (
    NOT_AUTHORIZED,
    NOT_FOUND,
    ApiCall,
    Operation,
    OperationReply,
    Several,
    shape,
)

NO_CLINIC = Rejection("ClinicId", "Clinic not found")
LINKED = Rejection("ClinicId", "Clinician is already linked to this clinic")
NOT_LINKED = Rejection("ClinicId", "Clinician is not linked to this clinic")


def read_clinic(call: ApiCall) -> OperationReply:
    """GET clinics/{id}: a clinic that the caller administers; never its key."""
    clinic_id = call.target_id or 0
    refusal = _refusal(call, clinic_id)
    if refusal is not None:
        return refusal
    return {"Clinic": {"ClinicId": clinic_id, **(call.backend.accounts.clinic(clinic_id) or {})}}


def change_clinic(call: ApiCall) -> OperationReply:
    """PUT clinics/{id}: another record for a clinic that the caller administers."""
    clinic_id, record = call.target_id or 0, call.body.model_dump()
    refusal = _refusal(call, clinic_id) or rules.clinic_refusal(record)
    if refusal is not None:
        return refusal
    call.backend.accounts.change_clinic(clinic_id, record=record)
    return {}


def list_clinics(call: ApiCall) -> OperationReply:
    """GET clinicians/{id}/clinicIds: the clinics that a clinician is linked to."""
    clinician = call.readable()
    if isinstance(clinician, Rejection):
        return clinician
    status = call.query.get("clinicStatus", "All")
    return {
        "Items": [
            {"ClinicId": number}
            for number in clinician.enrollments
            if status == "All" or _is_active(call, number) is (status == "Active")
        ]
    }


def link(call: ApiCall) -> OperationReply:
    """POST clinicians/{id}/clinics: links a clinician to clinics, with an answer for each."""
    return Several(tuple(_linked(call, number) for number in call.body.ClinicIds))


def unlink(call: ApiCall) -> OperationReply:
    """DELETE clinics/{id}/clinicians: takes clinicians out, with an answer for each."""
    return Several(tuple(_unlinked(call, number) for number in call.body.ClinicianIds))


def _linked(call: ApiCall, clinic_id: int) -> Rejection | None:
    clinician = call.backend.directory.get(call.target_id or 0)
    refusal = _refusal(call, clinic_id)
    if refusal is not None or clinician is None:
        return refusal or NOT_FOUND
    if clinic_id in clinician.enrollments:
        return LINKED
    roles = next((list(one.roles) for one in clinician.enrollments.values()), [])
    enrollment = call.backend.directory.unsigned(roles)
    call.backend.directory.put(clinician.linked(clinic_id, enrollment))
    return None


def _unlinked(call: ApiCall, clinician_id: int) -> Rejection | None:
    clinic_id = call.target_id or 0
    clinician = call.backend.directory.get(clinician_id)
    refusal = _refusal(call, clinic_id)
    if refusal is not None or clinician is None:
        return refusal or NOT_FOUND
    if clinic_id not in clinician.enrollments:
        return NOT_LINKED
    call.backend.directory.put(unlinked(clinician, clinic_id))
    return None


def _refusal(call: ApiCall, clinic_id: int) -> Rejection | None:
    """Why the caller may not touch a clinic, None if they may."""
    if call.backend.accounts.clinic(clinic_id) is None:
        return NO_CLINIC
    authority = call.backend.directory.get(call.session.authority_id)
    is_admin = authority is not None and _administers(authority, clinic_id)
    return None if is_admin and call.is_admin() else NOT_AUTHORIZED


def _administers(clinician: ClinicianAccount, clinic_id: int) -> bool:
    enrollment = clinician.enrollments.get(clinic_id)
    return enrollment is not None and CLINICIAN_ADMIN in enrollment.roles


def _is_active(call: ApiCall, clinic_id: int) -> bool:
    return (call.backend.accounts.clinic(clinic_id) or {}).get("Active") is not False


_CLINIC, _CLINICIAN = "clinics/{clinic_id:int}", "clinicians/{clinician_id:int}"

OPERATIONS = (
    Operation("GET", _CLINIC, read_clinic, on_error={"Clinic": None}),
    Operation("PUT", _CLINIC, change_clinic, shape(AddEditClinicRequest)),
    Operation("GET", f"{_CLINICIAN}/clinicIds", list_clinics, on_error={"Items": []}),
    Operation("POST", f"{_CLINICIAN}/clinics", link, shape(ClinicianAddMultipleClinicsRequest)),
    Operation(
        "DELETE", f"{_CLINIC}/clinicians", unlink, shape(ClinicRemoveMultipleCliniciansRequest)
    ),
)
