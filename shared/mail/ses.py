"""Mail by Amazon SES v2; AWS Lambda brings boto3 along, and only this module imports it.

Sources: Amazon SES API v2 Reference, `SendEmail` and `GetEmailIdentity`; botocore's `Config`: its
retries would send a mail again of which it does not know whether it was sent, so there are none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
)

from shared.errors import BotError, Misconfigured, RemoteUnavailable
from shared.http.sending import NO_USABLE_ANSWER, open_write, unavailable
from shared.mail.message import WISH, MailMessage

SERVICE = "Amazon SES"
TIMEOUT_S = 10
REFUSED = (
    "Amazon SES refuses to send from the address of the project secret MAIL_FROM ({code}). Verify"
    " the address or its domain in the region of SES_REGION, allow the bots' role ses:SendEmail,"
    " and check that sending is not paused and the account is out of the sandbox."
)
NO_ACCESS = (
    "Amazon SES can't be used from here: there are no AWS credentials, or no region. Let the bots"
    " run with a role that may use ses:SendEmail, and set the project secret SES_REGION."
)
NOT_VERIFIED = "Amazon SES has not verified the address of the project secret MAIL_FROM. Verify it."
_THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "Throttling"})
_NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError)
_NOBODY = (NoCredentialsError, NoRegionError, PartialCredentialsError)


class SesMail:
    """A `MailChannel`.

    Args:
        sender: the address that mails come from, verified at SES.
        region: of SES; empty for the one where the bot runs.
    """

    def __init__(self, sender: str, region: str) -> None:
        self._sender = sender
        once = Config(retries={"total_max_attempts": 1}, connect_timeout=3, read_timeout=TIMEOUT_S)
        with _in_our_words():
            self.client: Any = boto3.client("sesv2", region_name=region or None, config=once)

    def send(self, message: MailMessage) -> None:
        """Hands a mail over; see the port."""
        body = {"Text": {"Data": message.text, "Charset": "UTF-8"}}
        subject = {"Data": message.subject, "Charset": "UTF-8"}
        with _in_our_words():
            self.client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [message.to]},
                Content={"Simple": {"Subject": subject, "Body": body}},
            )

    def try_out(self) -> str:
        """Looks whether the address may send; see the port."""
        domain = self._sender.rpartition("@")[2]
        if not any(self._is_verified(one) for one in (self._sender, domain)):
            raise Misconfigured(NOT_VERIFIED)
        return "Amazon SES knows the sender's address, and lets it send."

    def _is_verified(self, identity: str) -> bool:
        with _in_our_words():
            try:
                found = self.client.get_email_identity(EmailIdentity=identity)
            except self.client.exceptions.NotFoundException:
                return False
        return bool(found.get("VerifiedForSendingStatus"))


@contextmanager
def _in_our_words() -> Iterator[None]:
    """Turns what boto3 raises into our errors, which quote no address."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raised = _error(error)
    else:
        return
    raise raised


def _error(error: BotoCoreError | ClientError) -> BotError:
    if isinstance(error, ClientError):
        return _refusal(error)
    if isinstance(error, _NOBODY):
        return Misconfigured(NO_ACCESS)
    if isinstance(error, _NEVER_SENT):
        return unavailable(SERVICE)
    return open_write(SERVICE, WISH, NO_USABLE_ANSWER)


def _refusal(error: ClientError) -> BotError:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:
        return open_write(SERVICE, WISH, f"answered {status}")
    if code in _THROTTLED or status == 429:
        return RemoteUnavailable(f"{SERVICE} asks for fewer e-mails. Try again in a minute.")
    return Misconfigured(REFUSED.format(code=code if code.isalnum() else status))
