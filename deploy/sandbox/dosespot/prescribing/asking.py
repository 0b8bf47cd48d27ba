"""What pharmacies ask of prescribers, and how it is answered."""

from typing import Any

from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.prescribing import progress
from deploy.sandbox.dosespot.prescribing.asked import REQUEST_LIFETIME, PharmacyRequest
from deploy.sandbox.dosespot.prescribing.orders import copied, drug_fields, found
from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet

_PHARMACY = "Pharmacy"


def ask_to_renew(
    backend: DoseSpotBackend, prescription_id: int, note: str | None = None
) -> PharmacyRequest:
    """The pharmacy of a prescription asks for another one like it.

    Raises:
        NotKept: there is no such prescription.
    """
    original = progress.sheet_of(backend, prescription_id)
    renewed = {"Status": "Requested", "MedicationStatus": "Active", "IsRxRenewal": True}
    asked_for = copied(backend, original, _PHARMACY, **renewed, RxRenewalNote=note)
    number = backend.cabinet.requests.next_id()
    record = {
        "RefillId": number,
        **_about(backend, original),
        "RequestedPrescriptionId": asked_for.id,
        "DispensedPrescriptionId": original.id,
    }
    return _keep(
        backend,
        PharmacyRequest(
            id=number,
            clinic_id=original.clinic_id,
            patient_id=original.patient_id,
            record=record,
            kind="renewal",
            clinician_id=record["ClinicianId"],
            original_id=original.id,
            requested_ids=(asked_for.id,),
        ),
    )


def ask_to_change(
    backend: DoseSpotBackend, prescription_id: int, drug_ids: list[int], change_type: str
) -> PharmacyRequest:
    """The pharmacy of a prescription asks for one of other drugs instead.

    Args:
        backend: where the prescription is.
        prescription_id: which one.
        drug_ids: of the drugs to choose from.
        change_type: DoseSpot's `RxChangeType`.

    Raises:
        NotKept: there is no such prescription or drug.
    """
    original = progress.sheet_of(backend, prescription_id)
    asked = {"Status": "Requested", "MedicationStatus": "Active"}
    choices = tuple(
        copied(backend, original, _PHARMACY, **asked, **drug_fields(drug_id)).id
        for drug_id in drug_ids
    )
    number = backend.cabinet.requests.next_id()
    record = {
        "RxChangeRequestId": number,
        **_about(backend, original),
        "RxChangeType": change_type,
        "RxChangeSubType": None,
        "Source": _PHARMACY,
        "UnmatchedChange": False,
        "PrescribedPrescriptionId": original.id,
        "RequestedMedications": list(choices),
        "PayerName": None,
        "DrugUseEvaluations": [],
    }
    return _keep(
        backend,
        PharmacyRequest(
            id=number,
            clinic_id=original.clinic_id,
            patient_id=original.patient_id,
            record=record,
            kind="change",
            clinician_id=record["ClinicianId"],
            original_id=original.id,
            requested_ids=choices,
        ),
    )


def approve(
    backend: DoseSpotBackend,
    request_id: int,
    chosen_id: int | None = None,
    *,
    signed: bool = False,
    refills: str | None = None,
) -> PrescriptionSheet:
    """The prescriber grants a request: the prescription asked for is written and sent.

    Args:
        backend: where the request is.
        request_id: which one.
        chosen_id: the prescription asked for, where there is a choice; else the first one.
        signed: whether the prescriber has signed it with the second factor.
        refills: how many refills it shall have; those asked for if None.

    Raises:
        NotKept: there is no such request that waits, or it does not ask for that prescription.
    """
    request = waiting_request(backend, request_id)
    chosen_id = request.requested_ids[0] if chosen_id is None else chosen_id
    found(chosen_id if chosen_id in request.requested_ids else None, "prescription asked for")
    if request.kind == "change":
        progress.advance(backend, request.original_id, "change")
    _close(backend, request, kept_id=chosen_id)
    if refills is not None:
        progress.set_fields(backend, chosen_id, {"Refills": refills})
    return progress.transmit(backend, chosen_id, signed=signed)


def deny(backend: DoseSpotBackend, request_id: int) -> None:
    """The prescriber refuses a request: what was asked for is not prescribed.

    Raises:
        NotKept: there is no such request that waits.
    """
    _close(backend, waiting_request(backend, request_id), kept_id=None)


def waiting_request(backend: DoseSpotBackend, request_id: int) -> PharmacyRequest:
    """The request with that id, which nobody has answered yet.

    Raises:
        NotKept: there is none.
    """
    request = backend.cabinet.requests.get(request_id)
    return found(request if request is not None and request.pending else None, "waiting request")


def _about(backend: DoseSpotBackend, original: PrescriptionSheet) -> dict[str, Any]:
    at = backend.now()
    return {
        "NewPatient": False,
        "ClinicId": original.clinic_id,
        "ClinicianId": original.record["PrescriberId"],
        "OriginalPrescriptionId": original.id,
        "PharmacyId": original.record["PharmacyId"],
        "RequestedDate": at.isoformat(),
        "RequestExpirationDate": (at + REQUEST_LIFETIME).isoformat(),
    }


def _close(backend: DoseSpotBackend, request: PharmacyRequest, kept_id: int | None) -> None:
    _keep(backend, request.model_copy(update={"pending": False}))
    for requested_id in request.requested_ids:
        if requested_id != kept_id:
            progress.set_fields(backend, requested_id, {"MedicationStatus": "Inactive"})


def _keep(backend: DoseSpotBackend, request: PharmacyRequest) -> PharmacyRequest:
    backend.cabinet.requests.put(request)
    return request
