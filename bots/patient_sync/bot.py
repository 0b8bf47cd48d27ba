"""The bot: whoever may read the Patient and is enrolled in DoseSpot may send the patient there."""

from collections.abc import Sequence

from bots.callers_enrollment import CallersEnrollment, callers_records, continues_at_openings
from bots.patient_sync import IDENTIFIER
from bots.patient_sync.contract import PatientSyncInput, PatientSyncOutput
from fhir_profiles import Resource
from shared.clinics.which_clinic import look_up_clinics
from shared.errors import NotAuthorized
from shared.fhir.batch import Batch
from shared.members.caller import NOT_ENROLLED, persons_membership, sole_clinician_id
from shared.patients.wiring import patient_sync_of
from shared.records.findings import Finding
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description=(
        "Finds or creates a patient in DoseSpot, after it has begun the enrollment of a calling"
        " prescriber who is not enrolled yet."
    ),
    callers=(
        "An enrolled prescriber, or one with an active PractitionerRole for DoseSpot, who may read"
        " the Patient."
    ),
    run_as_user=True,
    timeout_s=30,
)
def patient_sync(request: PatientSyncInput, invocation: Invocation) -> PatientSyncOutput:
    """Finds or creates the patient in DoseSpot, once; a caller who has no id there gets one first.

    Raises:
        NotAuthorized: the caller is neither enrolled nor authorized to enroll themselves.
        RecordsRefused: lists everything that the Patient, or a first enrollment, lacks.
        StageRefused: the Practitioner may not be enrolled now.
        EnrollmentLimitReached: the project may not enroll another prescriber.
        EnrollmentInProgress: another run is sending the same patient to DoseSpot, or enrolling the
            caller.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: DoseSpot has several such patients, or another one with the id; or its
            clinician is not, or not surely, the caller.
        BotError: what any bot can raise.
    """
    fhir, caller = invocation.fhir, invocation.requester
    membership, patient, choice = invocation.together(
        lambda: persons_membership(fhir.who_am_i(), caller),
        lambda: fhir.read(f"Patient/{request.patientId}"),
        lambda: look_up_clinics(invocation, caller),
    )
    clinic = choice.meant(request.organizationId)
    clinician_id, warnings = _enrolled(CallersEnrollment(invocation, choice, clinic), membership)
    invocation.trail.subject = f"Patient/{request.patientId}"
    dosespot = invocation.dosespot(acting_as=clinician_id, clinic=clinic.number)
    sync = patient_sync_of(invocation, dosespot, clinic.organizations)
    synced = sync.run(patient, update=bool(request.update))
    invocation.log.findings(synced.warnings)
    return PatientSyncOutput(
        doseSpotPatientId=synced.patient_id,
        status=synced.status,
        warnings=[FindingOutput.of(one) for one in (*warnings, *synced.warnings)],
    )


def _enrolled(enrollment: CallersEnrollment, membership: Resource) -> tuple[int, Sequence[Finding]]:
    """The caller's DoseSpot id, and what the caller has to know of an enrollment that gave it.

    A hook that opens DoseSpot for a patient runs this bot first: who is not enrolled yet is
    enrolled here, as `dosespot-iframe-bot` does it where no patient is given.

    Args:
        enrollment: the caller's enrollment.
        membership: the caller's; where somebody has deactivated it, nobody is enrolled.
    """
    known_id, invocation = sole_clinician_id([membership]), enrollment.invocation
    if known_id is not None:
        return known_id, ()
    if not continues_at_openings(invocation):
        raise NotAuthorized(NOT_ENROLLED)
    batch = Batch(invocation.fhir)
    asked = callers_records(batch, invocation.requester)
    batch.send()
    records = enrollment.due(asked, membership)
    if records is None:
        raise NotAuthorized(NOT_ENROLLED)
    from bots.enrolling import at_an_opening  # noqa: PLC0415 - seldom needed, and large

    invocation.trail.subject = invocation.requester
    outcome = at_an_opening(enrollment, records)
    return outcome.clinician.id, outcome.warnings
