"""The operations with which an administrator looks up, creates and enrolls clinicians.

Each is a function of one `ApiCall`, and does not wait for anything: what it reads is still so when
it writes.
"""

from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter

from deploy.sandbox.dosespot import replies, rules, steps
from deploy.sandbox.dosespot.bodies import (
    AddEditClinicianRequest,
    AddEditClinicRequest,
    DeleteClinicianSupervisorRequest,
    InitializeTfaActivationRequest,
    SupervisorToClinicianRequest,
)
from deploy.sandbox.dosespot.clinician import ClinicianAccount, Rejection, edit
from deploy.sandbox.dosespot.operations import (
    NOT_AUTHORIZED,
    NOT_FOUND,
    ApiCall,
    Operation,
    OperationReply,
    shape,
)
from deploy.sandbox.dosespot.steps import StepOutcome

_NO_KEY = Rejection("Npi", "Either Npi or Dea is required")


def look_up(call: ApiCall) -> OperationReply:
    """GET clinician?npi= or dea=: the id of the one clinician who has it."""
    npi, dea = (call.query.get(name, "").strip() or None for name in ("npi", "dea"))
    if npi is None and dea is None:
        return _NO_KEY
    matches = [each for each in call.backend.directory.matching(npi, dea) if _found(call, each)]
    own = [each for each in matches if each.id == call.session.user_id]
    if not own and not call.is_admin():
        return NOT_AUTHORIZED
    if matches:
        return {"Id": matches[0].id}
    not_found = call.backend.switches.lookup_not_found
    return NOT_FOUND if not_found == "error" else {"Id": 0 if not_found == "zero_id" else None}


def _found(call: ApiCall, clinician: ClinicianAccount) -> bool:
    switches = call.backend.switches
    if switches.lookup_scope == "clinic" and call.clinic_id not in clinician.enrollments:
        return False
    age = call.backend.now() - clinician.created_at
    return age.total_seconds() >= switches.lookup_lag_s


def create(call: ApiCall) -> OperationReply:
    """POST clinicians: a new clinician, linked to the token's clinic."""
    if not call.is_admin():
        return NOT_AUTHORIZED
    outcome = call.backend.create_clinician(call.clinic_id, call.body.model_dump())
    return outcome if isinstance(outcome, Rejection) else {"Id": outcome.id}


def change(call: ApiCall) -> OperationReply:
    """PUT clinicians/{id}: another record for a clinician of the token's clinic."""
    clinician = call.writable()
    if isinstance(clinician, Rejection):
        return clinician
    record = call.body.model_dump()
    refusal = call.backend.record_refusal(record, clinician.id)
    if refusal is not None:
        return refusal
    if call.backend.switches.put_semantics == "merge":
        record = call.body.merged_into(clinician.record)
    call.backend.directory.put(edit(clinician, call.clinic_id, record))
    return {}


def read(call: ApiCall) -> OperationReply:
    """GET clinicians/{id}: the record and what became of it."""
    clinician = call.readable()
    if isinstance(clinician, Rejection):
        return clinician
    return {"Item": replies.clinician(clinician, call.clinic_id, call.backend.switches)}


def read_status(call: ApiCall) -> OperationReply:
    """GET clinicians/{id}/registrationStatus: the last step reached in the token's clinic."""
    clinician = call.readable()
    if isinstance(clinician, Rejection):
        return clinician
    name = "NotApplicable"
    enrollment = clinician.enrollments.get(call.clinic_id)
    if enrollment is not None:
        name, later = steps.read_status(enrollment, call.backend.now())
        if later != enrollment:
            call.keep(clinician, later)
    return {"Item": replies.status(name, call.backend.switches)}


def read_agreements(call: ApiCall) -> OperationReply:
    """GET clinicians/{id}/legalAgreements: those with the token's clinic."""
    clinician = call.readable()
    if isinstance(clinician, Rejection):
        return clinician
    enrollment = clinician.enrollments.get(call.clinic_id)
    if enrollment is None:
        return {"Items": []}
    return {"Items": replies.agreements(enrollment, call.backend.switches)}


def init_idp(call: ApiCall) -> OperationReply:
    """POST clinicians/{id}/idpInit: lets the clinician begin identity proofing."""
    clinician = call.writable()
    if isinstance(clinician, Rejection):
        return clinician
    enrollment = clinician.enrollments[call.clinic_id]
    return _initialize(call, clinician, steps.init_idp(enrollment, again=_again(call)))


def init_tfa(call: ApiCall) -> OperationReply:
    """POST clinicians/{id}/initTfaActivate: lets the clinician set up the second factor."""
    clinician = call.writable()
    if isinstance(clinician, Rejection):
        return clinician
    enrollment = clinician.enrollments[call.clinic_id]
    return _initialize(
        call, clinician, steps.init_tfa(enrollment, call.body.TfaTypeId, again=_again(call))
    )


def _again(call: ApiCall) -> bool:
    return call.backend.switches.repeated_init == "accept"


