"""The bot: signs the caller's own clinician in, nobody else's, and has enrollment go on."""

from collections.abc import Sequence

from bots.callers_enrollment import CallersEnrollment, CallersRecords, continues_at_openings
from bots.iframe import IDENTIFIER
from bots.iframe.contract import IframeInput, IframeOutput
from bots.iframe.opening import Opening, read_opening
from fhir_profiles import Resource
from fhir_profiles.patient_identifier import dosespot_patient_id
from shared.audit.events import LogEvent
from shared.clinics.rules.meant import MeantClinic
from shared.clinics.which_clinic import look_up_clinics
from shared.dosespot.single_sign_on import new_phrase, single_sign_on_url
from shared.errors import BotError, NotAuthorized, RecordsRefused
from shared.members.caller import NOT_ENROLLED, persons_membership, sole_clinician_id
from shared.records.findings import Finding
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation

NOT_SYNCED = (
    "Patient.identifier: the patient has no DoseSpot id yet. Run dosespot-patient-sync-bot for the"
    " patient first."
)
NOT_CONTINUED = "the link works, but enrollment did not go on. "


@bot(
    identifier=IDENTIFIER,
    description=(
        "Gives the calling prescriber the single sign-on link for the DoseSpot iFrame, and takes"
        " their enrollment one step further."
    ),
    callers=(
        "An enrolled prescriber, or one with an active PractitionerRole for DoseSpot, about"
        " themselves."
    ),
    run_as_user=True,
    timeout_s=30,
)
def iframe(request: IframeInput, invocation: Invocation) -> IframeOutput:
    """The single sign-on link for the caller, whose enrollment goes on before it is made.

    Where enrollment can't go on, a caller who has a DoseSpot id gets the link with a warning.

    Raises:
        NotAuthorized: the caller is neither enrolled nor authorized to enroll themselves.
        RecordsRefused: the patient is not in DoseSpot yet, or what a first enrollment lacks.
        StageRefused: the Practitioner may not be enrolled now.
        EnrollmentLimitReached: the project may not enroll another prescriber.
        EnrollmentInProgress: another run is enrolling the same prescriber.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read;
            or DoseSpot's clinician is not, or not surely, the person of the Practitioner.
        BotError: what any bot can raise.
    """
    invocation.settings.iframe()  # nothing is asked where the link could not be made
    fhir, caller = invocation.fhir, invocation.requester
    enrolls = continues_at_openings(invocation)
    patient = None if request.patientId is None else f"Patient/{request.patientId}"
    me, opening, choice = invocation.together(
        fhir.who_am_i,
        lambda: read_opening(fhir, patient, caller if enrolls else None),
        lambda: look_up_clinics(invocation, caller),
    )
    membership = persons_membership(me, caller)
    clinic = choice.meant(request.organizationId)
    enrollment = CallersEnrollment(invocation, choice, clinic)
    clinician_id, warnings = _enrolled(enrollment, opening, membership)
    patient_id = _patient_id(opening, clinic)
    page = invocation.settings.iframe(clinic.number)
    return IframeOutput(
        url=single_sign_on_url(*page, clinician_id, patient_id, new_phrase()),
        warnings=[FindingOutput.of(one) for one in warnings],
    )


def _enrolled(
    enrollment: CallersEnrollment, opening: Opening, membership: Resource
) -> tuple[int, Sequence[Finding]]:
    """The caller's DoseSpot id after enrollment has gone on, and what the caller has to know.

    Args:
        enrollment: the caller's enrollment.
        opening: what was read.
        membership: the caller's; where somebody has deactivated it, nothing goes on.
    """
    known_id = sole_clinician_id([membership])
    records = enrollment.due(opening.records, membership)
    if records is not None:
        _patient(opening)  # nothing is begun where the input is refused
        return _continued(enrollment, records, known_id)
    if known_id is None:
        raise NotAuthorized(NOT_ENROLLED)
    return known_id, ()


def _continued(
    enrollment: CallersEnrollment, records: CallersRecords | BotError, known_id: int | None
) -> tuple[int, Sequence[Finding]]:
    from bots.enrolling import at_an_opening  # noqa: PLC0415 - seldom needed, and large

    invocation = enrollment.invocation
    invocation.trail.subject = invocation.requester
    try:
        outcome = at_an_opening(enrollment, records)
    except BotError as error:
        if known_id is None:
            raise
        invocation.trail.was_refused(error)
        invocation.log.warning(LogEvent.NOT_ADVANCED, error=type(error).__name__)
        return known_id, [Finding("Practitioner", f"{NOT_CONTINUED}{error}")]
    return outcome.clinician.id, outcome.warnings


def _patient(opening: Opening) -> Resource | None:
    if isinstance(opening.patient, BotError):
        raise opening.patient
    return opening.patient


def _patient_id(opening: Opening, clinic: MeantClinic) -> int | None:
    patient = _patient(opening)
    if patient is None:
        return None
    found = dosespot_patient_id(patient, clinic.organizations)
    if found is None:
        raise RecordsRefused(NOT_SYNCED)
    return found
