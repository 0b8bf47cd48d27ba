"""How an invitation stands at a moment, and what each standing means to who is invited; pure."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from fhir_profiles.invitation import Invitation, InvitationStatus


class InvitationStanding(StrEnum):
    """How the last invitation of a person to a clinic stands."""

    NONE = "none"
    OPEN = "open"
    EXPIRED = "expired"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    USED = "used"


_CLOSED: Mapping[InvitationStatus, InvitationStanding] = MappingProxyType(
    {
        InvitationStatus.ACCEPTED: InvitationStanding.ACCEPTED,
        InvitationStatus.COMPLETED: InvitationStanding.USED,
        InvitationStatus.CANCELLED: InvitationStanding.CANCELLED,
        InvitationStatus.REJECTED: InvitationStanding.DECLINED,
    }
)

NOT_ADMITTED: Mapping[InvitationStanding, str] = MappingProxyType(
    {
        InvitationStanding.NONE: (
            "You have not been invited to enroll in DoseSpot yet. Ask your administrator to invite"
            " you."
        ),
        InvitationStanding.EXPIRED: (
            "Your invitation to enroll in DoseSpot has expired. Ask your administrator to invite"
            " you again."
        ),
        InvitationStanding.DECLINED: (
            "You declined the invitation to enroll in DoseSpot. Ask your administrator to invite"
            " you again."
        ),
        InvitationStanding.CANCELLED: (
            "Your invitation to enroll in DoseSpot was cancelled. Ask your administrator why, and"
            " to invite you again."
        ),
        InvitationStanding.USED: (
            "Your invitation to enroll in DoseSpot was used before, and you are no longer enrolled."
            " Ask your administrator to invite you again."
        ),
    }
)
"""What a prescriber is told whom the project lets enroll with an invitation only; with the two
that are not here, they may."""


def standing(invitation: Invitation | None, now: datetime) -> InvitationStanding:
    """How an invitation stands; one whose end can't be read has expired.

    Args:
        invitation: the last one; None if there is none.
        now: aware time.
    """
    if invitation is None:
        return InvitationStanding.NONE
    if invitation.status is not InvitationStatus.REQUESTED:
        return _CLOSED[invitation.status]
    is_open = invitation.until is not None and invitation.until > now
    return InvitationStanding.OPEN if is_open else InvitationStanding.EXPIRED
