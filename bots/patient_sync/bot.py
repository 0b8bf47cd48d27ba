"""The bot: whoever may read the Patient and is enrolled in DoseSpot may bring them there."""

from bots.patient_sync.contract import PatientSyncInput, PatientSyncOutput
from shared.runtime.lambda_handler import Invocation
from shared.workflow.caller import callers_clinician_id
from shared.workflow.inputs import FindingOutput


def patient_sync(request: PatientSyncInput, invocation: Invocation) -> PatientSyncOutput:
    """Brings the patient to DoseSpot, once.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: lists everything that the Patient lacks.
        EnrollmentInProgress: another run is bringing the same patient to DoseSpot.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: DoseSpot has several such patients, or another one with the id.
        BotError: what any bot can raise.
    """
    fhir, services = invocation.fhir, invocation.services
    clinician_id, patient = services.together(
        lambda: callers_clinician_id(fhir, invocation.requester),
        lambda: fhir.read(f"Patient/{request.patientId}"),
    )
    invocation.trail.subject = f"Patient/{request.patientId}"
    sync = invocation.patient_sync(invocation.dosespot(acting_as=clinician_id))
    synced = sync.run(patient, update=bool(request.update))
    invocation.log.findings(synced.warnings)
    return PatientSyncOutput(
        doseSpotPatientId=synced.patient_id,
        status=synced.status,
        warnings=[FindingOutput.of(one) for one in synced.warnings],
    )
