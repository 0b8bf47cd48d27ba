"""What `doctor` says of e-mail: what is missing, and that nothing has to be there."""

import pytest

from deploy.medplum.doctor.finding import CheckResult, missing, note, ok
from deploy.medplum.doctor.mail_checks import (
    NO_CHANNEL,
    NO_FEATURE,
    NOT_FROM_HERE,
    check_mail,
)
from shared.errors import BotError, Misconfigured
from shared.mail.message import MailChannel, MailMessage
from tests.unit.test_settings import settings

MAIL = {"MAIL_FROM": "erx@clinic.example", "INVITATION_URL": "https://app.example/signin"}
SMTP = {"MAIL_CHANNEL": "smtp", "SMTP_HOST": "mail.clinic.example", **MAIL}
REFUSED = Misconfigured("It does not let the bots in.")


class Trying:
    """A channel that can be tried, or not."""

    def __init__(self, problem: BotError | None) -> None:
        self.problem = problem

    def send(self, message: MailMessage) -> None:
        raise AssertionError("doctor sends nothing")

    def try_out(self) -> str:
        if self.problem:
            raise self.problem
        return "It works."


def checked(
    given: dict[str, str], features: tuple[str, ...] = (), problem: BotError | None = None
) -> CheckResult:
    channel: MailChannel = Trying(problem)
    return check_mail(settings(**given), {"features": list(features)}, lambda _: channel)


@pytest.mark.parametrize(
    ("given", "features", "result"),
    [
        ({}, (), note(NO_CHANNEL)),
        ({"MAIL_CHANNEL": "medplum", **MAIL}, ("bots",), missing(NO_FEATURE)),
        ({"MAIL_CHANNEL": "medplum", **MAIL}, ("bots", "email"), ok("It works.")),
        (SMTP, (), ok("It works.")),
    ],
)
def test_a_channel_is_tried_if_there_is_one(
    given: dict[str, str], features: tuple[str, ...], result: CheckResult
) -> None:
    assert checked(given, features) == result


def test_what_a_channel_says_is_told() -> None:
    with pytest.raises(Misconfigured) as caught:
        checked(SMTP, problem=REFUSED)
    assert caught.value is REFUSED


def test_amazon_ses_may_be_closed_to_whoever_looks() -> None:
    found = checked({"MAIL_CHANNEL": "ses", **MAIL}, problem=REFUSED)
    assert found == note(NOT_FROM_HERE.format(problem=REFUSED))


def test_an_invitation_has_to_lead_somewhere() -> None:
    with pytest.raises(Misconfigured) as caught:
        checked({"MAIL_CHANNEL": "medplum"}, ("email",))
    assert "INVITATION_URL missing" in str(caught.value)
