"""`python -m tests.bench.transport`: what a call costs over `requests` as it comes, and over ours.

All send the same calls, a read and a write by turns, over loopback and without TLS, on a connection
that is kept. They take turns, in any order, so that what slows the machine down slows down all.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from json import dumps, loads
from pathlib import Path
from random import sample
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, cast

from requests import PreparedRequest, Request, Response, Session
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, get_environ_proxies
from urllib3 import BaseHTTPResponse, HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.util.ssl_ import create_urllib3_context

from shared.http.connections import CONNECTIONS, Connections
from shared.http.sending import (
    CONNECT_TIMEOUT_S,
    HEADERS,
    LARGEST_ANSWER,
    READ_TIMEOUT_S,
    Call,
    Http,
)
from tests.bench.contestants import servers

ROUNDS = 200
PAIRS = 5
TIMEOUT = CONNECT_TIMEOUT_S, READ_TIMEOUT_S
ACCEPTED = {"Authorization": "Bearer made-up", "Accept": "application/fhir+json"}

Ask = Callable[[Call], bytes]
"""Sends a call and reads the body of its answer."""


def _plain_session() -> Ask:
    session = Session()
    return lambda call: (
        session.request(
            call.method, call.url, headers=call.headers, json=call.json, timeout=TIMEOUT
        ).content
    )


def _tuned_session() -> Ask:
    session = Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
    return lambda call: (
        session.send(_prepared(call), timeout=TIMEOUT, allow_redirects=False).content
    )


def _stock_adapter() -> Ask:
    adapter = HTTPAdapter(pool_maxsize=CONNECTIONS)
    return lambda call: adapter.send(_prepared(call), timeout=TIMEOUT).content


def _prepared(call: Call) -> PreparedRequest:
    headers = {**HEADERS, **call.headers}
    return Request(call.method, call.url, headers=headers, json=call.json).prepare()


class _Otherwise(Http):
    """Ours, but for one thing."""

    def __init__(
        self,
        adapter: type[Connections] = Connections,
        prepared: Callable[[Call], PreparedRequest] | None = None,
    ) -> None:
        super().__init__()
        self._connections = adapter()
        self._prepared = prepared

    def _answered(self, call: Call) -> tuple[BaseHTTPResponse, bytes]:
        if self._prepared is None:
            return super()._answered(call)
        answer = self._connections.sent(self._prepared(call), *TIMEOUT)
        return answer, answer.read(LARGEST_ANSWER + 1, decode_content=True)


class _ProxiesEachTime(Connections):
    def __init__(self) -> None:
        super().__init__()
        self._proxies = cast("Any", get_environ_proxies)


class _Endless(Connections):
    """Each piece of an answer has its time, the whole has none."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        pool = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = HTTPConnection
        return pool


class _PoolsEachTime(Connections):
    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        self._pools.clear()
        return super().get_connection_with_tls_context(*args, **kwargs)


class _BareAnswers(Connections):
    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        response = Response()
        response.status_code, response.raw, response.request = resp.status, resp, req
        return response


class _PathsKnown(Connections):
    def request_url(self, request: PreparedRequest, proxies: Any) -> str:
        return super().request_url(request, proxies) if proxies else request.path_url


def _written_by_hand(call: Call) -> PreparedRequest:
    request = PreparedRequest()
    request.method, request.url = call.method, call.url
    headers = {**HEADERS, **call.headers}
    if call.json is not None:
        request.body = body = dumps(call.json)
        headers = {"Content-Type": "application/json", **headers, "Content-Length": str(len(body))}
    request.headers = cast("CaseInsensitiveDict[str | bytes]", headers)
    return request


def _ours(http: Http) -> Ask:
    return lambda call: http.send(call).body


OURS = "ours"
WAYS: Mapping[str, Callable[[], Ask]] = {
    "`Session().request`": _plain_session,
    "a `Session` without environment, cookies and redirects, and its `send`": _tuned_session,
    "`HTTPAdapter().send`": _stock_adapter,
    OURS: lambda: _ours(Http()),
    "ours, prepared by `Request.prepare`": lambda: _ours(_Otherwise(prepared=_prepared)),
    "ours, proxies read for each call": lambda: _ours(_Otherwise(_ProxiesEachTime)),
    "ours, pool looked up for each call": lambda: _ours(_Otherwise(_PoolsEachTime)),
    "ours, without a bound on the time of a whole answer": lambda: _ours(_Otherwise(_Endless)),
    "ours, and no cookies and charset read": lambda: _ours(_Otherwise(_BareAnswers)),
    "ours, and proxies not asked for the path": lambda: _ours(_Otherwise(_PathsKnown)),
    "ours, and headers and body by hand": lambda: _ours(_Otherwise(prepared=_written_by_hand)),
}


@dataclass
class Times:
    """Seconds that a call took, on the average of each round."""

    cpu_s: list[float] = field(default_factory=list[float])
    wall_s: list[float] = field(default_factory=list[float])


def main() -> None:
    """Measures, and prints a table for docs/explanation/design.md."""
    with TemporaryDirectory() as folder, servers(0.0, Path(folder)) as payload:
        times = _measured(loads(payload.read_text(encoding="utf-8"))["steady"]["baseUrl"])
    sys.stdout.write("| A call by | processor, ms | latency, ms | processor, compared |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for name, took in times.items():
        cells = (_ms(took.cpu_s), _ms(took.wall_s), _compared(took, times[OURS]))
        sys.stdout.write(f"| {name} | {' | '.join(cells)} |\n")
    sys.stdout.write(f"\nReading the bundle of certificates takes {_ms(_bundle_s())} ms.\n")


def compared_calls(fhir_url: str) -> tuple[Call, Call]:
    """A read and a write."""
    return (
        Call("FHIR", "answer", "GET", f"{fhir_url}auth/me", ACCEPTED),
        Call("FHIR", "answer", "POST", f"{fhir_url}fhir/R4/Basic", ACCEPTED, json={"id": "1"}),
    )


def _measured(fhir_url: str) -> dict[str, Times]:
    calls = compared_calls(fhir_url)
    asks = {name: made() for name, made in WAYS.items()}
    times = {name: Times() for name in WAYS}
    for _ in range(ROUNDS):
        for name in sample(list(asks), len(asks)):
            _take(asks[name], calls, times[name])
    return times


def _take(ask: Ask, calls: Sequence[Call], times: Times) -> None:
    cpu_s, wall_s = process_time(), perf_counter()
    for _ in range(PAIRS):
        for call in calls:
            ask(call)
    times.cpu_s.append((process_time() - cpu_s) / PAIRS / len(calls))
    times.wall_s.append((perf_counter() - wall_s) / PAIRS / len(calls))


def _bundle_s() -> list[float]:
    """Processor time to read whom to trust, which a stock adapter does for each connection."""
    took = []
    for _ in range(20):
        began = process_time()
        create_urllib3_context().load_verify_locations(cafile=DEFAULT_CA_BUNDLE_PATH)
        took.append(process_time() - began)
    return took


def _ms(took_s: Sequence[float]) -> str:
    return f"{median(took_s) * 1000:.3f}"


def _compared(took: Times, ours: Times) -> str:
    """By how many milliseconds more, as the median of the rounds' own differences."""
    more_s = median(one - other for one, other in zip(took.cpu_s, ours.cpu_s, strict=True))
    return f"{more_s * 1000:+.3f}"


if __name__ == "__main__":
    main()