def _initialize(call: ApiCall, clinician: ClinicianAccount, outcome: StepOutcome) -> OperationReply:
    refusal = steps.epcs_refusal(clinician)
    return refusal or _keep_delayed(call, clinician, outcome)


def init_tfa_deactivation(call: ApiCall) -> OperationReply:
    """POST clinicians/{id}/initTfaDeactivate: lets the clinician give the second factor up."""
    clinician = call.writable()
    if isinstance(clinician, Rejection):
        return clinician
    enrollment = clinician.enrollments[call.clinic_id]
    return _keep_delayed(call, clinician, steps.init_tfa_deactivation(enrollment))


def _keep_delayed(
    call: ApiCall, clinician: ClinicianAccount, outcome: StepOutcome
) -> OperationReply:
    before, switches = clinician.enrollments[call.clinic_id], call.backend.switches
    at = call.backend.now()
    until = at + timedelta(seconds=switches.status_lag_s)
    outcome = steps.delayed(before, outcome, reads=switches.status_lag_reads, until=until, at=at)
    return call.keep(clinician, outcome)


def add_supervisors(call: ApiCall) -> OperationReply:
    """PUT clinicians/{id}/supervisors: who supervises the clinician, clinic by clinic."""
    chosen = {entry.ClinicId: entry.SupervisorId for entry in call.body}
    for supervisor_id in chosen.values():
        if supervisor_id is not None and call.backend.directory.get(supervisor_id) is None:
            return Rejection("SupervisorId", "Supervisor not found")
    return _supervise(call, chosen)


def remove_supervisors(call: ApiCall) -> OperationReply:
    """DELETE clinicians/{id}/supervisors: nobody supervises in these clinics any more."""
    return _supervise(call, dict.fromkeys(call.body.ClinicIds))


def _supervise(call: ApiCall, chosen: dict[int, int | None]) -> OperationReply:
    clinician = call.writable()
    if isinstance(clinician, Rejection):
        return clinician
    for clinic_id, supervisor_id in chosen.items():
        enrollment = clinician.enrollments.get(clinic_id)
        if enrollment is None:
            return Rejection("ClinicId", "Clinician is not linked to this clinic")
        changed = enrollment.model_copy(update={"supervisor_id": supervisor_id})
        clinician = clinician.linked(clinic_id, changed)
    call.backend.directory.put(clinician)
    return {}


def reset_pin(call: ApiCall) -> OperationReply:
    """POST clinicians/{id}/resetPin: the clinician has no PIN any more."""
    clinician = call.writable()
    if isinstance(clinician, Rejection):
        return clinician
    call.backend.directory.put(clinician.model_copy(update={"pin_hash": None}))
    return {}


def create_clinic(call: ApiCall) -> OperationReply:
    """POST clinics: a new clinic, which the caller is linked to in the same roles."""
    if not call.is_admin():
        return NOT_AUTHORIZED
    record = call.body.model_dump()
    refusal = rules.clinic_refusal(record)
    if refusal is not None:
        return refusal
    live = call.backend.switches.new_clinics == "live"
    clinic_id, key = call.backend.accounts.add_clinic(record, live=live)
    for clinician_id in {call.session.user_id, call.session.authority_id}:
        clinician = call.backend.directory.get(clinician_id)
        if clinician is not None:
            roles = list(clinician.enrollments[call.clinic_id].roles)
            enrollment = call.backend.directory.unsigned(roles)
            call.backend.directory.put(clinician.linked(clinic_id, enrollment))
    return {"ClinicId": clinic_id, "ClinicKey": key}


_NO_ID: dict[str, Any] = {"Id": 0}
_NO_ITEM: dict[str, Any] = {"Item": None}
_ONE = "clinicians/{clinician_id:int}"

OPERATIONS = (
    Operation("GET", "clinician", look_up, on_error=_NO_ID),
    Operation("POST", "clinicians", create, shape(AddEditClinicianRequest), _NO_ID),
    Operation("PUT", _ONE, change, shape(AddEditClinicianRequest)),
    Operation("GET", _ONE, read, on_error=_NO_ITEM),
    Operation("GET", f"{_ONE}/registrationStatus", read_status, on_error=_NO_ITEM),
    Operation("GET", f"{_ONE}/legalAgreements", read_agreements, on_error={"Items": []}),
    Operation("POST", f"{_ONE}/idpInit", init_idp),
    Operation("POST", f"{_ONE}/initTfaActivate", init_tfa, shape(InitializeTfaActivationRequest)),
    Operation("POST", f"{_ONE}/initTfaDeactivate", init_tfa_deactivation),
    Operation(
        "PUT",
        f"{_ONE}/supervisors",
        add_supervisors,
        TypeAdapter(list[SupervisorToClinicianRequest]),
    ),
    Operation(
        "DELETE",
        f"{_ONE}/supervisors",
        remove_supervisors,
        shape(DeleteClinicianSupervisorRequest),
    ),
    Operation("POST", f"{_ONE}/resetPin", reset_pin),
    Operation(
        "POST",
        "clinics",
        create_clinic,
        shape(AddEditClinicRequest),
        {"ClinicId": 0, "ClinicKey": None},
    ),
)
