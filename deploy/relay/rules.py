"""Which calls the relay's endpoint takes: values in, values out; no clock, no network, no log.

They are asked in this order, so that a stranger's call costs next to nothing: method and size,
time, signature, whether it was seen before, and only then what the body says.

On the wire: the body is `{"callId": …, "payload": …}`, where the payload is the one that Medplum
gives an AWS Lambda function and the id makes no two calls alike. `X-Relay-Time` is when it was
sent, in milliseconds since 1970, and `X-Relay-Signature` the HMAC-SHA256 of time, a dot and body,
in hexadecimal digits.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict

from shared.runtime.payload import secure_url

TIME = "x-relay-time"
SIGNATURE = "x-relay-signature"
LARGEST_BODY = 2 * 2**20
"""Bytes. Medplum takes an input of one megabyte (its setting maxJsonSize)."""
MOST_APART_MS = 5 * 60 * 1000
"""How far a call's time may be from the endpoint's own, before it or after."""

_TIME = re.compile(r"[0-9]{13}")
_SIGNATURE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class RelaySettings:
    """What an endpoint knows.

    Attributes:
        secret: signs the calls.
        base_urls: the Medplum servers from which calls may come, each with a trailing slash.
    """

    secret: str = field(repr=False)
    base_urls: frozenset[str]


@dataclass(frozen=True)
class RelayRequest:
    """A request as it arrived.

    Attributes:
        method: such as `POST`.
        headers: by name in lowercase letters.
        body: the bytes that are signed.
    """

    method: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class CallRefusal:
    """Why a request runs no bot.

    Attributes:
        status: what it is answered with.
        sentence: what is wrong, which the bot's caller gets to read; it quotes nothing.
    """

    status: HTTPStatus
    sentence: str


POSTED_ONLY = CallRefusal(HTTPStatus.METHOD_NOT_ALLOWED, "The relay's endpoint takes POST only.")
TOO_LARGE = CallRefusal(
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The bot's input is larger than the relay passes on."
)
OTHER_TIME = CallRefusal(
    HTTPStatus.UNAUTHORIZED,
    "The relay's call says no time, or one more than five minutes from the endpoint's. Those who"
    " run the bots have to set the endpoint's clock.",
)
NOT_SIGNED = CallRefusal(
    HTTPStatus.UNAUTHORIZED,
    "The relay's call is not signed with the endpoint's secret. Those who run the bots have to give"
    " the endpoint the project secret RELAY_SECRET.",
)
SEEN_BEFORE = CallRefusal(
    HTTPStatus.CONFLICT, "The relay's call was taken before. Run the bot again."
)
MALFORMED = CallRefusal(
    HTTPStatus.BAD_REQUEST, "The relay's call is no JSON of the form that the relay sends."
)
OTHER_SERVER = CallRefusal(
    HTTPStatus.FORBIDDEN,
    "The relay's call comes from a Medplum server that the endpoint does not list. Those who run"
    " the bots have to list its base URL there.",
)


class _Envelope(BaseModel):
    """The body. pydantic reads no JSON that is nested more than 200 deep."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, strict=True)

    callId: str
    payload: dict[str, Any]


def signature(secret: str, time: str, body: bytes) -> str:
    """The signature of a call, as its header has it.

    Args:
        secret: the project secret RELAY_SECRET.
        time: as its header has it.
        body: its bytes.
    """
    return hmac.new(secret.encode(), time.encode() + b"." + body, sha256).hexdigest()


def sent_ms(request: RelayRequest) -> int | None:
    """When the call says that it was sent; None if it does not."""
    time = request.headers.get(TIME, "")
    return int(time) if _TIME.fullmatch(time) else None


def refusal_of_anybody(request: RelayRequest, now_ms: int) -> CallRefusal | None:
    """What is wrong with a request as everybody can see it, the endpoint's secret unknown."""
    if request.method != "POST":
        return POSTED_ONLY
    if len(request.body) > LARGEST_BODY:
        return TOO_LARGE
    sent = sent_ms(request)
    if sent is None or abs(sent - now_ms) > MOST_APART_MS:
        return OTHER_TIME
    has_signature = _SIGNATURE.fullmatch(request.headers.get(SIGNATURE, ""))
    return None if has_signature else NOT_SIGNED


def is_signed(request: RelayRequest, secret: str) -> bool:
    """Whether a request with time and signature was signed with this secret; in constant time.

    With an empty secret nothing is: everybody has that.
    """
    right = signature(secret, request.headers[TIME], request.body)
    return bool(secret) and hmac.compare_digest(request.headers[SIGNATURE], right)


def payload_of(body: bytes, base_urls: frozenset[str]) -> dict[str, Any] | CallRefusal:
    """The payload of a signed call, or why there is none.

    Args:
        body: the call's.
        base_urls: the servers that are listed; nobody makes us call another.
    """
    try:
        payload = _Envelope.model_validate_json(body).payload
    except ValueError:
        return MALFORMED
    try:
        listed = secure_url(str(payload.get("baseUrl"))) in base_urls
    except ValueError:
        listed = False
    return payload if listed else OTHER_SERVER
