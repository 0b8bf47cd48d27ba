"""The FHIR API's routes: HTTP in, an interaction or a batch, HTTP out."""

import json
from datetime import datetime
from email.utils import format_datetime
from typing import Any, NoReturn

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.batch import perform_batch
from deploy.sandbox.fhir.interactions import FhirReply, Interaction, etag, perform
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.resources import OWN_META

JSON_TYPES = frozenset({"application/json", "application/fhir+json"})
PATCH_TYPE = "application/json-patch+json"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


class FhirResponse(JSONResponse):
    """JSON with FHIR's content type."""

    media_type = "application/fhir+json"


def routes(backend: FhirBackend) -> list[Route]:
    """The routes under `fhir/R4`."""

    async def batch(request: Request) -> Response:
        caller = backend.caller(request)
        bundle = await _json_body(request, JSON_TYPES)
        repository = backend.repository(caller.actor)
        answered = perform_batch(repository, bundle, backend.fhir_base)
        return FhirResponse(shown(request, answered))

    async def interact(request: Request) -> Response:
        caller = backend.caller(request)
        interaction = await _interaction(request)
        repository = backend.repository(caller.actor)
        reply = perform(repository, interaction, backend.fhir_base)
        return _response(reply, shown(request, reply.body), backend.fhir_base)

    return [
        Route("/fhir/R4", batch, methods=["POST"]),
        Route("/fhir/R4/", batch, methods=["POST"]),
        Route("/fhir/R4/{path:path}", interact, methods=METHODS),
    ]


async def _interaction(request: Request) -> Interaction:
    path, query, body = request.path_params["path"], request.url.query, None
    if request.method == "POST" and path.endswith("/_search"):
        form = (await request.body()).decode("utf-8", "replace")
        query = "&".join(part for part in (query, form) if part)
    elif request.method in ("POST", "PUT"):
        body = await _json_body(request, JSON_TYPES)
    elif request.method == "PATCH":
        body = await _json_body(request, {PATCH_TYPE})
    return Interaction(
        method=request.method,
        path=path,
        query=query,
        body=body,
        if_match=request.headers.get("if-match"),
        if_none_exist=request.headers.get("if-none-exist"),
    )


async def _json_body(request: Request, content_types: frozenset[str] | set[str]) -> Any:
    if bare_type(request.headers.get("content-type", "")) not in content_types:
        raise outcomes.invalid("Unsupported content type")
    return parse_json(await request.body())


def bare_type(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def parse_json(body: bytes) -> Any:
    """Parses JSON as strictly as RFC 8259 has it.

    Raises:
        OutcomeError: 400, it is not JSON.
    """
    try:
        return json.loads(body, parse_constant=_refuse_constant)
    except ValueError:
        raise outcomes.invalid("Content could not be parsed") from None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def shown(request: Request, body: Resource) -> Resource:
    """What is answered; Medplum shows its own `meta` elements only to who asks for them.

    See https://www.medplum.com/docs/sdk/core.medplumclientoptions.extendedmode.
    """
    return body if request.headers.get("x-medplum") == "extended" else _without_own_meta(body)


def _without_own_meta(resource: Resource) -> Resource:
    shown = dict(resource)
    if "meta" in resource:
        shown["meta"] = {k: v for k, v in resource["meta"].items() if k not in OWN_META}
    if resource["resourceType"] == "Bundle" and "entry" in resource:
        shown["entry"] = [_without_own_meta_of_entry(entry) for entry in resource["entry"]]
    return shown


def _without_own_meta_of_entry(entry: Resource) -> Resource:
    resource = entry.get("resource")
    return entry if resource is None else {**entry, "resource": _without_own_meta(resource)}


def _response(reply: FhirReply, shown: Resource, base: str) -> Response:
    headers = {}
    if reply.resource is not None:
        meta = reply.resource["meta"]
        headers["ETag"] = etag(reply.resource)
        moment = datetime.fromisoformat(meta["lastUpdated"])
        headers["Last-Modified"] = format_datetime(moment, usegmt=True)
    if reply.resource is not None and reply.status == 201:
        headers["Location"] = f"{base}{reply.resource['resourceType']}/{reply.resource['id']}"
    return FhirResponse(shown, reply.status, headers)
