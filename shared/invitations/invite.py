"""Inviting people, reminding them, and taking invitations back; nobody affects another.

Each invitation is a Task that is created once, however many runs want it; each e-mail is sent by
one run; see `shared/invitations/mailing.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import assert_never

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.invitation import (
    Invitation,
    InvitationKey,
    InvitationMail,
    InvitationStatus,
    invitation_task,
    read_invitation,
    with_expiry,
    with_invitation_status,
)
from fhir_profiles.systems import INVITATION
from shared.audit.trail import Trail, version_key
from shared.errors import BotError, EditConflict, Misconfigured
from shared.fhir.client import FhirClient
from shared.fhir.denied import denied_as
from shared.fhir.search import by_identifier
from shared.invitations.invitees import Invitee
from shared.invitations.mailing import Mailing, MaybeSent, NotSent, Sent, SentByAnother
from shared.invitations.reading import NOT_ALLOWED, LastInvitation, counted, last_invitations
from shared.invitations.rules.next_act import (
    OPEN_MAIL,
    CancelInvitation,
    InvitationAct,
    InvitationAction,
    InviteeOutcome,
    KnownInvitee,
    MakeInvitation,
    ProlongAndSend,
    SendMail,
    TellOutcome,
    mail_due,
    next_act,
)
from shared.mail.channel import NO_CHANNEL
from shared.timing import Clock
from shared.together import Together

CHANGED = "The invitation was changed by somebody else meanwhile. Try again."
NOT_OURS = (
    "Somebody who is not an administrator has written a record in the place of this invitation."
    " Try again."
)


@dataclass(frozen=True)
class InviteeResult:
    """What became of one person.

    Attributes:
        practitioner: reference of the person.
        clinic: DoseSpot's number of the clinic; None if it is not clear which.
        outcome: what was done, or is so already.
        reason: why, as a sentence; empty if there is nothing to say.
        invitation: the invitation as it is now; None if there is none.
    """

    practitioner: str
    clinic: int | None
    outcome: InviteeOutcome
    reason: str = ""
    invitation: Invitation | None = None


@dataclass(frozen=True)
class Invitations:
    """The use case.

    Attributes:
        fhir: may read and write Tasks and Communications, and read memberships.
        mailing: sends e-mails; None if the project has no channel.
        trail: keeps what was done.
        together: works for several people at the same time.
        now: the clock.
    """

    fhir: FhirClient
    mailing: Mailing | None
    trail: Trail
    together: Together
    now: Clock

    def run(
        self, action: InvitationAction, invitees: Sequence[Invitee], lasts_for: timedelta
    ) -> list[InviteeResult]:
        """What becomes of these people, in their order.

        Args:
            action: what is wanted for all of them.
            invitees: who, with what was read of them.
            lasts_for: how long a new or renewed invitation is valid.

        Raises:
            BotError: the FHIR server could not be asked for the invitations at all.
        """
        known = [one for one in invitees if one.clinic is not None]
        places = [(one.practitioner, one.clinic or 0) for one in known]
        lasts = last_invitations(self.fhir, places, with_mails=True) if places else []
        found = {id(one): last for one, last in zip(known, lasts, strict=True)}
        begun = [
            self.together.started(
                partial(self._tried, action, one, found.get(id(one), LastInvitation()), lasts_for)
            )
            for one in invitees
        ]
        return [future.result() for future in begun]

    def _tried(
        self,
        action: InvitationAction,
        invitee: Invitee,
        last: LastInvitation,
        lasts_for: timedelta,
    ) -> InviteeResult:
        result_of = partial(InviteeResult, invitee.practitioner, invitee.clinic)
        if invitee.refused and (action is not InvitationAction.CANCEL or invitee.clinic is None):
            return result_of(InviteeOutcome.REFUSED, invitee.refused, last.invitation)
        known = KnownInvitee(
            enrolled=invitee.enrolled,
            invitation=last.invitation,
            taken=last.taken,
            mail=last.mail,
            mails=self.mailing is not None,
        )
        try:
            return self._done(next_act(action, known, self.now()), invitee, last, lasts_for)
        except BotError as error:
            return result_of(InviteeOutcome.REFUSED, str(error), last.invitation)

    def _done(
        self, act: InvitationAct, invitee: Invitee, last: LastInvitation, lasts_for: timedelta
    ) -> InviteeResult:
        until = self.now() + lasts_for
        match act:
            case TellOutcome():
                return _result(invitee, act.outcome, act.reason, last.invitation)
            case MakeInvitation():
                return self._invited(act.number, invitee, until)
            case CancelInvitation():
                return self._cancelled(invitee, _there(last))
            case SendMail():
                return self._mailed(invitee, _there(last), act.number, last.mail)
            case ProlongAndSend():
                longer = self._put(with_expiry(_there(last).resource, until, self.now()))
                mailed = self._mailed(invitee, longer, act.number, last.mail)
                is_sent = mailed.outcome is InviteeOutcome.INVITED
                return replace(mailed, outcome=InviteeOutcome.RESENT) if is_sent else mailed
            case _:
                assert_never(act)

    def _invited(self, number: int, invitee: Invitee, until: datetime) -> InviteeResult:
        """Writes an invitation, or finds the one that another run has just written."""
        key = InvitationKey(invitee.practitioner, invitee.clinic or 0, number)
        task = invitation_task(key, invitee.role, self.trail.who, self.now(), until)
        with denied_as(Misconfigured(NOT_ALLOWED)):
            query = by_identifier(INVITATION, [key.value])
            written, is_new = self.fhir.create_if_none(task, query)
        found = (
            read_invitation(written) if is_new else next(iter(counted(self.fhir, [written])), None)
        )
        if found is None:
            return _result(invitee, InviteeOutcome.REFUSED, NOT_OURS, None)
        if is_new:
            self._keep(AuditAction.PRESCRIBER_INVITED, found)
        due = mail_due(None, mails=self.mailing is not None)
        if isinstance(due, SendMail):
            return self._mailed(invitee, found, due.number, None)
        outcome = InviteeOutcome.INVITED if is_new else InviteeOutcome.ALREADY_INVITED
        return _result(invitee, outcome, "", found)

    def _mailed(
        self, invitee: Invitee, invitation: Invitation, number: int, last: InvitationMail | None
    ) -> InviteeResult:
        """Sends an e-mail; a first one that this run sends makes the person invited."""
        if self.mailing is None:
            raise Misconfigured(NO_CHANNEL)
        result_of = partial(_result, invitee, invitation=invitation)
        sent = self.mailing.send(invitation, number, last, invitee.address)
        match sent:
            case Sent():
                self._keep(AuditAction.INVITATION_MAILED, invitation)
                return result_of(InviteeOutcome.INVITED, "")
            case SentByAnother():
                return result_of(InviteeOutcome.ALREADY_INVITED, "")
            case MaybeSent():
                return result_of(InviteeOutcome.MAY_HAVE_BEEN_SENT, OPEN_MAIL)
            case NotSent():
                return result_of(InviteeOutcome.REFUSED, sent.why)
            case _:
                assert_never(sent)

    def _cancelled(self, invitee: Invitee, invitation: Invitation) -> InviteeResult:
        cancelled = with_invitation_status(
            invitation.resource, InvitationStatus.CANCELLED, self.now()
        )
        written = self._put(cancelled)
        self._keep(AuditAction.INVITATION_CANCELLED, written)
        return _result(invitee, InviteeOutcome.CANCELLED, "", written)

    def _put(self, task: Resource) -> Invitation:
        """Writes a Task if nobody else has since it was read.

        It is not read again and changed: what stands there then may be another person's.

        Raises:
            EditConflict: somebody has.
            BotError: whatever else the client raises.
        """
        try:
            with denied_as(Misconfigured(NOT_ALLOWED)):
                written = read_invitation(self.fhir.put(task))
        except EditConflict:
            raise EditConflict(CHANGED) from None
        if written is None:
            raise EditConflict(CHANGED)
        return written

    def _keep(self, action: AuditAction, invitation: Invitation) -> None:
        self.trail.did(
            action,
            f"clinic {invitation.key.clinic}",
            key=version_key(action, invitation.resource),
            subject=invitation.key.practitioner,
        )


def _there(last: LastInvitation) -> Invitation:
    if last.invitation is None:
        raise AssertionError("what is sent or cancelled is there")
    return last.invitation


def _result(
    invitee: Invitee, outcome: InviteeOutcome, reason: str, invitation: Invitation | None
) -> InviteeResult:
    return InviteeResult(invitee.practitioner, invitee.clinic, outcome, reason, invitation)
