"""The bot: the subject is named in the input; the caller must be an administrator."""

from bots.admin_enroll import IDENTIFIER
from bots.admin_enroll.contract import AdminEnrollInput, AdminEnrollOutput
from fhir_profiles.practitioner_role import roles_at
from fhir_profiles.today import Today
from shared.access.authorize import administrators_clinician_id, require_clinician_admin
from shared.clinics.enrolling import EnrollingAt
from shared.clinics.which_clinic import look_up_clinics
from shared.enrollment.rules.stages import Stage
from shared.enrollment.wiring import enrollment_of
from shared.errors import BotError
from shared.fhir.batch import Batch
from shared.members.subject import subject_of
from shared.npi_check.beside import beside_npi_check
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Enrolls a named prescriber in DoseSpot, for an administrator.",
    callers="An administrator of the project who is a Clinician Admin in DoseSpot.",
    run_as_user=True,
)
def admin_enroll(request: AdminEnrollInput, invocation: Invocation) -> AdminEnrollOutput:
    """Enrolls the named prescriber as far as requested.

    Raises:
        NotAuthorized: the caller may not enroll others.
        RecordsRefused: the prescriber's FHIR records have to be corrected first.
        StageRefused: a requested stage can't be taken now.
        EnrollmentLimitReached: the project may not enroll another prescriber.
        EnrollmentInProgress: another run is enrolling the same prescriber.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: DoseSpot's clinician is not, or not surely, the person of the Practitioner.
        BotError: what any bot can raise.
    """
    fhir = invocation.fhir
    practitioner = f"Practitioner/{request.practitionerId}"
    batch = Batch(fhir)
    caller_found = batch.memberships_of(invocation.requester)
    practitioner_found = batch.read(practitioner)
    memberships_found = batch.memberships_of(practitioner)
    roles_found = batch.search(f"PractitionerRole?practitioner={practitioner}&_count=1000")
    _, choice = invocation.together(batch.send, lambda: look_up_clinics(invocation, practitioner))
    invocation.trail.subject = practitioner if practitioner_found.is_there else None
    caller = administrators_clinician_id(
        fhir, caller_found, invocation.requester, invocation.settings.clinician_admin
    )
    clinic = choice.meant(request.organizationId)
    dosespot = invocation.dosespot(acting_as=caller, clinic=clinic.number)
    at_clinic = EnrollingAt(invocation, practitioner, choice, clinic, caller)
    today = Today(invocation.now())
    try:
        roles = roles_at(roles_found.all(), practitioner, clinic.has_role, today)
        subject = subject_of(practitioner_found, memberships_found, today, roles)
    except BotError:
        # Only who may enroll the prescriber is told what is wrong with the records.
        require_clinician_admin(dosespot, caller)
        raise
    if choice.clinics is not None:
        require_clinician_admin(dosespot, caller)
        subject = at_clinic.prepare(subject)
    enrollment, order = enrollment_of(invocation, dosespot, practitioner), request.order()
    _, situation = invocation.together(
        lambda: require_clinician_admin(dosespot, caller),
        lambda: beside_npi_check(
            invocation, subject.prescriber, lambda: enrollment.look(subject, order)
        ),
    )
    outcome = enrollment.run(situation, order)
    invocation.log.findings(outcome.warnings)
    return AdminEnrollOutput(
        doseSpotClinicianId=outcome.clinician.id,
        projectMembership=outcome.subject.membership,
        practitioner=outcome.subject.practitioner,
        registrationStatus=outcome.clinician.status.value,
        idpInitialized=outcome.begun is Stage.IDP,
        tfaInitialized=outcome.begun is Stage.TFA,
        warnings=[FindingOutput.of(one) for one in outcome.warnings],
    )
