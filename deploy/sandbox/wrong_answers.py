"""What a fault answers instead of the application, or makes of the application's own answer.

Which call meets which fault is decided in the faults module.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from starlette.responses import (
    HTMLResponse,
    JSONResponse,
    PlainTextResponse,
    Response,
    StreamingResponse,
)
from starlette.types import ASGIApp, Message, Receive, Scope

BODILESS = frozenset({204, 304})
"""Statuses whose answers end with the headers (RFC 9110, sections 15.3.5 and 15.4.5)."""

MEBIBYTE = b" " * 2**20
AS_GZIP = 31
"""How zlib is told to write gzip's header and trailer."""


def page(status: int, headers: Mapping[str, str]) -> Response:
    """HTML, as a proxy would put it in an API's place."""
    return HTMLResponse(
        "<html><body><h1>Service unavailable</h1></body></html>", status, dict(headers)
    )


def plain(status: int, headers: Mapping[str, str], body: str | dict[str, Any]) -> Response:
    """A text as it stands, an object as JSON; `headers` may name another Content-Type."""
    if status in BODILESS or not body:
        return Response(b"", status, dict(headers))
    if isinstance(body, str):
        return PlainTextResponse(body, status, dict(headers))
    return JSONResponse(body, status, dict(headers))


def bomb(headers: Mapping[str, str], mebibytes: int) -> Response:
    """JSON white space of that size, which gzip makes a thousandth as long."""
    headers = {"Content-Encoding": "gzip", **headers}
    return StreamingResponse(_compressed(mebibytes), 200, headers, "application/json")


def _compressed(mebibytes: int) -> Iterator[bytes]:
    gzip = zlib.compressobj(wbits=AS_GZIP)
    for _ in range(mebibytes):
        yield gzip.compress(MEBIBYTE)
    yield gzip.flush()


async def dripping(app: ASGIApp, scope: Scope, receive: Receive, pause_s: float) -> Response:
    """The application's own answer with a pause before each byte of its body.

    Args:
        app: the application, which has taken its full effect when this returns.
        scope: of the call, as the ASGI specification has it.
        receive: of the call, likewise.
        pause_s: seconds before each byte.
    """
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await app(scope, receive, keep)
    start, *rest = messages
    body = b"".join(message.get("body", b"") for message in rest)
    answer = StreamingResponse(_byte_by_byte(body, pause_s), start["status"])
    answer.raw_headers = list(start["headers"])
    return answer


async def _byte_by_byte(body: bytes, pause_s: float) -> AsyncIterator[bytes]:
    for byte in body:
        await asyncio.sleep(pause_s)
        yield bytes([byte])
