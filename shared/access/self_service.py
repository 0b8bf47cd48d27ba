"""Who may enroll themselves, and as what: a Practitioner with a role from an administrator.

Source: Medplum's prescriber enrollment guide, "Self-Service Enrollment".
"""

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from fhir_profiles.today import Today
from shared.access.rules.grants import Counts, anywhere, named_roles
from shared.errors import NotAuthorized
from shared.fhir.batch import FoundAll
from shared.members.caller import is_program, token_owner

NOT_A_PRACTITIONER = (
    "Only a Practitioner can enroll in DoseSpot. Sign in with the account of the prescriber."
)
ANOTHER_PERSON = (
    "The access token does not belong to the caller, so nothing was done. Sign in again."
)
NO_ROLE = (
    "You are not authorized for DoseSpot yet. An administrator must create a PractitionerRole with"
    " you as practitioner, active set to true, a period (if any) that covers today, and a code of"
    f" system {PRACTITIONER_ROLE_TYPE}: {', '.join(role.value for role in ClinicianRole)}."
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


def named_roles_of(
    roles_found: FoundAll, practitioner: str, today: Today, counts: Counts = anywhere
) -> tuple[list[Resource], frozenset[ClinicianRole]]:
    """The prescriber's PractitionerRoles, and every DoseSpot role that they name today.

    Whether an administrator has granted a role is looked up before it is given to anybody.

    Raises:
        NotAuthorized: none is named; says what an administrator must create.
        BotError: whatever the answer raises.
    """
    found = roles_found.all()
    named = frozenset().union(*(named_roles(one, practitioner, today, counts) for one in found))
    if not named:
        raise NotAuthorized(NO_ROLE)
    return found, named
