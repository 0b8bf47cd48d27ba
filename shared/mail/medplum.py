"""Mail by the Medplum server's own `email/v1/send`.

Measured on Medplum 5.1.3: 403 unless the project has the feature `email` and the token is an
administrator's; 400 on a server without mail.
"""

from dataclasses import dataclass

from shared.errors import EditConflict, FhirDenied, FhirNotFound, Misconfigured, RemoteMisbehaved
from shared.fhir.client import FhirClient
from shared.mail.message import MailMessage

DENIED = (
    "The Medplum server lets the bot send no e-mail. Have a super administrator add the feature"
    " `email` to Project.features; the ProjectMembership of the token needs admin set to true."
)
REFUSED = (
    "The Medplum server refuses to send e-mail. Set up its mail server, or set the project secret"
    " MAIL_CHANNEL to ses or smtp."
)


@dataclass(frozen=True)
class MedplumMail:
    """A `MailChannel`.

    Attributes:
        fhir: acts as an administrator of the project.
        sender: the address that mails come from; empty for the server's own.
    """

    fhir: FhirClient
    sender: str

    def send(self, message: MailMessage) -> None:
        """Hands a mail over; see the port."""
        mail = {"to": message.to, "subject": message.subject, "text": message.text}
        self._post({**mail, "from": self.sender} if self.sender else mail)

    def try_out(self) -> str:
        """The server offers no way to try it; see the port."""
        return "Medplum sends; whether its mail server works, only a mail can show."

    def _post(self, mail: dict[str, str]) -> None:
        try:
            self.fhir.send_email(mail)
        except FhirDenied:
            raise Misconfigured(DENIED) from None
        except (EditConflict, FhirNotFound, RemoteMisbehaved):
            raise Misconfigured(REFUSED) from None
