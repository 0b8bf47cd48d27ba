"""Faults on demand, and a counter of calls, for any of the local servers.

`FaultInjector` wraps an ASGI application. What it does is set over HTTP under `/_sandbox/`:

* `POST /_sandbox/faults` queues a fault for the next calls that match (see `Fault`);
  `GET` lists what is still queued, `DELETE` drops it.
* `GET /_sandbox/calls` answers every call since the last `DELETE`, in order: the calls, how many
  came for each method and path, their trace ids (`X-Trace-Id`), and from when to when each took
  (seconds of a monotonic clock); calls to `/_sandbox/` itself are not counted.

It knows nothing of FHIR or DoseSpot.
"""

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/_sandbox/"


class Fault(BaseModel):
    """What shall go wrong, and with which calls.

    `kind` is one of

    * `status`: answer `status` (with `retry_after`, if given, as the header) and an empty body,
    * `html`: answer `status` with a page of HTML,
    * `empty`: answer 200 with an empty body,
    * `text`: answer `status` with `body` as it stands,
    * `drop`: close the connection without an answer,
    * `delay`: wait `seconds`, then answer as if nothing were wrong.

    `when` says whether the application has seen the call: `before` it never does; `after` it has
    taken its full effect and only the answer is lost.
    """

    model_config = ConfigDict(extra="forbid")

    method: str = Field(default="*", description="HTTP method, or * for any")
    path: str = Field(description="regular expression that the whole path must match")
    kind: Literal["status", "html", "empty", "text", "drop", "delay"]
    when: Literal["before", "after"] = "before"
    status: int = 500
    retry_after: str | None = None
    body: str = ""
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


class FaultInjector:
    """ASGI middleware; see the module's text.

    Args:
        app: the application to wrap.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._faults: list[Fault] = []
        self._calls: list[_Call] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection event as the ASGI specification has it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path"]
        if path == f"{PREFIX}faults":
            await (await self._control_faults(Request(scope, receive)))(scope, receive, send)
        elif path == f"{PREFIX}calls":
            await self._control_calls(method)(scope, receive, send)
        elif path.startswith(PREFIX):
            await self._app(scope, receive, send)
        else:
            call = _Call(f"{method} {path}", _trace_id(scope), monotonic())
            self._calls.append(call)
            fault = self._take(method, path)
            try:
                if fault is None:
                    await self._app(scope, receive, send)
                else:
                    await self._misbehave(fault, scope, receive, send)
            finally:
                call.ended_s = monotonic()

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

    async def _misbehave(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
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
        return JSONResponse([fault.model_dump() for fault in self._faults])

    def _control_calls(self, method: str) -> Response:
        if method == "DELETE":
            self._calls.clear()
        calls = [call.line for call in self._calls]
        return JSONResponse(
            {
                "calls": calls,
                "counts": Counter(calls),
                "traces": [call.trace_id for call in self._calls],
                "spans": [(call.started_s, call.ended_s) for call in self._calls],
            }
        )


def _trace_id(scope: Scope) -> str | None:
    return Headers(scope=scope).get("x-trace-id")


async def _swallow(message: Message) -> None:
    """Takes an answer that nobody shall see."""


def _wrong_answer(fault: Fault) -> Response:
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    if fault.kind == "html":
        page = "<html><body><h1>Service unavailable</h1></body></html>"
        return HTMLResponse(page, fault.status, headers)
    if fault.kind == "empty":
        return Response(b"", 200, headers)
    if fault.kind == "text":
        return PlainTextResponse(fault.body, fault.status, headers)
    return Response(b"", fault.status, headers)


def _abort(send: Any) -> None:
    """Closes the client's connection at once.

    ASGI has no word for this, so uvicorn's own request cycle (whose method `send` is) is asked for
    the transport; the fault tests notice if a later uvicorn moves it.
    """
    send.__self__.transport.abort()
