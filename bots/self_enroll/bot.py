"""The bot: the subject is the caller, authorized by an administrator's PractitionerRole."""

from dataclasses import dataclass

from bots.callers_enrollment import CallersEnrollment, CallersRecords, callers_records
from bots.loading_ahead import ENROLLING, load_ahead
from bots.self_enroll import IDENTIFIER
from bots.self_enroll.contract import SelfEnrollInput, SelfEnrollOutput, status_of
from fhir_profiles import Resource
from shared.access.self_service import require_own_token, require_practitioner
from shared.clinics.which_clinic import look_up_clinics
from shared.dosespot.sign_in import DoseSpotSignIn
from shared.fhir.batch import Batch, FoundAll
from shared.members.rules.guidance import next_steps
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Enrolls the calling prescriber in DoseSpot, one stage per call.",
    callers="A Practitioner with an active PractitionerRole for DoseSpot, about themselves.",
    run_as_user=True,
)
def self_enroll(request: SelfEnrollInput, invocation: Invocation) -> SelfEnrollOutput:
    """Takes the caller one stage further.

    Raises:
        NotAuthorized: the caller may not enroll themselves; says what an administrator must do.
        RecordsRefused: lists everything that the profile lacks.
        StageRefused: the next stage can't be taken now.
        EnrollmentLimitReached: the project may not enroll another prescriber.
        EnrollmentInProgress: another run is enrolling the same prescriber.
        EditConflict: somebody else kept changing the same resource.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: a write got no answer; the next run checks whether it took effect.
        RecordsDisagree: DoseSpot's clinician is not, or not surely, the person of the Practitioner.
        BotError: what any bot can raise.
    """
    caller = invocation.requester
    invocation.trail.subject = caller
    require_practitioner(caller)
    choice = look_up_clinics(invocation, caller)
    clinic, admin = choice.meant(request.organizationId), invocation.settings.clinician_admin()
    sign_in = invocation.dosespot_sign_in(acting_as=admin, clinic=clinic.number)
    read = _read(invocation, sign_in)
    require_own_token(read.me, caller)
    from bots.enrolling import one_stage_further  # noqa: PLC0415 - loads meanwhile

    outcome = one_stage_further(
        CallersEnrollment(invocation, choice, clinic),
        read.records,
        read.memberships,
        request.licenses(),
        request.tfaType,
    )
    return SelfEnrollOutput(
        status=status_of(outcome),
        doseSpotClinicianId=outcome.clinician.id,
        registrationStatus=outcome.clinician.status.value,
        epcsEnabled=outcome.clinician.epcs_enabled,
        nextSteps=list(next_steps(outcome.expected, bool(outcome.subject.prescriber.dea))),
        warnings=[FindingOutput.of(one) for one in outcome.warnings],
    )


@dataclass(frozen=True)
class _Read:
    """What is known of the caller before anything is decided.

    Attributes:
        me: the answer of `auth/me`.
        records: what the bot's token shows of the caller.
        memberships: the caller's, seen by who may read them.
    """

    me: Resource
    records: CallersRecords
    memberships: FoundAll


def _read(invocation: Invocation, sign_in: DoseSpotSignIn) -> _Read:
    """Reads it; DoseSpot's token, and what enrolls, are there then too."""
    fhir, caller, together = invocation.fhir, invocation.requester, invocation.together
    guards = invocation.privileged_fhir
    own = Batch(fhir)
    guarded = own if guards is fhir else Batch(guards)
    records, memberships = callers_records(own, caller), guarded.memberships_of(caller)

    def read() -> None:
        if guarded is own:
            own.send()
        else:
            together(own.send, guarded.send)

    load_ahead(together, ENROLLING)
    if sign_in.has_token():
        me, _ = together(fhir.who_am_i, read)
    else:
        me, _, _ = together(fhir.who_am_i, sign_in.early, read)
    return _Read(me, records, memberships)
