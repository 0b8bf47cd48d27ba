"""Sending the e-mail about an invitation, once.

A Communication is kept before the e-mail is sent, and only the run that wrote it sends. Whatever
run finds it in `preparation` sends nothing: the run that wrote it may have died on either side of
the sending.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.invitation import (
    Invitation,
    InvitationMail,
    MailStatus,
    prepared_again,
    prepared_mail,
    sent_mail,
    unsent_mail,
)
from fhir_profiles.systems import INVITATION_MAIL
from shared.errors import BotError, EditConflict, LookUpFirst, Misconfigured
from shared.fhir.client import FhirClient
from shared.fhir.denied import denied_as
from shared.fhir.search import by_identifier
from shared.invitations.reading import NOT_ALLOWED
from shared.mail.message import MailChannel, MailMessage
from shared.timing import Clock

SENDING_S = 12.0
"""No e-mail is begun that might not be sent before the run ends."""
NO_TIME = "There was no time left to send this e-mail. Invite this person again."
SUBJECT = "You are invited to prescribe electronically"
TEXT = """\
You are invited to prescribe electronically.

Sign in to begin:
{page}

The invitation is valid until {until}. If you did not expect it, ask your administrator.
"""


@dataclass(frozen=True)
class Sent:
    """This run sent it."""


@dataclass(frozen=True)
class SentByAnother:
    """Another run sent it."""


@dataclass(frozen=True)
class MaybeSent:
    """It may have been sent: by this run, or by one that has begun to."""


@dataclass(frozen=True)
class NotSent:
    """It was not sent; `why` is a sentence."""

    why: str


MailResult = Sent | SentByAnother | MaybeSent | NotSent


@dataclass(frozen=True)
class Mailing:
    """The use case.

    Attributes:
        fhir: may create and update Communications.
        channel: sends.
        page: URL of the app's sign-in page.
        run: the run's own id, by which it knows what it prepared.
        now: the clock.
        has_time: whether the run has time for so many seconds more.
    """

    fhir: FhirClient
    channel: MailChannel
    page: str
    run: str
    now: Clock
    has_time: Callable[[float], bool]

    def send(
        self, invitation: Invitation, number: int, last: InvitationMail | None, address: str
    ) -> MailResult:
        """Sends an e-mail about an invitation, unless another run has begun to.

        Args:
            invitation: what it is about.
            number: the e-mail's.
            last: the last e-mail; one with that number was not sent, and is begun again.
            address: where it goes.

        Raises:
            BotError: nothing was sent, and it could not be kept that it was about to be.
        """
        if not self.has_time(SENDING_S):
            return NotSent(NO_TIME)
        prepared = self._prepared(invitation, number, last)
        if not isinstance(prepared, dict):
            return prepared
        try:
            self.channel.send(MailMessage(address, SUBJECT, self._text(invitation.until)))
        except LookUpFirst:
            return MaybeSent()
        except BotError as error:
            self._keep(unsent_mail(prepared, type(error).__name__))
            return NotSent(str(error))
        self._keep(sent_mail(prepared, self.now()))
        return Sent()

    def _prepared(
        self, invitation: Invitation, number: int, last: InvitationMail | None
    ) -> Resource | SentByAnother | MaybeSent:
        """The Communication that this run has written, or what another run has done."""
        with denied_as(Misconfigured(NOT_ALLOWED)):
            if last is not None and last.number == number:
                try:
                    return self.fhir.put(prepared_again(last, self.run))
                except (EditConflict, LookUpFirst):
                    return MaybeSent()
            query = by_identifier(INVITATION_MAIL, [invitation.key.mail(number)])
            wanted = prepared_mail(invitation, number, self.run)
            written, is_ours = self.fhir.create_if_none(wanted, query)
        if is_ours:
            return written
        is_sent = written.get("status") == MailStatus.COMPLETED.value
        return SentByAnother() if is_sent else MaybeSent()

    def _keep(self, communication: Resource) -> None:
        """Writes how it ended; where that fails, it stays open, and nobody sends it again."""
        with suppress(BotError):
            self.fhir.put(communication)

    def _text(self, until: datetime | None) -> str:
        day = "" if until is None else f"{until:%B} {until.day}, {until.year}"
        return TEXT.format(page=self.page, until=day)
