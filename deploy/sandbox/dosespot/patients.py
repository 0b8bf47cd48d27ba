"""The operations on patients, for any active clinician of the token's clinic.

A clinic sees and changes its own patients alone; those of others do not exist for it.
"""

from typing import Any

from deploy.sandbox.dosespot import replies, rules
from deploy.sandbox.dosespot.bodies import AddEditPatientRequest, PatientSearch
from deploy.sandbox.dosespot.clinician import Rejection
from deploy.sandbox.dosespot.operations import (
    NOT_AUTHORIZED,
    ApiCall,
    Operation,
    OperationReply,
    shape,
)
from deploy.sandbox.dosespot.register import PatientChart

PAGE_SIZE = 50

NOT_FOUND = Rejection("PatientId", "Patient not found")


def create(call: ApiCall) -> OperationReply:
    """POST patients: a new patient of the token's clinic."""
    if not call.user().active:
        return NOT_AUTHORIZED
    record = call.body.model_dump()
    now = call.backend.now()
    refusal = rules.patient_refusal(record, now.date())
    if refusal is not None:
        return refusal
    added = call.backend.register.add(call.clinic_id, record, now, call.session.user_id)
    return {"Id": added.id}


def change(call: ApiCall) -> OperationReply:
    """PUT patients/{id}: another record for a patient."""
    patient = own(call)
    if isinstance(patient, Rejection):
        return patient
    record = call.body.model_dump()
    if call.backend.switches.put_semantics == "merge":
        record = call.body.merged_into(patient.record)
    refusal = rules.patient_refusal(record, call.backend.now().date())
    if refusal is not None:
        return refusal
    changed = {"record": record, "changed_by": call.session.user_id}
    call.backend.register.put(patient.model_copy(update=changed))
    return {}


def read(call: ApiCall) -> OperationReply:
    """GET patients/{id}: the record."""
    patient = own(call)
    if isinstance(patient, Rejection):
        return patient
    return {"Item": {**replies.patient(patient), "HasSSN": False}}


def search(call: ApiCall) -> OperationReply:
    """GET patients/search: those whose names begin so, oldest record first, page by page."""
    if not call.user().active:
        return NOT_AUTHORIZED
    query: PatientSearch = call.body
    known = (each for each in call.backend.register.of(call.clinic_id) if _listed(call, each))
    found = [each for each in known if _matches(each, query)]
    first = (query.pageNumber - 1) * PAGE_SIZE
    return {
        "Items": [replies.patient(each) for each in found[first : first + PAGE_SIZE]],
        "PageResult": replies.page(query.pageNumber, PAGE_SIZE, len(found)),
    }


def own(call: ApiCall) -> PatientChart | Rejection:
    """The patient in the path, for whoever may see and change them."""
    if not call.user().active:
        return NOT_AUTHORIZED
    return call.backend.register.get(call.clinic_id, call.target_id or 0) or NOT_FOUND


def _listed(call: ApiCall, patient: PatientChart) -> bool:
    age = call.backend.now() - patient.created_at
    return age.total_seconds() >= call.backend.switches.patient_search_lag_s


def _matches(patient: PatientChart, query: PatientSearch) -> bool:
    record = patient.record
    names = ((record["FirstName"], query.firstName), (record["LastName"], query.lastName))
    if not all(name.casefold().startswith((prefix or "").casefold()) for name, prefix in names):
        return False
    if query.dob not in (None, record["DateOfBirth"]):
        return False
    return query.status == "Both" or record["Active"] is (query.status == "ActiveOnly")


_ONE = "patients/{patient_id:int}"
_NO_LIST: dict[str, Any] = {"Items": [], "PageResult": None}

OPERATIONS = (
    Operation("POST", "patients", create, shape(AddEditPatientRequest), {"Id": 0}),
    Operation("PUT", _ONE, change, shape(AddEditPatientRequest)),
    Operation("GET", _ONE, read, on_error={"Item": None}),
    Operation("GET", "patients/search", search, on_error=_NO_LIST, query=shape(PatientSearch)),
)
