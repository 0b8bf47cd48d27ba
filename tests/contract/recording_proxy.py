"""A reverse proxy that writes down every exchange; it stands between the bots and DoseSpot."""

import json
from dataclasses import dataclass, field
from typing import Any

import requests
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PREFIX = "/webapi/v2/"


@dataclass(frozen=True)
class Exchange:
    """One call and its answer."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    status: int
    answer: Any


@dataclass
class RecordingProxy:
    """Forwards to `target`, a base URL without path."""

    target: str
    exchanges: list[Exchange] = field(default_factory=list)

    def app(self) -> Starlette:
        methods = ["GET", "POST", "PUT", "DELETE"]
        return Starlette(routes=[Route("/{path:path}", self._forward, methods=methods)])

    async def _forward(self, request: Request) -> Response:
        sent = await request.body()
        reply = await run_in_threadpool(self._send, request, sent)
        path = request.url.path.removeprefix(PREFIX)
        if path != "connect/token":
            self.exchanges.append(
                Exchange(
                    method=request.method,
                    path=path,
                    query=dict(request.query_params),
                    headers=dict(request.headers),
                    body=json.loads(sent) if sent else None,
                    status=reply.status_code,
                    answer=json.loads(reply.content) if reply.content else None,
                )
            )
        return Response(reply.content, reply.status_code, media_type="application/json")

    def _send(self, request: Request, body: bytes) -> requests.Response:
        kept = {k: v for k, v in request.headers.items() if k not in ("host", "content-length")}
        return requests.request(
            request.method,
            f"{self.target}{request.url.path.lstrip('/')}",
            params=dict(request.query_params),
            headers=kept,
            data=body,
            timeout=30,
        )
