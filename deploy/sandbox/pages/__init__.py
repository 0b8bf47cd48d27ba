"""Web pages for prescribers, their patients' charts and administrators, as static files.

The pages talk only to the public API of a FHIR server; which one, `config.json` tells them. Nothing
is rendered here and nothing is kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"


@dataclass(frozen=True)
class Site:
    """What the pages are told about where they are.

    Attributes:
        fhir_base_url: base URL of the FHIR server that browsers reach, with a trailing slash.
        client_id: id of the ClientApplication as which the pages have people sign in.
        iframe_origin: origin of the DoseSpot pages that may be shown in a frame.
        clinic_id: DoseSpot's number of the project's own clinic; only where it has several does it
            matter.
        example: a prescriber with whom the form can be tried; only a sandbox has one.
    """

    fhir_base_url: str
    client_id: str
    iframe_origin: str
    clinic_id: int | None = None
    example: Mapping[str, Any] | None = None

    @property
    def config(self) -> dict[str, Any]:
        """What `config.json` says."""
        known = {"clinicId": self.clinic_id, "example": self.example and dict(self.example)}
        told = {name: value for name, value in known.items() if value is not None}
        return {"fhirBaseUrl": self.fhir_base_url, "clientId": self.client_id, **told}


class Headers:
    """Adds headers to every response of an application.

    Args:
        app: the application.
        headers: names and values.
    """

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection event as the ASGI specification has it."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def create_app(site: Site) -> Starlette:
    """The pages, served on their own."""

    async def config(_request: Request) -> Response:
        return JSONResponse(site.config)

    headers = security_headers(origin(site.fhir_base_url), site.iframe_origin)
    return Starlette(
        routes=[
            Route("/config.json", config),
            Mount("/", StaticFiles(directory=STATIC, html=True)),
        ],
        middleware=[Middleware(Headers, headers)],
    )


def security_headers(fhir_origin: str, iframe_origin: str) -> dict[str, str]:
    """What browsers are told to refuse; only the two origins beside the pages' own are allowed."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": f"{fhir_origin} 'self'",
        "frame-src": iframe_origin,
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
