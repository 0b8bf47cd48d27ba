"""The routes under /_sandbox/ with which prescriptions and what is around them are changed.

They take the steps of prescribers, of the network and of pharmacies, for whoever tries the flow
without them:

* `GET /_sandbox/drugs`, `GET /_sandbox/pharmacies`: the catalogs, whose ids the others take.
* `GET`, `POST /_sandbox/patients/{id}/prescriptions`: a patient's; writes one, a
  `PrescriptionOrder`.
* `PATCH /_sandbox/prescriptions/{id}`: any fields of DoseSpot's reply, with any values.
* `POST /_sandbox/prescriptions/{id}/steps/{step}`: one of the `STEPS`, or `ignore-error`; the body
  may have an `info`.
* `POST /_sandbox/prescriptions/{id}/renewal-requests`, `.../change-requests`: the pharmacy asks,
  with a `RenewalAsked` or a `ChangeAsked`.
* `GET /_sandbox/requests`: all of them; `PATCH /_sandbox/requests/{id}`: any fields of one.
* `POST /_sandbox/requests/{id}/approve`, `.../deny`: the prescriber answers.
* `POST /_sandbox/patients/{id}/reported`, `.../history`, `.../allergies`: one more, a
  `MedicationAdded` or fields; `PATCH /_sandbox/reported/{id}`, `/history/{id}`, `/allergies/{id}`:
  any fields of one.
"""

from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.control import PREFIX, Handler, endpoint
from deploy.sandbox.dosespot.prescribing import asking, catalogs, charting, progress
from deploy.sandbox.dosespot.prescribing.drugs import DRUGS
from deploy.sandbox.dosespot.prescribing.orders import PrescriptionOrder, found, write
from deploy.sandbox.dosespot.prescribing.pharmacies import PHARMACIES

_FIELDS = TypeAdapter(dict[str, Any])
IGNORE_ERROR = "ignore-error"


class StepTold(BaseModel):
    """What goes with a step: an error's details, or a pharmacy's note."""

    model_config = ConfigDict(extra="forbid")

    info: str | None = None


class RenewalAsked(BaseModel):
    """What a pharmacy says when it asks for a renewal."""

    model_config = ConfigDict(extra="forbid")

    note: str | None = None


class ChangeAsked(BaseModel):
    """What a pharmacy asks for instead."""

    model_config = ConfigDict(extra="forbid")

    drug_ids: list[int]
    change_type: str = "TherapeuticInterchange"


class MedicationAdded(BaseModel):
    """A medication that a patient reports, or that was dispensed to them.

    `fields` are values of DoseSpot's reply that replace what follows from the drug.
    """

    model_config = ConfigDict(extra="forbid")

    drug_id: int
    fields: dict[str, Any] = {}


def routes(backend: DoseSpotBackend) -> list[Route]:
    """All of these routes, over that state."""
    return [
        Route(f"{PREFIX}{path}", endpoint(backend, handler), methods=[method])
        for method, path, handler in _TABLE
    ]


def _list_drugs(_: DoseSpotBackend, __: Request, ___: bytes) -> Response:
    return JSONResponse(
        [
            {
                "id": drug.id,
                "name": f"{drug.display_name} {drug.strength}",
                "rxcui": drug.rxcui,
                "ndc": drug.ndc,
                "schedule": drug.schedule,
            }
            for drug in DRUGS
        ]
    )


def _list_pharmacies(_: DoseSpotBackend, __: Request, ___: bytes) -> Response:
    return JSONResponse([asdict(store) for store in PHARMACIES])


def _list_prescriptions(backend: DoseSpotBackend, request: Request, _: bytes) -> Response:
    patient = found(backend.register.find(request.path_params["id"]), "patient")
    return _told(*backend.cabinet.prescriptions.of(patient.clinic_id, patient.id))


def _write(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    order = PrescriptionOrder.model_validate_json(body)
    return _one(write(backend, request.path_params["id"], order))


def _set_prescription(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    fields = _FIELDS.validate_json(body)
    return _one(progress.set_fields(backend, request.path_params["id"], fields))


def _take_step(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    told = StepTold.model_validate_json(body or b"{}")
    number, name = request.path_params["id"], request.path_params["step"]
    if name == IGNORE_ERROR:
        return _one(progress.ignore_error(backend, number))
    return _one(progress.advance(backend, number, name, told.info))


def _ask_to_renew(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    asked = RenewalAsked.model_validate_json(body or b"{}")
    return _one(asking.ask_to_renew(backend, request.path_params["id"], asked.note))


def _ask_to_change(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    asked = ChangeAsked.model_validate_json(body)
    number = request.path_params["id"]
    return _one(asking.ask_to_change(backend, number, asked.drug_ids, asked.change_type))


def _list_requests(backend: DoseSpotBackend, _: Request, __: bytes) -> Response:
    return _told(*backend.cabinet.requests.all())


def _approve(backend: DoseSpotBackend, request: Request, _: bytes) -> Response:
    return _one(asking.approve(backend, request.path_params["id"]))


def _deny(backend: DoseSpotBackend, request: Request, _: bytes) -> Response:
    asking.deny(backend, request.path_params["id"])
    return _one(found(backend.cabinet.requests.get(request.path_params["id"]), "request"))


def _add_reported(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    added = MedicationAdded.model_validate_json(body)
    drug = found(catalogs.drug(added.drug_id), "drug")
    return _one(charting.add_reported(backend, request.path_params["id"], drug, added.fields))


def _add_history(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    added = MedicationAdded.model_validate_json(body)
    drug = found(catalogs.drug(added.drug_id), "drug")
    return _one(charting.add_history(backend, request.path_params["id"], drug, added.fields))


def _add_allergy(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    fields = _FIELDS.validate_json(body)
    return _one(charting.add_allergy(backend, request.path_params["id"], fields))


def _setting(drawer_name: str) -> Handler:
    def set_entry(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
        drawer = getattr(backend.cabinet, drawer_name)
        fields = _FIELDS.validate_json(body)
        return _one(charting.set_entry(drawer, request.path_params["id"], fields))

    return set_entry


def _one(kept: BaseModel) -> Response:
    return JSONResponse(kept.model_dump(mode="json"))


def _told(*kept: BaseModel) -> Response:
    return JSONResponse([each.model_dump(mode="json") for each in kept])


_TABLE: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "drugs", _list_drugs),
    ("GET", "pharmacies", _list_pharmacies),
    ("GET", "patients/{id:int}/prescriptions", _list_prescriptions),
    ("POST", "patients/{id:int}/prescriptions", _write),
    ("PATCH", "prescriptions/{id:int}", _set_prescription),
    ("POST", "prescriptions/{id:int}/steps/{step}", _take_step),
    ("POST", "prescriptions/{id:int}/renewal-requests", _ask_to_renew),
    ("POST", "prescriptions/{id:int}/change-requests", _ask_to_change),
    ("GET", "requests", _list_requests),
    ("PATCH", "requests/{id:int}", _setting("requests")),
    ("POST", "requests/{id:int}/approve", _approve),
    ("POST", "requests/{id:int}/deny", _deny),
    ("POST", "patients/{id:int}/reported", _add_reported),
    ("POST", "patients/{id:int}/history", _add_history),
    ("POST", "patients/{id:int}/allergies", _add_allergy),
    ("PATCH", "reported/{id:int}", _setting("reported")),
    ("PATCH", "history/{id:int}", _setting("history")),
    ("PATCH", "allergies/{id:int}", _setting("allergies")),
)
