"""The routes under /_sandbox/ that DoseSpot does not have, but those about prescriptions.

They turn the switches, look behind the scenes, and take the steps that a prescriber takes in the
iFrame, for whoever tries the flow without one:

* `GET`, `PUT`, `PATCH /_sandbox/switches`: the fields of `Switches`; a PATCH changes some.
* `PUT /_sandbox/switches/worst`, without a body: every open question read unkindly.
* `GET /_sandbox/clinicians`: a `snapshot` of everybody.
* `GET /_sandbox/clinics`: every clinic by its ClinicId, without its key.
* `POST /_sandbox/clinics/{id}/live`: what DoseSpot's staff do with a new clinic.
* `GET /_sandbox/patients`: a `patient_snapshot` of everybody.
* `GET /_sandbox/pushes`: how many push notifications are waiting, were delivered and failed.
* `GET /_sandbox/limits`: how many calls were refused with 429.
* `PATCH /_sandbox/clinicians/{id}`: the fields of `ClinicianPatch`.
* `POST /_sandbox/clinicians/{id}/prescriber/{step}`: one of the `SITTINGS`, in the clinic that
  `?clinicId=` names, or else the default one.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.dosespot import steps
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import ClinicianAccount, Rejection
from deploy.sandbox.dosespot.prescribing.orders import NotKept
from deploy.sandbox.dosespot.register import PatientChart
from deploy.sandbox.dosespot.sittings import SITTINGS
from deploy.sandbox.dosespot.switches import Switches, worst

PREFIX = "/_sandbox/"

_OBJECT = TypeAdapter(dict[str, Any])

Handler = Callable[[DoseSpotBackend, Request, bytes], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


class ClinicianPatch(BaseModel):
    """What may be set on a clinician from behind; what is left out stays.

    `status` is one status for every clinic that the clinician is linked to, or one for each
    ClinicId. It may be any text, and nothing else changes with it.
    """

    model_config = ConfigDict(extra="forbid")

    locked: bool | None = None
    active: bool | None = None
    confirmed: bool | None = None
    npi: str | None = None
    status: str | dict[int, str] | None = None


def routes(backend: DoseSpotBackend) -> list[Route]:
    """All control routes, over that state."""
    table: list[tuple[str, str, Handler]] = [
        ("GET", "switches", _read_switches),
        ("PUT", "switches", _replace_switches),
        ("PATCH", "switches", _change_switches),
        ("PUT", "switches/worst", _set_worst_switches),
        ("GET", "clinicians", _list_clinicians),
        ("PATCH", "clinicians/{id:int}", _patch_clinician),
        ("POST", "clinicians/{id:int}/prescriber/{step}", _take_step),
        ("GET", "clinics", _list_clinics),
        ("POST", "clinics/{id:int}/live", _set_live),
        ("GET", "patients", _list_patients),
        ("GET", "pushes", _count_pushes),
        ("GET", "limits", _count_refused),
    ]
    return [
        Route(f"{PREFIX}{path}", endpoint(backend, handler), methods=[method])
        for method, path, handler in table
    ]


def snapshot(clinician: ClinicianAccount) -> dict[str, Any]:
    """Everything about a clinician that a test or a person may want to see.

    `status`, `tfa_type` and `supervisor` have an entry for each ClinicId; the counts are over all
    clinics.
    """
    record, enrollments = clinician.record, clinician.enrollments
    return {
        "id": clinician.id,
        "created_at": clinician.created_at.isoformat(),
        "npi": clinician.npi,
        "first_name": record.get("FirstName"),
        "middle_name": record.get("MiddleName"),
        "last_name": record.get("LastName"),
        "email": record.get("Email"),
        "roles": sorted({role for each in enrollments.values() for role in each.roles}),
        "dea_numbers": clinician.dea_numbers,
        "licenses": [
            {"number": each["LicenseNumber"], "state": each["State"]}
            for each in record.get("MedicalLicenseNumbers") or []
        ],
        "active": record.get("Active"),
        "confirmed": clinician.confirmed,
        "locked": clinician.locked,
        "epcs_requested": record.get("EPCSRequested"),
        "status": {str(number): each.status for number, each in enrollments.items()},
        "tfa_type": {str(number): each.tfa_type for number, each in enrollments.items()},
        "supervisor": {str(number): each.supervisor_id for number, each in enrollments.items()},
        "agreements_signed": sum(each.agreements_signed for each in enrollments.values()),
        "idp_inits": sum(each.idp_inits for each in enrollments.values()),
        "tfa_inits": sum(each.tfa_inits for each in enrollments.values()),
    }


def patient_snapshot(patient: PatientChart) -> dict[str, Any]:
    """What a test or a person may want to see of a patient, with the one clinic they belong to."""
    record = patient.record
    return {
        "id": patient.id,
        "clinic_id": patient.clinic_id,
        "first_name": record["FirstName"],
        "middle_name": record["MiddleName"],
        "last_name": record["LastName"],
        "birth_date": record["DateOfBirth"][:10],
        "gender": record["Gender"],
        "email": record["Email"],
        "record_number": record["NonDoseSpotMedicalRecordNumber"],
        "active": record["Active"],
    }


def endpoint(backend: DoseSpotBackend, handler: Handler) -> Endpoint:
    """A route's endpoint: the handler in one transaction, and what it refuses as a sentence."""

    async def answer(request: Request) -> Response:
        body = await request.body()
        try:
            with backend.transaction():
                return handler(backend, request, body)
        except ValidationError as error:
            return _error(str(error), 400)
        except NotKept as error:
            return _error(str(error), 404)

    return answer


