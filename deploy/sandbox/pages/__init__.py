"""Three web pages, for prescribers, their patients' charts and administrators, as static files.

The pages talk only to the public API of a FHIR server; which one, `config.json` tells them. Nothing
is rendered here and nothing is kept.
"""

from pathlib import Path
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


def create_app(fhir_base_url: str, iframe_origin: str) -> Starlette:
    """The pages.

    Args:
        fhir_base_url: base URL of the FHIR server that browsers reach, with a trailing slash.
        iframe_origin: origin of the DoseSpot pages that may be shown in a frame.
    """

    async def config(_request: Request) -> Response:
        return JSONResponse({"fhirBaseUrl": fhir_base_url})

    headers = security_headers(origin(fhir_base_url), iframe_origin)
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
