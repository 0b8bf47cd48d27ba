"""The bot: whoever may read the Patient and is enrolled in DoseSpot may send the patient there."""

from bots.patient_sync import IDENTIFIER
from bots.patient_sync.contract import PatientSyncInput, PatientSyncOutput
from shared.clinics.which_clinic import look_up_clinics
from shared.members.caller import callers_clinician_id
from shared.patients.wiring import patient_sync_of
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Finds or creates a patient in DoseSpot.",
    callers="An enrolled prescriber who may read the Patient.",
    run_as_user=True,
    timeout_s=30,
)
def patient_sync(request: PatientSyncInput, invocation: Invocation) -> PatientSyncOutput:
    """Finds or creates the patient in DoseSpot, once.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: lists everything that the Patient lacks.
        EnrollmentInProgress: another run is sending the same patient to DoseSpot.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: DoseSpot has several such patients, or another one with the id.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    clinician_id, patient, choice = invocation.together(
        lambda: callers_clinician_id(fhir, invocation.requester),
        lambda: fhir.read(f"Patient/{request.patientId}"),
        lambda: look_up_clinics(invocation, invocation.requester),
    )
    invocation.trail.subject = f"Patient/{request.patientId}"
    clinic = choice.meant(request.organizationId)
    dosespot = invocation.dosespot(acting_as=clinician_id, clinic=clinic.number)
    sync = patient_sync_of(invocation, dosespot, clinic.organizations)
    synced = sync.run(patient, update=bool(request.update))
    invocation.log.findings(synced.warnings)
    return PatientSyncOutput(
        doseSpotPatientId=synced.patient_id,
        status=synced.status,
        warnings=[FindingOutput.of(one) for one in synced.warnings],
    )
