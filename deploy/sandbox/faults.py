"""Faults on demand, and a counter of calls, for any of the sandbox's servers.

`FaultInjector` wraps an ASGI application. What it does is set over HTTP under `/_sandbox/`:

* `POST /_sandbox/faults` queues a fault for the next calls that match (see `Fault`);
  `GET` lists what is still queued, `DELETE` drops it.
* `GET /_sandbox/calls` answers every call since the last `DELETE`, in order: the calls, how many
  came for each method and path, their trace ids (`X-Trace-Id`), and from when to when each took
  (seconds of a monotonic clock); calls to `/_sandbox/` itself are not counted. After a
  `DELETE /_sandbox/calls?bodies=true` it answers the bodies that came with the calls as well.

It knows nothing of FHIR or DoseSpot.
"""

import asyncio
import re
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.sandbox.wrong_answers import bomb, dripping, page, plain

PREFIX = "/_sandbox/"


class Fault(BaseModel):
    """What should go wrong, and with which calls.

    `kind` is one of

    * `status`: answer `status` and an empty body,
    * `html`: answer `status` with a page of HTML,
    * `empty`: answer 200 with an empty body,
    * `text`: answer `status` with `body`, a text as it is or an object as JSON,
    * `bomb`: answer 200 with gzip that expands to `mebibytes` of white space,
    * `drop`: close the connection without an answer,
    * `delay`: wait `seconds`, or until the faults are deleted, then answer as if nothing were
      wrong,
    * `drip`: answer as if nothing were wrong, but with a pause of `seconds` before each byte of
      the body.

    What is answered wrongly carries `headers`, and `retry_after` as Retry-After if it is given.
    `when` says whether the application has seen the call: `before` it never does; `after` it has
    taken its full effect and only the answer is lost.
    """

    model_config = ConfigDict(extra="forbid")

    method: str = Field(default="*", description="HTTP method, or * for any")
    path: str = Field(description="regular expression that the whole path must match")
    kind: Literal["status", "html", "empty", "text", "bomb", "drop", "delay", "drip"]
    when: Literal["before", "after"] = "before"
    status: int = Field(default=500, ge=200, le=599)
    headers: dict[str, str] = Field(default={}, description="may name another Content-Type")
    retry_after: str | None = None
    body: str | dict[str, Any] = ""
    mebibytes: int = Field(default=1024, ge=1)
    seconds: float = 0.0
    times: int = Field(default=1, ge=1, description="how many matching calls it hits")
    skip: int = Field(default=0, ge=0, description="how many matching calls pass first")

    def matches(self, method: str, path: str) -> bool:
        """Whether a call with this method and path is one that the fault is for."""
        return self.method in ("*", method) and re.fullmatch(self.path, path) is not None


@dataclass
class _Call:
    line: str
    trace_id: str | None
    started_s: float
    ended_s: float | None = None
    body: bytes = b""


class FaultInjector:
    """ASGI middleware; see the module's text.

    Args:
        app: the application to wrap.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._faults: list[Fault] = []
        self._calls: list[_Call] = []
        self._keeps_bodies = False
        self._released = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection event as the ASGI specification has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if path == f"{PREFIX}faults":
            await (await self._control_faults(Request(scope, receive)))(scope, receive, send)
        elif path == f"{PREFIX}calls":
            await self._control_calls(Request(scope))(scope, receive, send)
        elif path.startswith(PREFIX):
            await self._app(scope, receive, send)
        else:
            call = _Call(f"{method} {path}", _trace_id(scope), monotonic())
            self._calls.append(call)
            if self._keeps_bodies:
                receive = _keeping(receive, call)
            fault = self._take(method, path)
            try:
                if fault is not None and fault.kind == "delay":
                    await self._delay(fault.seconds)
                    fault = None
                if fault is None:
                    await self._app(scope, receive, _ending(send, call))
                else:
                    await self._misbehave(fault, scope, receive, send)
            finally:
                call.ended_s = call.ended_s or monotonic()

    def forget_calls(self, *, keep_bodies: bool = False) -> None:
        """Counts calls from now on, and keeps their bodies or does not."""
        self._calls.clear()
        self._keeps_bodies = keep_bodies

    def _take(self, method: str, path: str) -> Fault | None:
        for fault in self._faults:
            if not fault.matches(method, path):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
            return fault
        return None

    async def _delay(self, seconds: float) -> None:
        """Waits, but not longer than until the faults are taken away."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._released.wait(), seconds)

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "drip":
            answer = await dripping(self._app, scope, receive, fault.seconds)
            await answer(scope, receive, send)
            return
        if fault.when == "after":
            await self._app(scope, receive, _swallow)
        if fault.kind == "drop":
            _abort(send)
            return
        await _wrong_answer(fault)(scope, receive, send)

    async def _control_faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self._faults.append(Fault.model_validate_json(await request.body()))
            except ValidationError as error:
                return JSONResponse({"error": str(error)}, status_code=400)
        elif request.method == "DELETE":
            self._faults.clear()
            self._released.set()
            self._released = asyncio.Event()
        return JSONResponse([fault.model_dump() for fault in self._faults])

    def _control_calls(self, request: Request) -> Response:
        if request.method == "DELETE":
            self.forget_calls(keep_bodies=request.query_params.get("bodies") == "true")
        calls = [call.line for call in self._calls]
        seen: dict[str, Any] = {
            "calls": calls,
            "counts": Counter(calls),
            "traces": [call.trace_id for call in self._calls],
            "spans": [(call.started_s, call.ended_s) for call in self._calls],
        }
        if self._keeps_bodies:
            seen["bodies"] = [call.body.decode("utf-8", "replace") for call in self._calls]
        return JSONResponse(seen)


def _trace_id(scope: Scope) -> str | None:
    return Headers(scope=scope).get("x-trace-id")


def _keeping(receive: Receive, call: _Call) -> Receive:
    async def receive_and_keep() -> Message:
        message = await receive()
        call.body += message.get("body", b"")
        return message

    return receive_and_keep


def _ending(send: Send, call: _Call) -> Send:
    """A call ends with its answer: whoever has that may call another server at once."""

    async def end_and_send(message: Message) -> None:
        call.ended_s = monotonic()
        await send(message)

    return end_and_send


async def _swallow(message: Message) -> None:
    """Takes an answer that nobody should see."""


def _wrong_answer(fault: Fault) -> Response:
    hint = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    headers = {**hint, **fault.headers}
    match fault.kind:
        case "html":
            return page(fault.status, headers)
        case "empty":
            return plain(200, headers, "")
        case "text":
            return plain(fault.status, headers, fault.body)
        case "bomb":
            return bomb(headers, fault.mebibytes)
        case _:
            return plain(fault.status, headers, "")


def _abort(send: Any) -> None:
    """Closes the client's connection at once.

    ASGI has no word for this, so uvicorn's own request cycle (whose method `send` is) is asked for
    the transport; the fault tests notice if a later uvicorn moves it.
    """
    send.__self__.transport.abort()
