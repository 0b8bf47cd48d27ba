"""Who may enroll themselves, and as what: a Practitioner whom an administrator has given a role.

Source: Medplum's prescriber enrollment guide, "Self-Service Enrollment".
"""

from datetime import date

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child
from fhir_profiles.practitioner_role import granted_roles, is_of
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from shared.errors import FhirDenied, Misconfigured, NotAuthorized
from shared.fhir.client import Answer
from shared.workflow.caller import is_program, token_owner

NOT_A_PRACTITIONER = (
    "Only a Practitioner can enroll in DoseSpot. Sign in with the account of the prescriber."
)
ANOTHER_PERSON = (
    "The access token is another person's than the caller's, so nothing was done. Sign in again."
)
NO_ROLE = (
    "You are not authorized for DoseSpot yet. An administrator must create a PractitionerRole with"
    " you as practitioner, active set to true, a period (if any) that covers today, and a code of"
    f" system {PRACTITIONER_ROLE_TYPE}: {', '.join(role.code for role in ClinicianRole)}."
)
OWN_ROLE = (
    "The PractitionerRole that authorizes you for DoseSpot was last written by yourself. An"
    " administrator must save it."
)
NO_CREDENTIAL = (
    "The bot may not read and write your ProjectMembership. Set the project secrets"
    " MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET to a ClientApplication whose ProjectMembership"
    " has admin set to true; or let the bot run as itself (Bot.runAsUser false) and set admin to"
    " true on the bot's own ProjectMembership."
)


def require_practitioner(requester: str) -> None:
    """Makes sure that the caller is a Practitioner.

    Raises:
        NotAuthorized: it is another kind of profile.
    """
    if not requester.startswith("Practitioner/"):
        raise NotAuthorized(NOT_A_PRACTITIONER)


def require_own_token(me: Resource, requester: str) -> None:
    """Makes sure that the bot acts for the caller: with their token, or with its own.

    Raises:
        NotAuthorized: the token is another person's.
    """
    if token_owner(me) != requester and not is_program(me):
        raise NotAuthorized(ANOTHER_PERSON)


def authorized_roles(
    roles_found: Answer, memberships_found: Answer, practitioner: str, today: date
) -> frozenset[ClinicianRole]:
    """Every DoseSpot role that the prescriber's PractitionerRoles grant today.

    A role that the prescriber wrote themselves grants nothing, unless they are an administrator:
    Medplum lets members write PractitionerRoles where no AccessPolicy forbids it.

    Raises:
        NotAuthorized: says what an administrator must create.
        Misconfigured: the memberships may not be read; says what to set up.
    """
    try:
        memberships = memberships_found.all()
    except FhirDenied:
        raise Misconfigured(NO_CREDENTIAL) from None
    found = roles_found.all()
    roles = roles_in_force(found, memberships, practitioner, today)
    if not roles:
        raise NotAuthorized(OWN_ROLE if _granting(found, practitioner, today) else NO_ROLE)
    return roles


def roles_in_force(
    practitioner_roles: list[Resource],
    memberships: list[Resource],
    practitioner: str,
    today: date,
) -> frozenset[ClinicianRole]:
    """Every DoseSpot role that PractitionerRoles grant today; see `authorized_roles`.

    Args:
        practitioner_roles: the PractitionerRoles of the prescriber.
        memberships: the ProjectMemberships of the prescriber.
        practitioner: reference of the prescriber.
        today: the day on which the roles have to be in effect.
    """
    is_admin = any(membership.get("admin") is True for membership in memberships)
    return frozenset().union(
        *(
            granted_roles(role, today)
            for role in _granting(practitioner_roles, practitioner, today)
            if is_admin or _author(role) != practitioner
        )
    )


def _granting(roles: list[Resource], practitioner: str, today: date) -> list[Resource]:
    return [role for role in roles if is_of(role, practitioner) and granted_roles(role, today)]


def _author(resource: Resource) -> object:
    return child(child(resource, "meta"), "author").get("reference")
