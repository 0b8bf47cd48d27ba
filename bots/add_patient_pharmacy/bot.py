"""The bot: whoever is enrolled, and may read and write the Patient, may set their pharmacies."""

from bots.add_patient_pharmacy import IDENTIFIER
from bots.add_patient_pharmacy.contract import AddPatientPharmacyInput, AddPatientPharmacyOutput
from shared.clinics.calling import acting_at
from shared.clinics.which_clinic import look_up_clinics
from shared.members.caller import callers_clinician_id
from shared.pharmacies.preferring import PharmacyChoice
from shared.pharmacies.wiring import preferred_pharmacies_of
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Adds a pharmacy to those that a patient prefers, or makes it the primary one.",
    callers="An enrolled prescriber who may read and write the Patient.",
    run_as_user=True,
    timeout_s=30,
)
def add_patient_pharmacy(
    request: AddPatientPharmacyInput, invocation: Invocation
) -> AddPatientPharmacyOutput:
    """Lets the patient prefer the pharmacy, in DoseSpot and on the Patient.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: the patient is not in DoseSpot yet, or DoseSpot has no such pharmacy.
        EnrollmentInProgress: another run is changing the same patient's pharmacies.
        EditConflict: several Organizations carry the pharmacy's id, or others kept changing the
            Patient.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run looks before it writes.
        RecordsDisagree: DoseSpot's patient with the Patient's id is somebody else or nobody; or
            the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    clinician_id, patient, choice_of_clinic = invocation.together(
        lambda: callers_clinician_id(fhir, invocation.requester),
        lambda: fhir.read(f"Patient/{request.patientId}"),
        lambda: look_up_clinics(invocation, invocation.requester),
    )
    invocation.trail.subject = f"Patient/{request.patientId}"
    at = acting_at(clinician_id, choice_of_clinic.meant(request.organizationId))
    choice = PharmacyChoice(request.pharmacyId or 0, primary=bool(request.setAsPrimary))
    preferred = preferred_pharmacies_of(invocation, at)
    pharmacy = preferred.pharmacy(choice.pharmacy_id)
    done = preferred.prefer(patient, pharmacy, choice)
    return AddPatientPharmacyOutput.of(done, primary=choice.primary)
