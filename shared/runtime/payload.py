"""The payload with which a Medplum server runs a bot as a Lambda function.

Source: Medplum server's Lambda executor. The payload's `headers` hold the caller's own
Authorization and Cookie: they are shown nowhere, and compared with a secret at most.
"""

import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from shared.errors import Misconfigured
from shared.runtime.trace import plain_trace_id

LOCAL_HOSTS = ("localhost",)

T = TypeVar("T", bound=BaseModel)

_BOT = "Bot/"
_BASE_URL = re.compile(
    r"https?://([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?(/[A-Za-z0-9._~%\-]*)*"
)
_REFERENCE = re.compile(r"[A-Za-z]{1,64}/[A-Za-z0-9\-.]{1,64}")


class _Unshown(BaseModel):
    """A part of the payload: taken as it is written, other fields ignored, no value ever shown."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, strict=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        return iter(())


class Secret(_Unshown):
    """A project secret, in one of the types that Medplum knows."""

    valueString: str | None = None
    valueInteger: int | None = None
    valueBoolean: bool | None = None

    def text(self) -> str:
        """The secret as text; "" where it has no value."""
        if self.valueString is not None:
            return self.valueString.strip()
        return "" if self.valueInteger is None else str(self.valueInteger)


def secure_url(url: str) -> str:
    """The URL with a trailing slash, if secrets may be sent there.

    Raises:
        ValueError: it is neither https nor a loopback address, or is more than a base URL.
    """
    if not _BASE_URL.fullmatch(url):
        raise ValueError("must be a plain base URL")
    parts = urlsplit(url)
    if parts.scheme != "https" and not _is_loopback(parts.hostname):
        raise ValueError("must start with https://")
    if parts.port == 0:  # reading the port refuses one that is out of range
        raise ValueError("must have a port to connect to")
    return url if url.endswith("/") else f"{url}/"


def _is_loopback(host: str | None) -> bool:
    try:
        return host in LOCAL_HOSTS or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _type_and_id(given: str) -> str:
    if not _REFERENCE.fullmatch(given):
        raise ValueError("must be a resource's type and id")
    return given


class PayloadReference(_Unshown):
    """A FHIR reference to a resource of the same server."""

    reference: Annotated[str, AfterValidator(_type_and_id)]


def _of_a_bot(given: str) -> str:
    if not _type_and_id(given).startswith(_BOT):
        raise ValueError("must be a Bot's")
    return given


def _sendable(given: str) -> str:
    if not (given and given.isascii() and given.isprintable()):
        raise ValueError("must be printable and not empty")
    return given


def _strings(headers: Any) -> dict[str, str]:
    """The headers that are strings; no run fails because of one that is not."""
    named = headers if isinstance(headers, dict) else {}
    return {name: one for name, one in named.items() if isinstance(one, str)}


class Payload(_Unshown):
    """What the bots use of the payload.

    A schedule and a public webhook have no requester.
    """

    baseUrl: Annotated[str, AfterValidator(secure_url)]
    bot: PayloadReference | None = None
    requester: PayloadReference | None = Field(None, validate_default=True)
    accessToken: Annotated[str, AfterValidator(_sendable)]
    input: Any = None
    secrets: dict[str, Secret] = Field(default_factory=dict)
    headers: Annotated[dict[str, str], BeforeValidator(_strings)] = Field(default_factory=dict)
    traceId: str | None = None

    @field_validator("requester")
    @classmethod
    def _or_the_bot(
        cls, requester: PayloadReference | None, info: ValidationInfo
    ) -> PayloadReference | None:
        if requester is None and info.data.get("bot") is None:
            raise ValueError("must be there where the bot is not")
        return requester

    @property
    def who(self) -> str:
        """Reference of the requester; of the Bot itself if there is none."""
        one = self.requester or self.bot
        assert one is not None  # noqa: S101 - one of them is there, or it would be no payload
        return one.reference

    @property
    def trace_id(self) -> str | None:
        """The trace id, if there is one of the usual form."""
        return None if self.traceId is None else plain_trace_id(self.traceId)


class BotReference(PayloadReference):
    """The Bot that is run."""

    reference: Annotated[str, AfterValidator(_of_a_bot)]
    display: str = ""

    @property
    def id(self) -> str:
        """The Bot's id."""
        return self.reference.removeprefix(_BOT)


class Target(_Unshown):
    """For which Bot of which server a payload is, and the token with which it can be read."""

    bot: BotReference
    baseUrl: Annotated[str, AfterValidator(secure_url)]
    accessToken: Annotated[str, AfterValidator(_sendable)]


def parse_payload(event: Any) -> Payload:
    """The payload of one invocation.

    Raises:
        Misconfigured: names what is missing or malformed, never its value.
    """
    return _parsed(Payload, event)


def parse_target(event: Any) -> Target:
    """Where the payload of one invocation comes from; raises as `parse_payload` does."""
    return _parsed(Target, event)


def _parsed(model: type[T], event: Any) -> T:
    try:
        return model.model_validate(event)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_input=False)
        fields = {str(each["loc"][0]) for each in problems if each["loc"]}
    raise Misconfigured(
        "This function must be run by a Medplum server, such as by Bot/$execute; its payload is"
        f" not usable: {', '.join(sorted(fields)) or 'no JSON object'}. baseUrl must be an https"
        " URL; accessToken must be there, and requester or else bot."
    )
