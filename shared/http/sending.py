"""HTTP with the project's rules: time-outs always, connections reused, redirects not followed.

What answers mean is up to the clients; this module only sorts out those that say nothing about the
call (no connection, no answer, 429, 5xx).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from math import inf
from ssl import SSLCertVerificationError
from time import monotonic
from typing import Any, Protocol
from urllib.parse import urlencode

from requests import ConnectTimeout, PreparedRequest, RequestException
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, NewConnectionError, SSLError

from shared.errors import LookUpFirst, RemoteUnavailable, Throttled
from shared.http.connections import CONNECTIONS, Connections
from shared.http.retry_after import retry_after_s

CONNECT_TIMEOUT_S = 3.05
READ_TIMEOUT_S = 20.0
"""For the whole answer, from its first byte to its last."""
LARGEST_ANSWER = 32 * 2**20
"""Bytes, unpacked: a page of 1000 resources has a tenth of that."""
NO_USABLE_ANSWER = "gave no usable answer"
HEADERS = {"User-Agent": "prescriber-bots", "Accept-Encoding": "gzip, deflate"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        service: the server's name for error sentences, such as `DoseSpot`.
        wish: what the service is asked to do, such as `create the clinician`.
        writes: whether the call changes something, so that no answer leaves the outcome open.
        send_until_s: monotonic time after which it must not be sent any more.
        answer_s: how long the whole answer may take, if less than usual.
        params: of the query; one with several values is sent as often.
    """

    service: str
    wish: str
    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str | Sequence[str]] = field(
        default_factory=dict[str, str | Sequence[str]]
    )
    json: Any = None
    form: Mapping[str, str] | None = None
    writes: bool = False
    send_until_s: float | None = None
    answer_s: float | None = None


def with_token(call: Call, token: str) -> Call:
    """The call with a bearer token."""
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token}"})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer below 500 that is not 429.

    Attributes:
        after_silence: whether the same call was sent before without an answer, and may have had
            its effect then.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    after_silence: bool = False

    def json(self) -> Any:
        """The body as JSON.

        Raises:
            ValueError: the body is empty or not JSON.
        """
        try:
            return json.loads(self.body)
        except RecursionError:
            raise ValueError("nested too deeply") from None


class Sender(Protocol):
    """Sends calls."""

    def send(self, call: Call) -> Reply:
        """Sends one call; see `Http.send`."""


class Http:
    """Sends calls over kept-alive connections; safe to use from several threads.

    Args:
        read_timeout_s: how long a whole answer may take.
        connections: how many to keep open to a server.
        largest_answer: how many bytes an answer may have, unpacked.
    """

    def __init__(
        self,
        read_timeout_s: float = READ_TIMEOUT_S,
        connections: int = CONNECTIONS,
        largest_answer: int = LARGEST_ANSWER,
    ) -> None:
        self._read_timeout_s = read_timeout_s
        self._connections = Connections(connections)
        self._largest_answer = largest_answer

    def send(self, call: Call) -> Reply:
        """Sends one call.

        Raises:
            RemoteUnavailable: the call had no effect: not delivered, refused with 429, or it only
                reads.
            LookUpFirst: a write may have taken effect, and nothing says whether; also where its
                answer is too slow or too large to be read.
        """
        if call.send_until_s is not None and monotonic() > call.send_until_s:
            raise unavailable(call.service)
        try:
            answer, body = self._answered(call)
        except ConnectTimeout:
            raise unavailable(call.service) from None
        except (RequestException, HTTPError, ValueError) as error:
            if call.writes and not _never_sent(error):
                raise unconfirmed(call) from None
            raise unavailable(call.service) from None
        if answer.status == 429:
            seconds = retry_after_s(answer.headers, body, datetime.now(UTC))
            raise Throttled(
                f"{call.service} asks for fewer calls."
                f" Try again in {max(1.0, seconds):.0f} seconds.",
                seconds,
            )
        if answer.status >= 500:
            raise unconfirmed(call) if call.writes else unavailable(call.service)
        return Reply(answer.status, answer.headers, body)

    def _answered(self, call: Call) -> tuple[BaseHTTPResponse, bytes]:
        """The answer and its body.

        Raises:
            RequestException, HTTPError: there is none in time, or it is too large.
            ValueError: the call can't be written.
        """
        answer_s = min(call.answer_s or inf, self._read_timeout_s)
        connect_s = min(CONNECT_TIMEOUT_S, answer_s)
        answer = self._connections.sent(_prepared(call), connect_s, answer_s)
        # Unpacks no more than it is asked for; what comes after that is not read.
        body = answer.read(self._largest_answer + 1, decode_content=True)
        if len(body) > self._largest_answer:
            answer.close()
            answer.release_conn()
            raise HTTPError("too large")
        return answer, body


def _prepared(call: Call) -> PreparedRequest:
    """The call as an adapter takes it.

    `PreparedRequest.prepare` would take its URL apart once more, for a quarter of the time that
    the whole call takes.

    Raises:
        RequestException: it holds what can't be written as a header, or as JSON.
    """
    request = PreparedRequest()
    request.method = call.method
    request.url = f"{call.url}?{urlencode(call.params, doseq=True)}" if call.params else call.url
    request.prepare_headers({**HEADERS, **call.headers})
    request.prepare_body(call.form, None, call.json)
    return request


def unavailable(service: str) -> RemoteUnavailable:
    """The error for a server that gave no usable answer to a call without effect."""
    return RemoteUnavailable(
        f"{service} could not be reached or is unavailable. Try again in a few minutes."
    )


def unconfirmed(call: Call, answer: str = NO_USABLE_ANSWER) -> LookUpFirst:
    """The error for a write whose outcome is open; see `open_write`."""
    return open_write(call.service, call.wish, answer)


def open_write(service: str, wish: str, answer: str) -> LookUpFirst:
    """The error for a write whose outcome is open.

    Args:
        service: the server's name.
        wish: what it was asked to do.
        answer: what came instead, as the rest of the sentence; without personal data.
    """
    return LookUpFirst(
        f"{service} was asked to {wish} and {answer}, so the outcome is unknown. Run the bot"
        " again: it checks before it writes."
    )


def _never_sent(error: Exception) -> bool:
    """Whether the connection itself failed, so that no byte of the request left."""
    cause = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(cause, SSLError):
        return any(isinstance(reason, SSLCertVerificationError) for reason in cause.args)
    return isinstance(cause, NewConnectionError)
