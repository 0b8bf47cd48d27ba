"""The bot: whoever may read the Patient and is enrolled in DoseSpot may have the chart filled."""

from bots.prescriptions_sync import IDENTIFIER
from bots.prescriptions_sync.contract import PrescriptionsSyncInput, PrescriptionsSyncOutput
from shared.clinics.calling import acting_at
from shared.clinics.which_clinic import look_up_clinics
from shared.pharmacies.wiring import followed_pharmacies_of
from shared.prescriptions.wiring import asked_about, prescription_sync_of
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Brings a patient's prescriptions from DoseSpot into the chart.",
    callers="An enrolled prescriber who may read the Patient.",
    run_as_user=True,
)
def prescriptions_sync(
    request: PrescriptionsSyncInput, invocation: Invocation
) -> PrescriptionsSyncOutput:
    """Brings the prescriptions of some days into the chart, and what is open there in line; and the
    pharmacies that the patient uses in DoseSpot to the Patient.

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
    sync = prescription_sync_of(invocation, at, asked.project)
    if request.raw:
        return PrescriptionsSyncOutput(sync.raw(asked.patient, request.first, request.last))
    pharmacies = followed_pharmacies_of(invocation, at, asked.project)
    listed = invocation.together.started(lambda: pharmacies.listed(asked.patient))
    try:
        synced = sync.run(asked.patient, request.first, request.last)
    finally:
        listed.exception()  # waits until the call has ended
    unfollowed = pharmacies.bring(asked.patient, listed.result)
    invocation.log.findings([*synced.findings, *unfollowed])
    return PrescriptionsSyncOutput(synced.written)
