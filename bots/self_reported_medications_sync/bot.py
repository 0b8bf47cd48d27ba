"""The bot: whoever may read the Patient and is enrolled in DoseSpot may have the chart filled."""

from bots.self_reported_medications_sync import IDENTIFIER
from bots.self_reported_medications_sync.contract import (
    SelfReportedMedicationsSyncInput,
    SelfReportedMedicationsSyncOutput,
)
from shared.clinics.calling import acting_at
from shared.clinics.which_clinic import look_up_clinics
from shared.prescriptions.wiring import asked_about, other_medication_sync_of
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Brings the medications that a patient reports from DoseSpot into the chart.",
    callers="An enrolled prescriber who may read the Patient.",
    run_as_user=True,
)
def self_reported_medications_sync(
    request: SelfReportedMedicationsSyncInput, invocation: Invocation
) -> SelfReportedMedicationsSyncOutput:
    """Brings what the patient reported, in some days or ever, into the chart.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: the patient is not in DoseSpot yet.
        RecordsDisagree: DoseSpot's patient with the Patient's id is another person.
        EditConflict: somebody else kept changing the same resource.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        DoseSpotRefused: DoseSpot did not accept a call.
        BotError: what any bot can raise.
    """
    asked = asked_about(invocation, request.patientId)
    clinic = look_up_clinics(invocation, invocation.requester).meant(request.organizationId)
    at = acting_at(asked.clinician_id, clinic)
    sync = other_medication_sync_of(invocation, at)
    if request.raw:
        raw = sync.raw_reported(asked.patient, request.first, request.last)
        return SelfReportedMedicationsSyncOutput(raw)
    synced = sync.reported(asked.patient, request.first, request.last)
    invocation.log.findings(synced.findings)
    return SelfReportedMedicationsSyncOutput(synced.written)
