"""The bot: signs the caller's own clinician in, nobody else's."""

from bots.iframe.contract import IframeInput, IframeOutput
from fhir_profiles.patient_identifier import dosespot_patient_id
from shared.dosespot.single_sign_on import new_phrase, single_sign_on_url
from shared.errors import RecordsRefused
from shared.fhir.client import FhirClient
from shared.members.caller import callers_clinician_id
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation

NOT_SYNCED = (
    "Patient.identifier: the patient has no DoseSpot id yet. Run dosespot-patient-sync-bot for the"
    " patient first."
)


@bot(
    identifier="dosespot-iframe-bot",
    description="Gives the calling prescriber the single sign-on link for the DoseSpot iFrame.",
    callers="An enrolled prescriber.",
    run_as_user=True,
    timeout_s=30,
)
def iframe(request: IframeInput, invocation: Invocation) -> IframeOutput:
    """The single sign-on link for the caller.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: the patient is not in DoseSpot yet.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    iframe_url, clinic_id, clinic_key = invocation.settings.iframe()
    clinician_id, patient_id = invocation.together(
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
