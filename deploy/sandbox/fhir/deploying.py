"""Gives Bots their JavaScript: `Bot/{id}/$deploy`, and the content of a Binary.

The code is kept and never run here. Sources: Medplum server, `deploy.ts` (a Binary for the code,
the Bot's `executableCode`, then the function where the Bot's runtime is Lambda) and `binary.ts`.
"""

import base64
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.api import FhirResponse, parse_json
from deploy.sandbox.fhir.backend import Caller, FhirBackend
from deploy.sandbox.fhir.outcomes import Resource

JAVASCRIPT = "text/javascript"
DEFAULT_NAME = "index.js"


def routes(backend: FhirBackend) -> list[Route]:
    """The route that deploys, and the one that reads a Binary as it is."""

    async def deploy(request: Request) -> Response:
        caller = backend.caller(request)
        _deploy(backend, caller, request.path_params["id"], parse_json(await request.body()))
        return FhirResponse(outcomes.ok())

    async def content(request: Request) -> Response:
        repository = backend.repository(backend.caller(request).actor)
        binary = repository.read("Binary", request.path_params["id"])
        data = base64.b64decode(binary.get("data", ""))
        return Response(data, media_type=binary["contentType"])

    return [
        Route("/fhir/R4/Bot/{id}/$deploy", deploy, methods=["POST"]),
        Route("/fhir/R4/Binary/{id}", content, methods=["GET"]),
    ]


def _deploy(backend: FhirBackend, caller: Caller, bot_id: str, sent: Any) -> None:
    given = sent if isinstance(sent, dict) else {}
    code, name = given.get("code"), given.get("filename", DEFAULT_NAME)
    repository = backend.repository(caller.actor)
    repository.read("Bot", bot_id)  # whoever deploys has to be allowed to see the Bot
    bot = backend.resource(f"Bot/{bot_id}") or {}
    if not isinstance(code, str) or not code:
        raise outcomes.invalid("Bot missing executable code")
    project = backend.resource(f"Project/{caller.actor.project}") or {}
    if "bots" not in project.get("features", []):
        raise outcomes.invalid("Bots not enabled")
    data = base64.b64encode(code.encode()).decode()
    stored: Resource = {"resourceType": "Binary", "contentType": JAVASCRIPT, "data": data}
    binary, _ = repository.create("Binary", stored)
    # What a reader is shown: a signed link into the server's storage, not the Binary's reference.
    stored_at = f"{backend.base_url}storage/{binary['id']}/{binary['meta']['versionId']}"
    link = f"{stored_at}?Expires=4102444800&Signature=sandbox"
    executable = {"contentType": JAVASCRIPT, "url": link, "title": name}
    repository.update("Bot", bot_id, {**bot, "executableCode": executable})
