"""How a project mails: what each channel needs, named all at once where it is missing."""

from typing import Any

import pytest

from shared.errors import Misconfigured
from shared.mail.channel import NO_CHANNEL, mail_channel
from shared.mail.settings import Channel, MailSettings, SmtpServer
from shared.runtime.known_secrets import malformed
from tests.core.fhir_in_memory import FhirServer
from tests.unit.test_settings import refused, settings

FROM = {"MAIL_FROM": "erx@clinic.example"}
SMTP = {"MAIL_CHANNEL": "smtp", "SMTP_HOST": "mail.clinic.example", **FROM}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, None),
        ({"MAIL_CHANNEL": "medplum"}, MailSettings(Channel.MEDPLUM)),
        ({"MAIL_CHANNEL": "medplum", **FROM}, MailSettings(Channel.MEDPLUM, FROM["MAIL_FROM"])),
        ({"MAIL_CHANNEL": "ses", **FROM}, MailSettings(Channel.SES, FROM["MAIL_FROM"])),
        (
            {"MAIL_CHANNEL": "ses", "SES_REGION": "eu-west-1", **FROM},
            MailSettings(Channel.SES, FROM["MAIL_FROM"], ses_region="eu-west-1"),
        ),
        (
            SMTP,
            MailSettings(Channel.SMTP, FROM["MAIL_FROM"], smtp=SmtpServer("mail.clinic.example")),
        ),
        (
            {**SMTP, "SMTP_PORT": "465", "SMTP_USER": "bots", "SMTP_PASSWORD": "made-up"},
            MailSettings(
                Channel.SMTP,
                FROM["MAIL_FROM"],
                smtp=SmtpServer("mail.clinic.example", 465, "bots", "made-up"),
            ),
        ),
    ],
)
def test_each_channel_is_read(given: dict[str, Any], read: MailSettings | None) -> None:
    assert settings(**given).mail() == read


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"MAIL_CHANNEL": "fax"}, "MAIL_CHANNEL must be medplum, ses, smtp; leave it out to send"),
        ({"MAIL_CHANNEL": "ses"}, "MAIL_FROM missing"),
        ({"MAIL_CHANNEL": "smtp"}, "MAIL_FROM, SMTP_HOST missing"),
        ({**SMTP, "SMTP_USER": "bots"}, "SMTP_PASSWORD missing"),
        ({**SMTP, "SMTP_PORT": "0"}, "SMTP_PORT must be a port; leave it out for 587"),
    ],
)
def test_what_a_channel_lacks_is_named(given: dict[str, Any], problem: str) -> None:
    assert refused(settings(**given).mail).startswith(problem)


@pytest.mark.parametrize(
    ("name", "value", "is_well_formed"),
    [
        ("MAIL_FROM", "erx@clinic.example", True),
        ("MAIL_FROM", "E-Rx <erx@clinic.example>", False),
        ("MAIL_FROM", "erx@clinic", False),
        ("MAIL_FROM", "erx@cl\u00ednic.example", False),
        ("SMTP_HOST", "mail.clinic.example", True),
        ("SMTP_HOST", "mail.clinic.example:25", False),
        ("SMTP_HOST", "https://mail.clinic.example", False),
        ("SMTP_PORT", "65536", False),
        ("SMTP_PASSWORD", "a b", True),
        ("SMTP_PASSWORD", "a\r\nb", False),
        ("INVITATION_URL", "https://app.example/signin", True),
        ("INVITATION_URL", "http://app.example/signin", False),
        ("INVITATION_REQUIRED", "yes", False),
    ],
)
def test_values_are_checked(name: str, value: str, is_well_formed: bool) -> None:
    assert (malformed(name, value) is None) == is_well_formed


def test_invitations_are_not_required_unless_the_project_says_so() -> None:
    assert not settings().invitation_required()
    assert settings(INVITATION_REQUIRED="true").invitation_required()
    assert not settings(INVITATION_REQUIRED="false").invitation_required()


def test_no_password_is_shown() -> None:
    found = settings(**SMTP, SMTP_USER="bots", SMTP_PASSWORD="made-up").mail()
    assert "made-up" not in repr(found)


def test_without_a_channel_nobody_can_mail() -> None:
    with pytest.raises(Misconfigured) as caught:
        mail_channel(None, FhirServer().client)
    assert str(caught.value) == NO_CHANNEL
