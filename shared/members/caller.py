"""Who is asking: what `auth/me` and the payload's requester say together.

Measured on Medplum: the requester is always the caller's profile; `auth/me` is about the owner of
the token, who is the caller where the bot runs as the user, and the bot itself otherwise.
"""

from collections.abc import Iterable

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.elements import child, text
from fhir_profiles.project_membership import is_active
from shared.errors import Misconfigured, NotAuthorized, RecordsDisagree
from shared.fhir.client import FhirClient

RUN_AS_USER = "This bot must run as the calling user. Set Bot.runAsUser to true."
NOT_ENROLLED = (
    "You are not enrolled in DoseSpot yet. If you have a prescribing role, open DoseSpot to enroll;"
    " if not, ask an administrator to give you one or to enroll you."
)
CALLERS_NOT_ONE_ID = (
    "ProjectMembership.identifier: the caller must have exactly one DoseSpot clinician id, which"
    " is a number; have an administrator keep the caller's own and remove the others."
)
PROGRAMS = ("Bot", "ClientApplication")


def token_owner(me: Resource) -> str:
    """Reference of the profile whose token it is; `me` is the answer of `auth/me`."""
    profile = child(me, "profile")
    return f"{text(profile.get('resourceType'))}/{text(profile.get('id'))}"


def is_program(me: Resource) -> bool:
    """Whether the token belongs to a bot or client application instead of a person."""
    return child(me, "profile").get("resourceType") in PROGRAMS


def own_membership(me: Resource, requester: str) -> Resource | None:
    """What `auth/me` shows of the caller's membership; None if the token is not the caller's."""
    return child(me, "membership") if token_owner(me) == requester else None


def callers_clinician_id(fhir: FhirClient, requester: str) -> int:
    """The DoseSpot clinician id of a person who runs a bot as themselves.

    Raises:
        Misconfigured: the bot does not run as the user.
        NotAuthorized: the person has no DoseSpot identifier.
        RecordsDisagree: the person has several, or one that can't be read.
    """
    return clinician_id_of(fhir.who_am_i(), requester)


def clinician_id_of(me: Resource, requester: str) -> int:
    """The same, of the answer of `auth/me`; raises as `callers_clinician_id` does."""
    number = sole_clinician_id([persons_membership(me, requester)])
    if number is None:
        raise NotAuthorized(NOT_ENROLLED)
    return number


def persons_membership(me: Resource, requester: str) -> Resource:
    """What `auth/me` shows of the membership of a person who runs a bot as themselves.

    Raises:
        Misconfigured: the bot does not run as the user.
    """
    membership = own_membership(me, requester)
    if membership is None:
        raise Misconfigured(RUN_AS_USER)
    return membership


def sole_clinician_id(memberships: Iterable[Resource]) -> int | None:
    """The DoseSpot clinician id on a caller's memberships that count; None if there is none.

    Raises:
        RecordsDisagree: there are several, or one can't be read.
    """
    ids = clinician_ids(*filter(is_active, memberships))
    if ids.are_unclear:
        raise RecordsDisagree(CALLERS_NOT_ONE_ID)
    return ids.sole
