"""Who may enroll others: a project administrator who is a Clinician Admin in DoseSpot.

Every bot decides this itself, because a Medplum server lets any member of a project run a bot.
A program that is an administrator (a ClientApplication or a bot that enrolls many) is nobody in
DoseSpot; it acts as the Clinician Admin that self-enrollment uses too.
Source: Medplum's prescriber enrollment guide, "Admin-Driven Enrollment".
"""

from collections.abc import Callable

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.project_membership import is_administrator
from fhir_profiles.systems import CLINICIAN_IDENTIFIER
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.clinician_record import known_roles
from shared.errors import FhirDenied, NotAuthorized
from shared.fhir.batch import FoundAll
from shared.fhir.client import FhirClient
from shared.members.caller import PROGRAMS, own_membership, sole_clinician_id, token_owner

NOT_ADMINISTRATOR = (
    "The caller is not a project administrator. Have an administrator run the bot, or set"
    " ProjectMembership.admin to true on the caller's membership."
)
NO_DOSESPOT_IDENTIFIER = (
    "The caller has no DoseSpot identifier. Add the caller's DoseSpot clinician id to"
    f" ProjectMembership.identifier with system {CLINICIAN_IDENTIFIER}."
)
NOT_CLINICIAN_ADMIN = (
    "The caller's DoseSpot clinician does not have the ClinicianAdmin role. Have the role (4)"
    " granted at this clinic."
)
UNKNOWN_CALLER = (
    "The bot may not read the caller's ProjectMembership, so it can't tell whether the caller is a"
    " project administrator. Let the bot run as the calling user (Bot.runAsUser), or set"
    " ProjectMembership.admin to true on the bot's own membership."
)

_PROGRAMS = tuple(f"{kind}/" for kind in PROGRAMS)


def administrators_clinician_id(
    fhir: FhirClient, found: FoundAll, requester: str, programs_clinician_id: Callable[[], int]
) -> int:
    """The DoseSpot clinician id of the calling administrator.

    Args:
        fhir: asked for `auth/me` where the token may not read memberships.
        found: the answer to `ProjectMembership?profile={requester}`.
        requester: reference of the caller's profile.
        programs_clinician_id: the id that an administrator acts as that is a program and has no
            DoseSpot identifier; not called for a person.

    Raises:
        NotAuthorized: says which of administrator and DoseSpot identifier is missing.
        RecordsDisagree: an administrator has several identifiers, or one that can't be read.
        BotError: whatever `programs_clinician_id` raises.
    """
    memberships = callers_memberships(fhir, found, requester)
    administrators = _administrators(memberships)
    if not administrators:
        has_id = bool(clinician_ids(*memberships))
        missing = [NOT_ADMINISTRATOR, *([] if has_id else [NO_DOSESPOT_IDENTIFIER])]
        raise NotAuthorized(*missing)
    number = sole_clinician_id(administrators)
    if number is not None:
        return number
    if requester.startswith(_PROGRAMS):
        return programs_clinician_id()
    raise NotAuthorized(NO_DOSESPOT_IDENTIFIER)


def require_administrator(fhir: FhirClient, found: FoundAll, requester: str) -> None:
    """Makes sure that the caller is a project administrator, whoever they are in DoseSpot.

    The arguments are those of `administrators_clinician_id`, as far as they are here.

    Raises:
        NotAuthorized: the caller is not.
    """
    if not _administrators(callers_memberships(fhir, found, requester)):
        raise NotAuthorized(NOT_ADMINISTRATOR)


def callers_memberships(fhir: FhirClient, found: FoundAll, requester: str) -> list[Resource]:
    """The caller's memberships; the caller's own token shows the current one in any case.

    The arguments are those of `administrators_clinician_id`.

    Raises:
        NotAuthorized: the bot may not read them.
    """
    try:
        return found.all()
    except FhirDenied:
        membership = own_membership(fhir.who_am_i(), requester)
    if membership is None:
        raise NotAuthorized(UNKNOWN_CALLER)
    return [membership]


def runs_by_itself(me: Resource, requester: str) -> bool:
    """Whether a bot runs without a caller, on a schedule: then it is its own requester.

    Args:
        me: the answer of `auth/me` to the bot's token.
        requester: reference of the payload's requester.
    """
    return requester.startswith("Bot/") and token_owner(me) == requester


def require_clinician_admin(dosespot: DoseSpotClient, clinician_id: int) -> None:
    """Makes sure that the clinician has the ClinicianAdmin role at DoseSpot.

    Raises:
        NotAuthorized: the clinician has not, or DoseSpot does not say so.
    """
    item = dosespot.clinician(clinician_id)
    if item is None or ClinicianRole.CLINICIAN_ADMIN not in known_roles(item):
        raise NotAuthorized(NOT_CLINICIAN_ADMIN)


def _administrators(memberships: list[Resource]) -> list[Resource]:
    return [one for one in memberships if is_administrator(one)]
