"""Which channel a project mails by, and what that needs."""

from dataclasses import dataclass, field
from enum import StrEnum

IMPLICIT_TLS_PORT = 465
SUBMISSION_PORT = 587
"""Sources: RFC 8314, section 3.3 (465 begins with TLS); RFC 6409 (587, where TLS follows)."""


class Channel(StrEnum):
    """What sends the mail."""

    MEDPLUM = "medplum"
    SES = "ses"
    SMTP = "smtp"


@dataclass(frozen=True)
class SmtpServer:
    """A mail server that takes mail from programs.

    Attributes:
        host: its name.
        port: 465 begins with TLS; on any other, TLS follows before anything is said.
        user: who signs in; empty where nobody has to.
        password: theirs.
    """

    host: str
    port: int = SUBMISSION_PORT
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class MailSettings:
    """How a project mails.

    Attributes:
        channel: what sends.
        sender: the address that mails come from; may be empty for Medplum, which has its own.
        ses_region: region of Amazon SES; empty for the one where the bot runs.
        smtp: the mail server of `SMTP`.
    """

    channel: Channel
    sender: str = ""
    ses_region: str = ""
    smtp: SmtpServer | None = None
