"""Reads invitations and the e-mails about them, for many people in few requests.

Whose word counts is looked up with them; only where a Task was last written by somebody else are
its older versions read too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.invitation import (
    MOST_MAILS,
    Invitation,
    InvitationKey,
    InvitationMail,
    keys_of,
    last_mail,
    read_invitation,
)
from fhir_profiles.systems import INVITATION, INVITATION_MAIL
from shared.access.authorship import versions_that_tell
from shared.errors import Misconfigured
from shared.fhir.batch import Batch, FoundAll
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, denied_as
from shared.fhir.search import by_identifier
from shared.invitations.rules.counting import as_it_counts

NOT_ALLOWED = (
    "The bot may not read and write Tasks and Communications, where it keeps invitations and the"
    f" e-mails about them. Set {CLIENT}; `prescriber-bots register` does that."
)
InvitationPlace = tuple[str, int]
"""Who is invited, by reference, and DoseSpot's number of the clinic."""


@dataclass(frozen=True)
class LastInvitation:
    """What there is of one person at one clinic.

    Attributes:
        invitation: the last one that counts; None if none does.
        taken: the highest number that there is, whether it counts or not; 0 for none.
        mail: the last e-mail about it.
    """

    invitation: Invitation | None = None
    taken: int = 0
    mail: InvitationMail | None = None


def last_invitations(
    fhir: FhirClient, places: Sequence[InvitationPlace], *, with_mails: bool = False
) -> list[LastInvitation]:
    """The last invitation of each person to each clinic.

    Args:
        fhir: may read Tasks and their history, memberships and, with mails, Communications.
        places: who, and where.
        with_mails: whether the e-mails are wanted too.

    Raises:
        Misconfigured: the credential may not read them.
        BotError: whatever the client raises.
    """
    batch = Batch(fhir)
    asked = [batch.search(f"Task?{_keys_query(*one)}&_count=1000") for one in places]
    batch.send()
    tasks = [_allowed(found) for found in asked]
    counting = _counting(fhir, [one for found in tasks for one in found])
    lasts = [_last(found, counting, place) for found, place in zip(tasks, places, strict=True)]
    return _with_mails(fhir, lasts) if with_mails else lasts


def counted(fhir: FhirClient, tasks: Iterable[Resource]) -> list[Invitation]:
    """Those of the Tasks that are invitations, as far as they count."""
    found = map(read_invitation, _counting(fhir, tasks).values())
    return [one for one in found if one is not None]


def _counting(fhir: FhirClient, tasks: Iterable[Resource]) -> dict[str, Resource]:
    """By id, the Tasks as they count; without those that don't."""
    versions, trusted = versions_that_tell(fhir, tasks)
    counts = {key: as_it_counts(found, trusted) for key, found in versions.items()}
    return {key: one for key, one in counts.items() if one is not None}


def _last(
    tasks: Sequence[Resource], counting: dict[str, Resource], place: InvitationPlace
) -> LastInvitation:
    every = [read_invitation(one) for one in tasks]
    taken = max((one.key.number for one in every if one and _is_at(one, place)), default=0)
    found = [read_invitation(counting[key]) for one in tasks if (key := str(one["id"])) in counting]
    here = [one for one in found if one is not None and _is_at(one, place)]
    return LastInvitation(max(here, key=lambda one: one.key.number, default=None), taken)


def _is_at(invitation: Invitation, place: InvitationPlace) -> bool:
    return (invitation.key.practitioner, invitation.key.clinic) == place


def _with_mails(fhir: FhirClient, lasts: Sequence[LastInvitation]) -> list[LastInvitation]:
    batch = Batch(fhir)
    asked = [
        batch.search(f"Communication?{_mails_query(one.invitation.key)}&_count=1000")
        if one.invitation
        else None
        for one in lasts
    ]
    batch.send()
    return [
        LastInvitation(one.invitation, one.taken, last_mail(one.invitation.key, _allowed(found)))
        if one.invitation and found
        else one
        for one, found in zip(lasts, asked, strict=True)
    ]


def _allowed(found: FoundAll) -> list[Resource]:
    with denied_as(Misconfigured(NOT_ALLOWED)):
        return found.all()


def _keys_query(practitioner: str, clinic: int) -> str:
    return by_identifier(INVITATION, [one.value for one in keys_of(practitioner, clinic)])


def _mails_query(key: InvitationKey) -> str:
    numbers = range(1, MOST_MAILS + 1)
    return by_identifier(INVITATION_MAIL, [key.mail(number) for number in numbers])
