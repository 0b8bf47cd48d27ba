"""What an administrator's wish comes to, by how the last invitation and e-mail stand; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from fhir_profiles.invitation import (
    MOST_INVITATIONS,
    MOST_MAILS,
    Invitation,
    InvitationMail,
    MailStatus,
)
from shared.invitations.rules.standing import InvitationStanding, standing

RESEND_AFTER = timedelta(hours=1)
"""Nobody gets a second e-mail sooner."""


class InvitationAction(StrEnum):
    """What an administrator wants done."""

    INVITE = "invite"
    RESEND = "resend"
    CANCEL = "cancel"


class InviteeOutcome(StrEnum):
    """What became of one person."""

    INVITED = "invited"
    ALREADY_INVITED = "alreadyInvited"
    ALREADY_ENROLLED = "alreadyEnrolled"
    MAY_HAVE_BEEN_SENT = "mayHaveBeenSent"
    RESENT = "resent"
    CANCELLED = "cancelled"
    REFUSED = "refused"


@dataclass(frozen=True)
class MakeInvitation:
    """Write an invitation with that number, then send the first e-mail."""

    number: int


@dataclass(frozen=True)
class SendMail:
    """Send an e-mail with that number."""

    number: int


@dataclass(frozen=True)
class ProlongAndSend:
    """Let the invitation last longer, then send an e-mail with that number."""

    number: int


@dataclass(frozen=True)
class CancelInvitation:
    """Cancel the invitation."""


@dataclass(frozen=True)
class TellOutcome:
    """Change nothing; the outcome, and why in a sentence."""

    outcome: InviteeOutcome
    reason: str = ""


InvitationAct = MakeInvitation | SendMail | ProlongAndSend | CancelInvitation | TellOutcome


@dataclass(frozen=True)
class KnownInvitee:
    """What is known of one person at one clinic.

    Attributes:
        enrolled: whether they have a DoseSpot clinician id.
        invitation: their last one, as it counts.
        taken: the highest number of an invitation that there is, whoever wrote it; 0 for none.
        mail: the last e-mail about the invitation.
        mails: whether the project has a channel for e-mail.
    """

    enrolled: bool
    invitation: Invitation | None = None
    taken: int = 0
    mail: InvitationMail | None = None
    mails: bool = True


NOT_ENROLLED_AGAIN = "This person is enrolled already."
ACCEPTED = "This person has accepted the invitation already."
OPEN_MAIL = (
    "An e-mail may have been sent before: its sending was begun, and nothing says how it ended. Ask"
    " the person; if it did not arrive, resend it."
)
TOO_MANY = (
    "This person was invited too often to be invited again. Enroll them as an administrator"
    " instead."
)
TOO_MANY_MAILS = "Too many e-mails were sent about this invitation. Cancel it, then invite again."
TOO_SOON = "The last e-mail is from {at}. Another may be sent from {again} on."
_NOT_TO_RESEND: Mapping[InvitationStanding, str] = MappingProxyType(
    {
        InvitationStanding.NONE: "There is no invitation to send again. Invite this person first.",
        InvitationStanding.EXPIRED: "The invitation has expired. Invite this person again.",
        InvitationStanding.ACCEPTED: ACCEPTED,
        InvitationStanding.DECLINED: "This person declined. If they agree, invite them again.",
        InvitationStanding.CANCELLED: "The invitation was cancelled. Invite this person again.",
        InvitationStanding.USED: "The invitation was used before. Invite this person again.",
    }
)
_NOT_TO_CANCEL: Mapping[InvitationStanding, str] = MappingProxyType(
    {
        InvitationStanding.NONE: "There is no invitation to cancel.",
        InvitationStanding.DECLINED: "This person declined; there is nothing to cancel.",
        InvitationStanding.USED: "The invitation was used before; there is nothing to cancel.",
    }
)


def next_act(wish: InvitationAction, known: KnownInvitee, now: datetime) -> InvitationAct:
    """What to do for one person.

    Args:
        wish: the administrator's.
        known: how things stand.
        now: aware time.
    """
    if known.enrolled:
        return TellOutcome(InviteeOutcome.ALREADY_ENROLLED, NOT_ENROLLED_AGAIN)
    stands = standing(known.invitation, now)
    match wish:
        case InvitationAction.INVITE:
            return _invited(known, stands)
        case InvitationAction.RESEND:
            return _resent(known, stands, now)
        case InvitationAction.CANCEL:
            return _cancelled(stands)


def _invited(known: KnownInvitee, stands: InvitationStanding) -> InvitationAct:
    if stands is InvitationStanding.ACCEPTED:
        return TellOutcome(InviteeOutcome.ALREADY_INVITED, ACCEPTED)
    if stands is InvitationStanding.OPEN:
        return mail_due(known.mail, mails=known.mails)
    if known.taken >= MOST_INVITATIONS:
        return TellOutcome(InviteeOutcome.REFUSED, TOO_MANY)
    return MakeInvitation(known.taken + 1)


def mail_due(mail: InvitationMail | None, *, mails: bool) -> InvitationAct:
    """What is still to be done about the first e-mail of an open invitation.

    Args:
        mail: the last one; None if there is none.
        mails: whether the project has a channel for e-mail.
    """
    if mail is not None and mail.status is MailStatus.PREPARATION:
        return TellOutcome(InviteeOutcome.MAY_HAVE_BEEN_SENT, OPEN_MAIL)
    if not mails or (mail is not None and mail.status is MailStatus.COMPLETED):
        return TellOutcome(InviteeOutcome.ALREADY_INVITED)
    return SendMail(mail.number if mail else 1)


def _resent(known: KnownInvitee, stands: InvitationStanding, now: datetime) -> InvitationAct:
    if stands is not InvitationStanding.OPEN:
        return TellOutcome(InviteeOutcome.REFUSED, _NOT_TO_RESEND[stands])
    mail = known.mail
    if mail is None:
        return ProlongAndSend(1)
    if mail.status is MailStatus.NOT_DONE:
        return ProlongAndSend(mail.number)
    last = mail.at or now
    if now < last + RESEND_AFTER:
        return TellOutcome(InviteeOutcome.REFUSED, _too_soon(last))
    if mail.number >= MOST_MAILS:
        return TellOutcome(InviteeOutcome.REFUSED, TOO_MANY_MAILS)
    return ProlongAndSend(mail.number + 1)


def _too_soon(last: datetime) -> str:
    at, again = (f"{one:%Y-%m-%d %H:%M} UTC" for one in (last, last + RESEND_AFTER))
    return TOO_SOON.format(at=at, again=again)


def _cancelled(stands: InvitationStanding) -> InvitationAct:
    if stands in _NOT_TO_CANCEL:
        return TellOutcome(InviteeOutcome.REFUSED, _NOT_TO_CANCEL[stands])
    return (
        TellOutcome(InviteeOutcome.CANCELLED)
        if stands is InvitationStanding.CANCELLED
        else CancelInvitation()
    )
