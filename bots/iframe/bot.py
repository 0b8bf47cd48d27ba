"""The bot: signs the caller's own clinician in, nobody else's."""

from bots.iframe.contract import IframeInput, IframeOutput
from fhir_profiles.patient_identifier import dosespot_patient_id
from shared.dosespot.single_sign_on import new_phrase, single_sign_on_url
from shared.errors import RecordsRefused
from shared.fhir.client import FhirClient
from shared.runtime.lambda_handler import Invocation
from shared.workflow.caller import callers_clinician_id

NOT_SYNCED = (
    "Patient.identifier: the patient has no DoseSpot id yet. Run dosespot-patient-sync-bot for the"
    " patient first."
)


def iframe(request: IframeInput, invocation: Invocation) -> IframeOutput:
    """The single sign-on link for the caller.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: the patient is not in DoseSpot yet.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    iframe_url, clinic_id, clinic_key = invocation.settings.iframe()
    clinician_id, patient_id = invocation.services.together(
        lambda: callers_clinician_id(fhir, invocation.requester),
        lambda: _patient_id(fhir, request.patientId),
    )
    return IframeOutput(
        url=single_sign_on_url(
            iframe_url, clinic_id, clinic_key, clinician_id, patient_id, new_phrase()
        )
    )


def _patient_id(fhir: FhirClient, patient: str | None) -> int | None:
    if patient is None:
        return None
    found = dosespot_patient_id(fhir.read(f"Patient/{patient}"))
    if found is None:
        raise RecordsRefused(NOT_SYNCED)
    return found
