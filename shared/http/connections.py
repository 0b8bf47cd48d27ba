"""Connections to servers: kept alive, and made only to servers that prove their identity by TLS.

The adapter of `requests` without a session around it: no redirects, no cookies, no netrc. What is
our own in it bounds the time of a whole answer, reads once whom to trust, and looks up proxies and
pool once for each server; `tests/bench/transport.py` measures what each of these saves.
"""

import os
import socket
import ssl
from functools import cache
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from threading import Lock, Thread
from time import monotonic
from typing import Any

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

CONNECTIONS = 16
"""How many are kept for each server."""

_reading = Lock()


def trust(ca_bundle: str | None = None) -> ssl.SSLContext:
    """Whom all connections trust; reading that costs as much as many requests, so it is done once.

    Args:
        ca_bundle: file or folder of certificates; without it, those that requests brings along.
    """
    with _reading:
        return _trust(ca_bundle or DEFAULT_CA_BUNDLE_PATH)


@cache
def _trust(ca_bundle: str) -> ssl.SSLContext:
    context = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    if os.path.isdir(ca_bundle):  # noqa: PTH112 - pathlib is not needed for anything else
        context.load_verify_locations(capath=ca_bundle)
    else:
        context.load_verify_locations(cafile=ca_bundle)
    return context


@cache
def read_trust_early() -> None:
    """Starts reading whom to trust before anybody waits for it: a Lambda function's start has time
    and processor to spare, a run does not.
    """
    Thread(target=trust, name="trust").start()


class _TimelyReader(RawIOBase):
    """What a socket receives, until the time that one piece might take has passed for all of them.

    A server that sends a byte now and then would otherwise hold its caller forever: the time-outs
    of requests and urllib3 bound one piece, none bounds the answer.

    Args:
        sock: has the time-out.
        raw: reads the socket.
    """

    def __init__(self, sock: socket.socket, raw: RawIOBase) -> None:
        self._sock = sock
        self._raw = raw
        timeout_s = sock.gettimeout()
        self._until_s = None if timeout_s is None else monotonic() + timeout_s

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Receives; raises TimeoutError when the time is over."""
        if self._until_s is not None:
            left_s = self._until_s - monotonic()
            if left_s <= 0:
                raise TimeoutError("timed out")
            self._sock.settimeout(left_s)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Gives the socket back."""
        self._raw.close()
        super().close()


class _TimelyResponse(HTTPResponse):
    """An answer, headers and body, that takes no longer than its connection's read time-out."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = BufferedReader(_TimelyReader(sock, self.fp.detach()))


class _HttpConnection(HTTPConnection):
    response_class = _TimelyResponse


class _HttpsConnection(HTTPSConnection):
    response_class = _TimelyResponse


class Connections(HTTPAdapter):
    """Pools of connections, one for each server; safe to use from several threads.

    The environment says once what proxy leads to a server, and in `REQUESTS_CA_BUNDLE` whom to
    trust.

    Args:
        kept: how many are kept for each server.
    """

    def __init__(self, kept: int = CONNECTIONS) -> None:
        super().__init__(pool_maxsize=kept)
        self._ca_bundle = os.environ.get("REQUESTS_CA_BUNDLE")
        self._proxies = cache(get_environ_proxies)
        self._pools: dict[str, HTTPConnectionPool] = {}

    def sent(self, request: PreparedRequest, connect_s: float, answer_s: float) -> BaseHTTPResponse:
        """The answer to a request, up to its body.

        Args:
            request: with a whole URL.
            connect_s: seconds to connect.
            answer_s: seconds for the whole answer, to connect included.

        Raises:
            requests.RequestException, urllib3.exceptions.HTTPError: there is none.
        """
        proxies = self._proxies(_origin(request))
        timeout: Any = Timeout(connect=connect_s, read=answer_s, total=answer_s)
        answer: BaseHTTPResponse = self.send(request, timeout=timeout, proxies=proxies).raw
        return answer

    def get_connection_with_tls_context(
        self, request: PreparedRequest, *args: Any, **kwargs: Any
    ) -> HTTPConnectionPool:
        """The pool of the request's server, remembered; its answers are timely."""
        origin = _origin(request)
        if origin not in self._pools:
            pool: Any = super().get_connection_with_tls_context(request, *args, **kwargs)
            https = isinstance(pool, HTTPSConnectionPool)
            pool.ConnectionCls = _HttpsConnection if https else _HttpConnection
            self._pools[origin] = pool
        return self._pools[origin]

    def build_connection_pool_key_attributes(
        self, request: PreparedRequest, verify: Any, cert: Any = None
    ) -> tuple[Any, Any]:
        """Address and TLS of the request's server: always verified, always in the same way."""
        server, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        https = server["scheme"] == "https"
        return server, {"ssl_context": trust(self._ca_bundle)} if https else {}

    def cert_verify(self, conn: Any, url: Any, verify: Any, cert: Any) -> None:
        """Nothing: the context of the pool knows whom to trust, and reads no bundle again."""


def _origin(request: PreparedRequest) -> str:
    return "/".join(str(request.url).split("/", 3)[:3])
