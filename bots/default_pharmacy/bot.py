"""The bot: an administrator may set the pharmacies of the patients whom they may write."""

from bots.default_pharmacy import IDENTIFIER
from bots.default_pharmacy.contract import DefaultPharmacyInput, DefaultPharmacyOutput
from shared.access.authorize import administrators_clinician_id
from shared.clinics.calling import acting_at
from shared.clinics.which_clinic import look_up_clinics
from shared.fhir.batch import Batch
from shared.pharmacies.default import DefaultPharmacy
from shared.pharmacies.wiring import preferred_pharmacies_of
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation

ONE_PATIENT_S = 5.0
"""What a run must have left to begin with another patient."""


@bot(
    identifier=IDENTIFIER,
    description="Gives patients the same primary pharmacy.",
    callers="An administrator of the project who is enrolled in DoseSpot.",
    run_as_user=True,
    timeout_s=60,
    person_waits=False,
)
def default_pharmacy(
    request: DefaultPharmacyInput, invocation: Invocation
) -> DefaultPharmacyOutput:
    """Makes a pharmacy the primary one of patients, in DoseSpot and on each Patient.

    Raises:
        NotAuthorized: the caller is no administrator, or not enrolled.
        RecordsRefused: DoseSpot has no such pharmacy.
        DoseSpotRefused: DoseSpot did not accept the call.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    batch = Batch(fhir)
    caller_found = batch.memberships_of(invocation.requester)
    batch.send()
    clinician_id = administrators_clinician_id(
        fhir, caller_found, invocation.requester, invocation.settings.clinician_admin
    )
    person = invocation.requester if invocation.requester.startswith("Practitioner/") else None
    clinic = look_up_clinics(invocation, person).meant(request.organizationId)
    default = DefaultPharmacy(
        fhir=fhir,
        preferred=preferred_pharmacies_of(invocation, acting_at(clinician_id, clinic)),
        has_time=lambda: invocation.pace.has_time(ONE_PATIENT_S),
    )
    report = default.give(
        request.pharmacyId, request.patientIds, request.maxPatients, dry_run=request.dryRun
    )
    return DefaultPharmacyOutput.of(report, dry_run=request.dryRun)
