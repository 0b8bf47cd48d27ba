"""Mail to a real SMTP server: what it receives, and what each of its answers means."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from shared.errors import LookUpFirst, Misconfigured, RecordsRefused, RemoteUnavailable
from shared.mail import smtp
from shared.mail.message import ADDRESS_REFUSED, MailMessage
from shared.mail.settings import SmtpServer
from shared.mail.smtp import SmtpMail

SENDER, PASSWORD = "erx@clinic.example", "made-up-password"
MESSAGE = MailMessage("jane@clinic.example", "An invitation", "Sign in:\nhttps://app.example/\n")


class Inbox:
    """Takes mail; `answers` says otherwise, by the name of the SMTP command."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.answers: dict[str, str] = {}
        self.closes_on_data = False

    async def handle_MAIL(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Envelope) -> str:
        self.received.append(envelope)
        if self.closes_on_data:
            server.transport.abort()
            await asyncio.sleep(0)
        return self.answers.get("DATA", "250 OK")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, with its key in the same file."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


Serve = Callable[..., SmtpMail]


def authenticated(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> Any:
    return AuthResult(
        success=(data.login, data.password) == (b"bots", PASSWORD.encode()), handled=False
    )


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def serve(inbox: Inbox, certificate: Path) -> Iterator[Serve]:
    """Starts a server with these options; gives the channel to it."""
    started: list[Controller] = []

    def start(user: str = "", password: str = "", *, tls: bool = True, **options: Any) -> SmtpMail:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        secure = {"tls_context": context, "require_starttls": True} if tls else {}
        controller = Controller(inbox, "localhost", 0, **secure, **options)
        # Port 0 takes any; the controller itself can't tell which before it has started.
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            controller.port = free.getsockname()[1]
        controller.start()
        started.append(controller)
        trust = ssl.create_default_context(cafile=str(certificate))
        server = SmtpServer("localhost", controller.port, user, password)
        return SmtpMail(server, SENDER, trust)

    yield start
    for controller in started:
        controller.stop()


def test_a_mail_arrives_as_it_was_written(serve: Serve, inbox: Inbox) -> None:
    serve().send(MESSAGE)
    (envelope,) = inbox.received
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [MESSAGE.to])
    assert isinstance(envelope.content, bytes)
    mail = message_from_bytes(envelope.content, policy=default)
    assert [mail[name] for name in ("From", "To", "Subject")] == [
        SENDER,
        MESSAGE.to,
        MESSAGE.subject,
    ]
    assert mail["Message-ID"].endswith("@clinic.example>")
    assert mail.get_content() == MESSAGE.text.replace("\n", "\r\n") or (
        mail.get_content() == MESSAGE.text
    )


def test_the_bots_sign_in_where_the_server_asks(serve: Serve, inbox: Inbox) -> None:
    options = {"authenticator": authenticated, "auth_required": True}
    channel = serve("bots", PASSWORD, **options)
    assert channel.try_out() == "The mail server answers over TLS and lets the bots in."
    assert inbox.received == []
    channel.send(MESSAGE)
    assert len(inbox.received) == 1


def test_a_wrong_password_is_told_without_it(serve: Serve) -> None:
    channel = serve("bots", "another", authenticator=authenticated, auth_required=True)
    for act in (channel.try_out, lambda: channel.send(MESSAGE)):
        with pytest.raises(Misconfigured) as caught:
            act()
        assert str(caught.value) == smtp.NOT_LET_IN


def test_nothing_is_said_without_tls(serve: Serve, inbox: Inbox) -> None:
    with pytest.raises(Misconfigured) as caught:
        serve("bots", PASSWORD, tls=False).send(MESSAGE)
    assert (str(caught.value), inbox.received) == (smtp.NO_TLS, [])


def test_a_certificate_that_nobody_trusts_is_told(serve: Serve, inbox: Inbox) -> None:
    trusting = serve()
    with pytest.raises(Misconfigured) as caught:
        SmtpMail(trusting.server, SENDER).send(MESSAGE)
    assert (str(caught.value), inbox.received) == (smtp.NOT_TRUSTED, [])


@pytest.mark.parametrize(
    ("answers", "error", "sentence"),
    [
        ({"MAIL": "550 no"}, Misconfigured, smtp.SENDER_REFUSED),
        ({"RCPT": "550 jane@clinic.example unknown"}, RecordsRefused, ADDRESS_REFUSED),
        ({"RCPT": "450 later"}, RemoteUnavailable, None),
        ({"DATA": "554 spam"}, Misconfigured, smtp.TEXT_REFUSED.format(code=554)),
        ({"DATA": "451 later"}, RemoteUnavailable, None),
    ],
)
def test_a_refused_mail_is_known_not_to_be_sent(
    serve: Serve,
    inbox: Inbox,
    answers: dict[str, str],
    error: type[Exception],
    sentence: str | None,
) -> None:
    inbox.answers = answers
    with pytest.raises(error) as caught:
        serve().send(MESSAGE)
    assert MESSAGE.to not in str(caught.value)
    assert sentence is None or str(caught.value) == sentence


def test_without_an_answer_to_the_text_it_is_open_whether_it_was_sent(
    serve: Serve, inbox: Inbox
) -> None:
    inbox.closes_on_data = True
    with pytest.raises(LookUpFirst):
        serve().send(MESSAGE)
    assert len(inbox.received) == 1


def test_a_server_that_is_not_there_was_sent_nothing() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server = SmtpServer("localhost", free.getsockname()[1])
        with pytest.raises(RemoteUnavailable):
            SmtpMail(server, SENDER).send(MESSAGE)
