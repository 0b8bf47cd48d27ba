"""Faults over loopback: each goes wrong as it is told to, before or after the call took effect."""

import asyncio
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic
from typing import Any

import pytest
import requests
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from deploy.sandbox.faults import FaultInjector
from deploy.sandbox.serve import LocalServer

TIMED_OUT = {"Id": 0, "Result": {"ResultCode": "ERROR", "ResultDescription": "Timeout expired"}}
SPENT = '"units";r=0;t=3'


class Counting:
    """An application that counts its calls, and says how many there were."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await Request(scope, receive).body()
        self.calls += 1
        answer = JSONResponse({"calls": self.calls}, headers={"X-Own": "yes"})
        await answer(scope, receive, send)


class Remote:
    """The application behind an injector, as a client reaches it."""

    def __init__(self, app: Counting, port: int) -> None:
        self.app, self.port = app, port
        self.url = f"http://127.0.0.1:{port}/"

    def set_fault(self, **fault: Any) -> None:
        answer = requests.post(f"{self.url}_sandbox/faults", json=fault, timeout=5)
        assert answer.status_code == 200, answer.text

    def create(self, body: Any = None) -> requests.Response:
        return requests.post(f"{self.url}things", json=body, timeout=5, allow_redirects=False)

    def calls(self, method: str = "GET", query: str = "") -> dict[str, Any]:
        url = f"{self.url}_sandbox/calls{query}"
        seen: dict[str, Any] = requests.request(method, url, timeout=5).json()
        return seen


@pytest.fixture(scope="module")
def served() -> Iterator[Remote]:
    app = Counting()
    with LocalServer() as server:
        server.start(FaultInjector(app))
        yield Remote(app, server.port)


@pytest.fixture
def remote(served: Remote) -> Remote:
    requests.delete(f"{served.url}_sandbox/faults", timeout=5)
    served.calls("DELETE")
    served.app.calls = 0
    return served


@pytest.mark.parametrize(("when", "calls"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    "status", [200, 201, 202, 204, 302, 304, 400, 403, 404, 408, 409, 422, 429, 499, 500, 599]
)
def test_any_status_can_be_answered(remote: Remote, status: int, when: str, calls: int) -> None:
    remote.set_fault(path="/things", kind="text", status=status, body="so it is", when=when)
    answer = remote.create()
    has_body = status not in (204, 304)
    assert (answer.status_code, remote.app.calls) == (status, calls)
    assert (answer.text, "Content-Type" in answer.headers) == ("so it is" * has_body, has_body)
    assert remote.create().json() == {"calls": calls + 1}


def test_an_object_is_answered_as_json(remote: Remote) -> None:
    remote.set_fault(path="/things", kind="text", status=200, body=TIMED_OUT, when="after")
    answer = remote.create()
    assert (answer.status_code, answer.json(), remote.app.calls) == (200, TIMED_OUT, 1)
    assert answer.headers["Content-Type"] == "application/json"


def test_a_fault_has_any_headers(remote: Remote) -> None:
    remote.set_fault(
        path="/things",
        kind="text",
        status=429,
        headers={"RateLimit": SPENT, "Content-Type": "application/fhir+json"},
        retry_after="3",
        body={"resourceType": "OperationOutcome"},
    )
    remote.set_fault(path="/things", kind="status", status=302, headers={"Location": "/elsewhere"})
    busy, moved = remote.create(), remote.create()
    assert (busy.status_code, busy.json()) == (429, {"resourceType": "OperationOutcome"})
    names = ("RateLimit", "Content-Type", "Retry-After")
    assert [busy.headers[name] for name in names] == [SPENT, "application/fhir+json", "3"]
    assert (moved.status_code, moved.headers["Location"]) == (302, "/elsewhere")


@pytest.mark.parametrize(("when", "calls"), [("before", 0), ("after", 1)])
def test_a_call_can_end_without_an_answer(remote: Remote, when: str, calls: int) -> None:
    remote.set_fault(path="/things", kind="drop", when=when)
    with pytest.raises(requests.ConnectionError):
        remote.create()
    assert remote.app.calls == calls


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "content"),
    [
        ({"kind": "html", "status": 502}, 502, "text/html; charset=utf-8", b"<html>"),
        ({"kind": "empty", "status": 502}, 200, None, b""),
        ({"kind": "status", "status": 502}, 502, None, b""),
    ],
    ids=lambda value: value["kind"] if isinstance(value, dict) else "",
)
def test_an_answer_can_be_none_of_the_applications(
    remote: Remote, fault: dict[str, Any], status: int, content_type: str | None, content: bytes
) -> None:
    remote.set_fault(path="/things", **fault)
    answer = remote.create()
    assert (answer.status_code, answer.headers.get("Content-Type")) == (status, content_type)
    assert answer.content[:6] == content


def test_a_delayed_answer_is_the_right_one(remote: Remote) -> None:
    remote.set_fault(path="/things", kind="delay", seconds=0.05)
    answer = remote.create()
    assert answer.json() == {"calls": 1}
    assert answer.elapsed.total_seconds() >= 0.05


def test_a_dripping_answer_is_the_right_one_byte_by_byte(remote: Remote) -> None:
    remote.set_fault(path="/things", kind="drip", seconds=0.01)
    started_s = monotonic()
    answer = remote.create()
    assert monotonic() - started_s >= int(answer.headers["Content-Length"]) * 0.01
    assert (answer.status_code, answer.headers["X-Own"]) == (200, "yes")
    assert answer.json() == {"calls": 1}


def test_a_drip_sends_headers_and_then_makes_the_client_wait(remote: Remote) -> None:
    remote.set_fault(path="/things", kind="drip", seconds=60)
    with closing(socket.create_connection(("127.0.0.1", remote.port), timeout=0.3)) as client:
        client.sendall(b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        head = client.recv(4096)
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert head.endswith(b"\r\n\r\n")
        with pytest.raises(TimeoutError):
            client.recv(1)
    assert remote.app.calls == 1


@pytest.mark.parametrize(("when", "calls"), [("before", 0), ("after", 1)])
def test_a_bomb_is_small_until_it_is_unpacked(remote: Remote, when: str, calls: int) -> None:
    remote.set_fault(path="/things", kind="bomb", mebibytes=32, when=when)
    with requests.post(f"{remote.url}things", timeout=5, stream=True) as answer:
        assert (answer.status_code, answer.headers["Content-Encoding"]) == (200, "gzip")
        packed = answer.raw.read(decode_content=False)
    assert len(packed) < 2**16
    assert remote.app.calls == calls
    remote.set_fault(path="/things", kind="bomb", mebibytes=32)
    assert remote.create().content == b" " * 32 * 2**20


def test_who_leaves_a_bomb_ends_it(remote: Remote) -> None:
    remote.set_fault(path="/things", kind="bomb", mebibytes=10**6)
    with requests.post(f"{remote.url}things", timeout=5, stream=True) as answer:
        assert answer.raw.read(1, decode_content=False) == b"\x1f"
    ends = (remote.calls()["spans"][0][1] for _ in range(1000))
    assert any(ended_s is not None for ended_s in ends)


class Lingering(Counting):
    """It has answered, and is not done before it is told to be."""

    def __init__(self) -> None:
        super().__init__()
        self.may_end = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)
        await asyncio.to_thread(self.may_end.wait, 5)


@pytest.mark.parametrize("fault", [None, {"path": "/things", "kind": "delay", "seconds": 0.01}])
def test_a_call_ends_with_its_answer(fault: dict[str, Any] | None) -> None:
    app = Lingering()
    with LocalServer() as server:
        server.start(FaultInjector(app))
        remote = Remote(app, server.port)
        if fault:
            remote.set_fault(**fault)
        assert remote.create().json() == {"calls": 1}
        ((started_s, ended_s),) = remote.calls()["spans"]
        app.may_end.set()
        assert started_s <= ended_s


def test_a_fault_hits_so_many_calls_after_so_many(remote: Remote) -> None:
    remote.set_fault(path="/thin.*", method="POST", kind="status", status=503, skip=1, times=2)
    elsewhere = requests.get(f"{remote.url}things", timeout=5).status_code
    assert [elsewhere, *(remote.create().status_code for _ in range(4))] == [
        200,
        200,
        503,
        503,
        200,
    ]


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "nonsense"},
        {"kind": "status", "status": 199},
        {"kind": "status", "status": 600},
        {"kind": "bomb", "mebibytes": 0},
        {"kind": "status", "nonsense": 1},
    ],
)
def test_what_is_no_fault_is_refused(remote: Remote, fault: dict[str, Any]) -> None:
    url = f"{remote.url}_sandbox/faults"
    answer = requests.post(url, json={"path": "/", **fault}, timeout=5)
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert requests.get(url, timeout=5).json() == []


def test_calls_are_counted_with_their_bodies_where_that_is_asked_for(remote: Remote) -> None:
    remote.create({"a": 1})
    assert "bodies" not in remote.calls()
    remote.calls("DELETE", "?bodies=true")
    remote.create({"a": 2})
    remote.set_fault(path="/things", kind="status", when="after")
    remote.create({"a": 3})
    seen = remote.calls()
    assert seen["calls"] == ["POST /things"] * 2
    assert seen["counts"] == Counter(seen["calls"])
    assert [json.loads(body) for body in seen["bodies"]] == [{"a": 2}, {"a": 3}]
    assert "bodies" not in remote.calls("DELETE")


def test_a_delayed_call_goes_on_when_the_faults_are_deleted(remote: Remote) -> None:
    remote.set_fault(path="/things", kind="delay", seconds=30)
    began = monotonic()
    with ThreadPoolExecutor(1) as pool:
        delayed = pool.submit(remote.create)
        url = f"{remote.url}_sandbox/faults"
        while requests.get(url, timeout=5).json():
            pass
        assert not delayed.done()
        requests.delete(url, timeout=5)
        assert delayed.result().json() == {"calls": 1}
    assert monotonic() - began < 25
