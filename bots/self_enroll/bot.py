"""The bot: the subject is the caller, whom an administrator authorized by a PractitionerRole."""

from dataclasses import dataclass

from bots.self_enroll.contract import SelfEnrollInput, SelfEnrollOutput, status_of
from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.access.self_service import (
    named_roles_of,
    require_own_token,
    require_practitioner,
)
from shared.dosespot.client import DoseSpotClient
from shared.enrollment.fhir_members import NO_CREDENTIAL
from shared.enrollment.wiring import enrollment_of
from shared.errors import Misconfigured
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.denied import denied_as
from shared.members.rules.guidance import next_steps
from shared.members.subject import subject_of
from shared.npi_check.wiring import beside_npi_check
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation


@bot(
    identifier="dosespot-self-enroll-prescriber-bot",
    description="Enrolls the calling prescriber in DoseSpot, one stage per call.",
    callers="A Practitioner with an active PractitionerRole for DoseSpot, about themselves.",
    run_as_user=True,
)
def self_enroll(request: SelfEnrollInput, invocation: Invocation) -> SelfEnrollOutput:
    """Takes the caller one step further.

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
    dosespot = invocation.dosespot(acting_as=invocation.settings.clinician_admin())
    me, records = _me_and_records(invocation, dosespot)
    require_own_token(me, caller)
    today = Today(invocation.now())
    # Before the caller is told to have anything set up, the bot has to be.
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        records.memberships.all()
    practitioner_roles, named = named_roles_of(records.roles, caller, today)
    subject = subject_of(records.practitioner, records.memberships, today)
    enrollment = enrollment_of(invocation, dosespot, caller, practitioner_roles)
    order = request.order(named)
    situation = beside_npi_check(
        invocation, subject.prescriber, lambda: enrollment.look(subject, order)
    )
    outcome = enrollment.run(situation, order)
    invocation.log.findings(outcome.warnings)
    return SelfEnrollOutput(
        status=status_of(outcome),
        doseSpotClinicianId=outcome.clinician.id,
        registrationStatus=outcome.clinician.status.value,
        epcsEnabled=outcome.clinician.epcs_enabled,
        nextSteps=list(next_steps(outcome.expected, bool(subject.prescriber.dea))),
        warnings=[FindingOutput.of(one) for one in outcome.warnings],
    )


@dataclass(frozen=True)
class _Records:
    """The caller's records."""

    practitioner: FoundOne
    roles: FoundAll
    memberships: FoundAll


def _me_and_records(invocation: Invocation, dosespot: DoseSpotClient) -> tuple[Resource, _Records]:
    """The answer of `auth/me`, and the records; DoseSpot's token is there then too."""
    fhir, caller, together = invocation.fhir, invocation.requester, invocation.together
    guards = invocation.privileged_fhir
    own = Batch(fhir)
    guarded = own if guards is fhir else Batch(guards)
    records = _Records(
        practitioner=own.read(caller),
        roles=own.search(f"PractitionerRole?practitioner={caller}&_count=1000"),
        memberships=guarded.memberships_of(caller),
    )

    def read() -> None:
        if guarded is own:
            own.send()
        else:
            together(own.send, guarded.send)

    if dosespot.is_signed_in:
        me, _ = together(fhir.who_am_i, read)
    else:
        me, _, _ = together(fhir.who_am_i, dosespot.sign_in_early, read)
    return me, records
