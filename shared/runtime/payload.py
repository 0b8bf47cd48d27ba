"""The payload with which a Medplum server runs a bot as a Lambda function.

Source: Medplum server's Lambda executor. The payload's `headers` hold the caller's own
Authorization and Cookie: they are shown nowhere, and compared with a secret at most.
"""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
)

from shared.errors import Misconfigured
from shared.runtime.trace import plain_trace_id

LOCAL_HOSTS = ("localhost",)

_BASE_URL = re.compile(
    r"https?://([A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*|\[[0-9a-fA-F:]+\])(:[0-9]+)?(/[A-Za-z0-9._~%\-]*)*"
)


class Secret(BaseModel):
    """A project secret, in one of the types that Medplum knows."""

    valueString: SecretStr | None = None
    valueInteger: int | None = Field(default=None, repr=False)
    valueBoolean: bool | None = Field(default=None, repr=False)

    def text(self) -> str:
        """The secret as text; "" where it has no value."""
        if self.valueString is not None:
            return self.valueString.get_secret_value().strip()
        return "" if self.valueInteger is None else str(self.valueInteger)


class Reference(BaseModel):
    """A FHIR reference."""

    reference: Annotated[str, Field(pattern=r"^[A-Za-z]{1,64}/[A-Za-z0-9\-.]{1,64}$")]


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


def _texts(headers: Any) -> Any:
    """The headers that are texts; no run fails because of one that is not."""
    given = headers if isinstance(headers, dict) else {}
    return {name: value for name, value in given.items() if isinstance(value, str)}


def _sendable(token: SecretStr) -> SecretStr:
    value = token.get_secret_value()
    if not (value.isascii() and value.isprintable()):
        raise ValueError("can't be sent in a header")
    return token


class Payload(BaseModel):
    """What the bots use of the payload."""

    model_config = ConfigDict(extra="ignore")

    baseUrl: Annotated[str, AfterValidator(secure_url)]
    requester: Reference
    accessToken: Annotated[SecretStr, Field(min_length=1), AfterValidator(_sendable)]
    input: Any = None
    secrets: Mapping[str, Secret] = Field(default_factory=dict, repr=False)
    headers: Annotated[Mapping[str, str], BeforeValidator(_texts)] = Field(
        default_factory=dict, repr=False
    )
    traceId: Annotated[str, AfterValidator(plain_trace_id)] | None = None


def parse_payload(event: Any) -> Payload:
    """The payload of one invocation.

    Raises:
        Misconfigured: names what is missing or malformed, never its value.
    """
    try:
        return Payload.model_validate(event)
    except ValidationError as error:
        fields = sorted(
            {str(detail["loc"][0]) if detail["loc"] else "" for detail in error.errors()}
        )
        named = ", ".join(name for name in fields if name) or "no JSON object"
        raise Misconfigured(
            "This function must be run by a Medplum server (Bot/$execute); its payload is not"
            f" usable: {named}. baseUrl must be an https URL; requester and accessToken must be"
            " there."
        ) from None
