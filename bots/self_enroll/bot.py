"""The bot: the subject is the caller, whom an administrator authorized by a PractitionerRole."""

from bots.self_enroll.contract import SelfEnrollInput, SelfEnrollOutput, status_of
from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.dosespot.client import DoseSpotClient
from shared.enrollment.guidance import next_steps
from shared.errors import Misconfigured
from shared.fhir.answers import Answer
from shared.fhir.client import FhirClient
from shared.runtime.lambda_handler import Invocation
from shared.workflow.inputs import FindingOutput
from shared.workflow.members import NO_CREDENTIAL
from shared.workflow.self_service import (
    named_roles_of,
    require_own_token,
    require_practitioner,
)
from shared.workflow.subject import subject_of


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
    services, caller = invocation.services, invocation.requester
    invocation.trail.subject = caller
    require_practitioner(caller)
    dosespot = invocation.dosespot(acting_as=invocation.settings.clinician_admin())
    me, found = _me_and_records(invocation, dosespot, invocation.privileged_fhir)
    practitioner_found, roles_found, memberships_found = found
    require_own_token(me, caller)
    today = Today(services.now())
    if memberships_found.status in (401, 403):
        raise Misconfigured(NO_CREDENTIAL)
    practitioner_roles, named = named_roles_of(roles_found, caller, today)
    subject = subject_of(practitioner_found, memberships_found, today)
    enrollment = invocation.enrollment(dosespot, caller, practitioner_roles)
    order = request.order(named)
    situation = invocation.beside_npi_check(subject, lambda: enrollment.look(subject, order))
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
    together, who_am_i = invocation.services.together, invocation.fhir.who_am_i
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
    found, others = invocation.services.together(
        lambda: fhir.read_together(*own), lambda: memberships.read_together(guarded)
    )
    return [*found, *others]
