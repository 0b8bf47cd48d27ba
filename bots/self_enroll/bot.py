"""The bot: the subject is the caller, whom an administrator authorized by a PractitionerRole."""

from bots.self_enroll.contract import SelfEnrollInput, SelfEnrollOutput, status_of
from fhir_profiles import Resource
from shared.dosespot.client import DoseSpotClient
from shared.enrollment.guidance import next_steps
from shared.fhir.client import Answer, FhirClient
from shared.runtime.lambda_handler import Invocation
from shared.workflow.self_service import (
    authorized_roles,
    require_own_token,
    require_practitioner,
)
from shared.workflow.subject import subject_of


def self_enroll(request: SelfEnrollInput, invocation: Invocation) -> SelfEnrollOutput:
    """Takes the caller one step further.

    Raises:
        NotAuthorized: the caller may not enroll themselves; says what an administrator must do.
        Misconfigured: a secret or credential of the set-up is missing.
        RecordsRefused: lists everything that the profile lacks.
        BotError: whatever else stands in the way.
    """
    fhir, services, caller = invocation.fhir, invocation.services, invocation.requester
    invocation.trail.whom = caller
    require_practitioner(caller)
    dosespot = invocation.dosespot(acting_as=invocation.settings.clinician_admin())
    memberships = invocation.service_fhir() or fhir
    me, found = _me_and_records(invocation, dosespot, memberships)
    practitioner_found, roles_found, memberships_found = found
    require_own_token(me, caller)
    today = services.now().date()
    roles = authorized_roles(roles_found, memberships_found, caller, today)
    subject = subject_of(practitioner_found, memberships_found, today)
    enrollment, order = invocation.enrollment(dosespot, fhir, memberships), request.order(roles)
    looked = invocation.beside_npi_check(subject, lambda: enrollment.look(subject, order))
    outcome = enrollment.run(subject, looked, order)
    return SelfEnrollOutput(
        status=status_of(outcome),
        doseSpotClinicianId=outcome.clinician.id,
        registrationStatus=outcome.clinician.status.value,
        epcsEnabled=outcome.clinician.epcs_enabled,
        nextSteps=list(next_steps(outcome.clinician, bool(subject.prescriber.dea))),
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