def _error(sentence: str, status: int) -> Response:
    return JSONResponse({"error": sentence}, status)


def _read_switches(backend: DoseSpotBackend, _: Request, __: bytes) -> Response:
    return JSONResponse(backend.switches.model_dump())


def _replace_switches(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    backend.set_switches(Switches.model_validate_json(body))
    return _read_switches(backend, request, body)


def _change_switches(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    changes = _OBJECT.validate_json(body)
    backend.set_switches(Switches.model_validate({**backend.switches.model_dump(), **changes}))
    return _read_switches(backend, request, body)


def _set_worst_switches(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    backend.set_switches(worst())
    return _read_switches(backend, request, body)


def _list_clinicians(backend: DoseSpotBackend, request: Request, _: bytes) -> Response:
    """Everybody, or with `?npi=` whoever has that NPI."""
    shown = backend.directory.matching(request.query_params.get("npi"), None)
    return JSONResponse([snapshot(clinician) for clinician in shown])


def _list_clinics(backend: DoseSpotBackend, _: Request, __: bytes) -> Response:
    return JSONResponse(backend.accounts.clinics())


def _set_live(backend: DoseSpotBackend, request: Request, _: bytes) -> Response:
    if not backend.accounts.change_clinic(request.path_params["id"], live=True):
        return _error("there is no such clinic", 404)
    return JSONResponse({"live": True})


def _list_patients(backend: DoseSpotBackend, _: Request, __: bytes) -> Response:
    return JSONResponse([patient_snapshot(patient) for patient in backend.register.all()])


def _count_pushes(backend: DoseSpotBackend, _: Request, __: bytes) -> Response:
    return JSONResponse(backend.pushes.counts())


def _count_refused(backend: DoseSpotBackend, _: Request, __: bytes) -> Response:
    return JSONResponse({"refused": backend.limiter.refused})


def _patch_clinician(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    patch = ClinicianPatch.model_validate_json(body)
    clinician = backend.directory.get(request.path_params["id"])
    if clinician is None:
        return _error("there is no such clinician", 404)
    statuses = _statuses(clinician, patch)
    if not statuses.keys() <= clinician.enrollments.keys():
        return _error("the clinician is not linked to that clinic", 400)
    patched = _with_statuses(_with_facts(clinician, patch), statuses)
    backend.directory.put(patched)
    return JSONResponse(snapshot(patched))


def _with_facts(clinician: ClinicianAccount, patch: ClinicianPatch) -> ClinicianAccount:
    fields = {"Active": patch.active, "NPINumber": patch.npi}
    record = {name: value for name, value in fields.items() if value is not None}
    facts = {"locked": patch.locked, "confirmed": patch.confirmed}
    given = {name: value for name, value in facts.items() if value is not None}
    return clinician.model_copy(update={**given, "record": {**clinician.record, **record}})


def _statuses(clinician: ClinicianAccount, patch: ClinicianPatch) -> dict[int, str]:
    if isinstance(patch.status, str):
        return dict.fromkeys(clinician.enrollments, patch.status)
    return patch.status or {}


def _with_statuses(clinician: ClinicianAccount, statuses: dict[int, str]) -> ClinicianAccount:
    for clinic_id, status in statuses.items():
        changed = steps.with_status(clinician.enrollments[clinic_id], status)
        clinician = clinician.linked(clinic_id, changed)
    return clinician


def _take_step(backend: DoseSpotBackend, request: Request, _: bytes) -> Response:
    clinician = backend.directory.get(request.path_params["id"])
    sitting = SITTINGS.get(request.path_params["step"])
    if clinician is None or sitting is None:
        return _error("there is no such clinician or no such step", 404)
    clinic_id = _clinic_id(backend, clinician, request)
    if clinic_id not in clinician.enrollments:
        return _error("the clinician is not linked to that clinic", 404)
    outcome = sitting(clinician.enrollments[clinic_id], backend.now())
    if isinstance(outcome, Rejection):
        return _error(outcome.details, 409)
    backend.directory.put(clinician.linked(clinic_id, outcome))
    return JSONResponse({"registrationStatus": outcome.status})


def _clinic_id(backend: DoseSpotBackend, clinician: ClinicianAccount, request: Request) -> int:
    clinic_id = request.query_params.get("clinicId")
    if clinic_id is not None:
        return int(clinic_id) if clinic_id.isdecimal() else 0
    default = backend.accounts.default_clinic_id
    return default if default in clinician.enrollments else next(iter(clinician.enrollments), 0)
