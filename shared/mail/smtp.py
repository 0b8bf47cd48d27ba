"""Mail by an SMTP server, over TLS; see RFC 5321, 3207 and 8314.

Until the text itself is sent nothing has happened; after it, only the server's answer says whether
it took the mail.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from shared.errors import Misconfigured, RecordsRefused
from shared.http.sending import NO_USABLE_ANSWER, open_write, unavailable
from shared.mail.message import ADDRESS_REFUSED, SERVICE, WISH, MailMessage
from shared.mail.settings import IMPLICIT_TLS_PORT, SmtpServer
from shared.records.findings import Finding

TIMEOUT_S = 10
NO_TLS = (
    "The mail server of the project secret SMTP_HOST offers no TLS, so nothing was said to it. Give"
    " a port that does, usually 587 or 465."
)
NOT_TRUSTED = (
    "The TLS certificate of the mail server is not valid for the name in the project secret"
    " SMTP_HOST. Correct the name, or have the certificate renewed."
)
NOT_LET_IN = (
    "The mail server does not let the bots in. Check the project secrets SMTP_USER and"
    " SMTP_PASSWORD."
)
SENDER_REFUSED = "The mail server refuses the sender's address. Check the project secret MAIL_FROM."
TEXT_REFUSED = "The mail server refused the e-mail ({code}). Ask those who run it why."


class SmtpMail:
    """A `MailChannel`.

    Args:
        server: the mail server.
        sender: the address that mails come from.
        trust: the certificates that are trusted; the system's where none are given.
    """

    def __init__(
        self, server: SmtpServer, sender: str, trust: ssl.SSLContext | None = None
    ) -> None:
        self.server = server
        self._sender = sender
        self._trust = trust or ssl.create_default_context()

    def send(self, message: MailMessage) -> None:
        """Hands a mail over; see the port."""
        mail = self._written(message)
        with self._signed_in() as client:
            self._address(client, message.to)
            self._hand_over(client, mail)

    def try_out(self) -> str:
        """Signs in and says nothing more; see the port."""
        with self._signed_in() as client:
            client.noop()
        return "The mail server answers over TLS and lets the bots in."

    def _written(self, message: MailMessage) -> bytes:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self._sender, message.to, message.subject
        mail["Date"] = formatdate()
        mail["Message-ID"] = make_msgid(domain=self._sender.rpartition("@")[2])
        mail.set_content(message.text)
        return mail.as_bytes()

    @contextmanager
    def _signed_in(self) -> Iterator[smtplib.SMTP]:
        """A connection over TLS on which the bots are signed in.

        Raises:
            Misconfigured: TLS or the sign-in fails.
            RemoteUnavailable: the server can't be reached.
        """
        with _in_our_words():
            client = self._connected()
        try:
            with _in_our_words():
                self._sign_in(client)
            yield client
        finally:
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
            client.close()

    def _connected(self) -> smtplib.SMTP:
        host, port = self.server.host, self.server.port
        if port == IMPLICIT_TLS_PORT:
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=self._trust)
        return smtplib.SMTP(host, port, timeout=TIMEOUT_S)

    def _sign_in(self, client: smtplib.SMTP) -> None:
        if not isinstance(client, smtplib.SMTP_SSL):
            client.starttls(context=self._trust)
        if self.server.user:
            client.login(self.server.user, self.server.password)

    def _address(self, client: smtplib.SMTP, to: str) -> None:
        """Names sender and recipient, with which nothing is sent yet."""
        try:
            client.ehlo_or_helo_if_needed()
            sender, _ = client.mail(self._sender)
            recipient, _ = client.rcpt(to) if sender < 300 else (250, b"")
        except (smtplib.SMTPException, OSError):
            raise unavailable(SERVICE) from None
        if sender >= 300:
            raise Misconfigured(SENDER_REFUSED)
        if recipient >= 500:
            path, _, sentence = ADDRESS_REFUSED.partition(": ")
            raise RecordsRefused(ADDRESS_REFUSED, findings=[Finding(path, sentence)])
        if recipient >= 300:
            raise unavailable(SERVICE)

    def _hand_over(self, client: smtplib.SMTP, mail: bytes) -> None:
        try:
            code, _ = client.data(mail)
        except smtplib.SMTPDataError as error:
            code = error.smtp_code
        except (smtplib.SMTPException, OSError):
            raise open_write(SERVICE, WISH, NO_USABLE_ANSWER) from None
        if code >= 500:
            raise Misconfigured(TEXT_REFUSED.format(code=code))
        if code >= 300:
            raise unavailable(SERVICE)


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Turns what goes wrong before anything is sent into our errors, which quote nothing."""
    try:
        yield
    except ssl.SSLCertVerificationError:
        raise Misconfigured(NOT_TRUSTED) from None
    except smtplib.SMTPNotSupportedError:
        raise Misconfigured(NO_TLS) from None
    except smtplib.SMTPAuthenticationError:
        raise Misconfigured(NOT_LET_IN) from None
    except (smtplib.SMTPException, OSError):
        raise unavailable(SERVICE) from None
