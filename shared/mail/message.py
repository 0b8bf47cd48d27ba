"""What is mailed, and what every channel promises of it; knows no channel."""

from dataclasses import dataclass, field
from typing import Protocol

SERVICE = "The mail server"
WISH = "send an e-mail"
ADDRESS_REFUSED = (
    "Practitioner.telecom: the mail server refuses the work e-mail address. Correct it, then invite"
    " again."
)


@dataclass(frozen=True)
class MailMessage:
    """A plain text for one person.

    Attributes:
        to: the e-mail address.
        subject: one line.
        text: the text, with nothing about anybody's health and no secret in it.
    """

    to: str = field(repr=False)
    subject: str
    text: str


class MailChannel(Protocol):
    """Sends mail; a mail is handed over at most once, and never again by itself."""

    def send(self, message: MailMessage) -> None:
        """Hands a mail over.

        Raises:
            LookUpFirst: whether it was sent is unknown.
            RecordsRefused: it was not, because of the address.
            Misconfigured, RemoteUnavailable, BotError: it was not; says why.
        """

    def try_out(self) -> str:
        """Does all of it but send a mail; returns what that showed, as a sentence.

        Raises:
            BotError: no mail could be sent; says why.
        """
