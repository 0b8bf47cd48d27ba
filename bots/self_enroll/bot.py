"""The bot: the subject is the caller, whom an administrator authorized by a PractitionerRole."""

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
from shared.fhir.answers import Answer
from shared.fhir.client import FhirClient
from shared.fhir.denied import denied_as
from shared.members.rules.guidance import next_steps
from shared.members.subject import subject_of
from shared.npi_check.wiring import beside_npi_check
from shared.runtime.bot import bot
from shared.runtime.inputs import FindingOutput
from shared.runtime.invocation import Invocation


@bot(
    identifier="dosespot-self-enroll-prescriber-bot",
    description="Enrolls the calling prescriber in DoseSpot, one step further per call.",
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
    me, found = _me_and_records(invocation, dosespot, invocation.privileged_fhir)
    practitioner_found, roles_found, memberships_found = found
    require_own_token(me, caller)
    today = Today(invocation.now())
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        memberships_found.all()
    practitioner_roles, named = named_roles_of(roles_found, caller, today)
    subject = subject_of(practitioner_found, memberships_found, today)
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


def _me_and_records(
    invocation: Invocation, dosespot: DoseSpotClient, memberships: FhirClient
) -> tuple[Resource, list[Answer]]:
    """The answer of `auth/me`, and the records; DoseSpot's token is there then too."""
    together, who_am_i = invocation.together, invocation.fhir.who_am_i
    if dosespot.is_signed_in:
        return together(who_am_i, lambda: _records(invocation, memberships))
    me, _, found = together(
        who_am_i, dosespot.sign_in_early, lambda: _records(invocation, memberships)
    )
    return me, found


def _records(invocation: Invocation, memberships: FhirClient) -> list[Answer]:
    """Practitioner, PractitionerRoles and ProjectMemberships of the caller."""
    fhir, caller = invocation.fhir, invocation.requester
    own = (caller, f"PractitionerRole?practitioner={caller}&_count=1000")
    guarded = f"ProjectMembership?profile={caller}"
    if memberships is fhir:
        return fhir.read_together(*own, guarded)
    found, others = invocation.together(
        lambda: fhir.read_together(*own), lambda: memberships.read_together(guarded)
    )
    return [*found, *others]
