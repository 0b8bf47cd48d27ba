"""Mail by Amazon SES v2: what moto's receives, and what each refusal means."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from shared.errors import BotError, LookUpFirst, Misconfigured, RemoteUnavailable
from shared.mail import ses
from shared.mail.message import MailMessage
from shared.mail.ses import SesMail

REGION, SENDER = "us-east-1", "erx@clinic.example"
MESSAGE = MailMessage("jane@clinic.example", "An invitation", "Sign in: https://app.example/\n")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "made-up")
    with mock_aws():
        boto3.client("ses", region_name=REGION).verify_email_identity(EmailAddress=SENDER)
        yield


@pytest.mark.usefixtures("account")
def test_a_mail_arrives_as_it_was_written() -> None:
    SesMail(SENDER, REGION).send(MESSAGE)
    (mail,) = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
    assert (mail.source, mail.destinations["ToAddresses"]) == (SENDER, [MESSAGE.to])
    assert (mail.subject, mail.body) == (MESSAGE.subject, MESSAGE.text)


@pytest.mark.usefixtures("account")
def test_a_sender_that_is_not_verified_is_told() -> None:
    channel = SesMail("other@clinic.example", REGION)
    for act in (lambda: channel.send(MESSAGE), channel.try_out):
        with pytest.raises(Misconfigured) as caught:
            act()
        assert "MAIL_FROM" in str(caught.value)


@pytest.mark.parametrize("identity", [SENDER, "clinic.example"])
@pytest.mark.usefixtures("account")
def test_a_verified_sender_or_domain_is_found_and_nothing_is_sent(identity: str) -> None:
    boto3.client("sesv2", region_name=REGION).create_email_identity(EmailIdentity=identity)
    backend = ses_backends[DEFAULT_ACCOUNT_ID][REGION]
    backend.email_identities[identity].verified_for_sending_status = True
    assert SesMail(SENDER, REGION).try_out().startswith("Amazon SES knows")
    assert ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages == []


def test_without_credentials_or_region_it_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    with pytest.raises(Misconfigured) as no_region:
        SesMail(SENDER, "")
    with pytest.raises(Misconfigured) as nobody:
        SesMail(SENDER, REGION).send(MESSAGE)
    assert {str(no_region.value), str(nobody.value)} == {ses.NO_ACCESS}


def refusal(code: str, status: int) -> ClientError:
    told = {"Code": code, "Message": f"{MESSAGE.to} is refused"}
    return ClientError(
        {"Error": told, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
        "SendEmail",
    )


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (refusal("MessageRejected", 400), Misconfigured),
        (refusal("SendingPausedException", 400), Misconfigured),
        (refusal("AccessDeniedException", 403), Misconfigured),
        (refusal("TooManyRequestsException", 429), RemoteUnavailable),
        (refusal("InternalFailure", 500), LookUpFirst),
        (EndpointConnectionError(endpoint_url="x"), RemoteUnavailable),
        (ReadTimeoutError(endpoint_url="x"), LookUpFirst),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
@pytest.mark.usefixtures("account")
def test_what_a_failure_means(raised: Exception, error: type[BotError]) -> None:
    channel = SesMail(SENDER, REGION)

    def fail(**_: Any) -> None:
        raise raised

    channel.client.meta.events.register("before-call.sesv2.SendEmail", fail)
    with pytest.raises(error) as caught:
        channel.send(MESSAGE)
    assert MESSAGE.to not in str(caught.value)


@pytest.mark.usefixtures("account")
def test_nothing_is_sent_again_by_itself() -> None:
    channel, tries = SesMail(SENDER, REGION), []

    def fail(**_: Any) -> None:
        tries.append(1)
        raise ReadTimeoutError(endpoint_url="x")

    channel.client.meta.events.register("before-send.sesv2.SendEmail", fail)
    with pytest.raises(LookUpFirst):
        channel.send(MESSAGE)
    assert tries == [1]
