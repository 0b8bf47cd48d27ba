"""The routes under /webapi/v2/: keys, limits, tokens and bodies around the operations.

A call is taken in whole first; from then on nothing waits, so that each one takes effect as if it
were alone.
"""

import hmac
from collections.abc import Awaitable, Callable
from math import ceil
from urllib.parse import parse_qsl

from pydantic import ValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.dosespot import admin, clinics, patients, prescriber, replies
from deploy.sandbox.dosespot.accounts import Session
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import Rejection
from deploy.sandbox.dosespot.operations import (
    ApiCall,
    NotThere,
    Operation,
    OperationReply,
    Several,
)
from deploy.sandbox.dosespot.prescribing import catalogs, choosing, reading
from deploy.sandbox.dosespot.rules import missing_refusal
from deploy.sandbox.dosespot.tokens import TokenRefusal, grant

BASE = "/webapi/v2/"
OPERATIONS = (
    *admin.OPERATIONS,
    *prescriber.OPERATIONS,
    *patients.OPERATIONS,
    *catalogs.OPERATIONS,
    *reading.OPERATIONS,
    *choosing.OPERATIONS,
    *clinics.OPERATIONS,
)

Endpoint = Callable[[Request], Awaitable[Response]]


def routes(backend: DoseSpotBackend) -> list[Route]:
    """All routes of the API, over that state."""
    return [
        Route(f"{BASE}connect/token", _token_endpoint(backend), methods=["POST"]),
        *(
            Route(f"{BASE}api/{each.path}", _endpoint(backend, each), methods=[each.method])
            for each in OPERATIONS
        ),
    ]


def _token_endpoint(backend: DoseSpotBackend) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = await request.body()
        with backend.transaction():
            limit = backend.switches.token_requests_per_10_s
            return _gate(backend, request, "token", limit) or _issue(backend, request, form)

    return endpoint


def _endpoint(backend: DoseSpotBackend, operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        with backend.transaction():
            switches = backend.switches
            is_read = operation.method == "GET"
            limit = switches.reads_per_10_s if is_read else switches.writes_per_10_s
            return _gate(backend, request, operation.name, limit) or _answer(
                backend, operation, request, body
            )

    return endpoint


def _gate(backend: DoseSpotBackend, request: Request, kind: str, limit: int) -> Response | None:
    key = request.headers.get("Subscription-Key", "")
    if not hmac.compare_digest(key.encode(), backend.accounts.subscription_key.encode()):
        return Response(status_code=401)
    switches = backend.switches
    limits = {kind: limit, "total": switches.total_per_10_s}
    at_s = backend.now().timestamp()
    window_s = switches.rate_window_s
    if not switches.enforce_rate_limits or backend.limiter.admit(limits, window_s, at_s):
        return None
    headers = {"Retry-After": str(ceil(window_s))} if switches.retry_after_header else {}
    return Response(status_code=429, headers=headers)


def _issue(backend: DoseSpotBackend, request: Request, body: bytes) -> Response:
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        return JSONResponse({"error": "invalid_request"}, 400)
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    session = grant(backend, form)
    if isinstance(session, TokenRefusal):
        return JSONResponse({"error": session.error}, 400)
    lifetime_s = backend.switches.token_lifetime_s
    token = backend.accounts.issue_token(session, backend.now(), lifetime_s)
    return JSONResponse(
        {
            "access_token": token,
            "expires_in": lifetime_s,
            "token_type": "Bearer",
            "scope": "api",
        }
    )


def _answer(
    backend: DoseSpotBackend, operation: Operation, request: Request, body: bytes
) -> Response:
    session = _session(backend, request)
    if session is None:
        return Response(status_code=401)
    try:
        shaped = _shaped(operation, request, body)
    except ValidationError as error:
        return _malformed(error)
    path_ids = tuple(request.path_params.values())
    call = ApiCall(backend, session, request.query_params, path_ids, shaped)
    reply = _incomplete(shaped) or operation.carry_out(call)
    return _enveloped(operation, reply)


def _shaped(operation: Operation, request: Request, body: bytes) -> object:
    if operation.query is not None:
        return operation.query.validate_python(_given(request.query_params))
    return None if operation.body is None else operation.body.validate_json(body)


def _given(query: QueryParams) -> dict[str, str | list[str]]:
    """What is not blank: a text, or several where a name is given more than once."""
    several = {name: [each for each in query.getlist(name) if each.strip()] for name in query}
    return {
        name: values[0] if len(values) == 1 else values
        for name, values in several.items()
        if values
    }


def _session(backend: DoseSpotBackend, request: Request) -> Session | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return None
    return backend.accounts.session(token.strip(), backend.now())


def _incomplete(body: object) -> Rejection | None:
    required: tuple[str, ...] = getattr(body, "required", ())
    return missing_refusal(vars(body), required) if required else None


def _enveloped(operation: Operation, reply: OperationReply) -> Response:
    match reply:
        case NotThere():
            return Response(status_code=404)
        case Several(refusals):
            each = [replies.error({}, one) if one else replies.ok({}) for one in refusals]
            return JSONResponse(each)
        case Rejection():
            return JSONResponse(replies.error(operation.on_error, reply))
        case fields:
            return JSONResponse(replies.ok(fields))


def _malformed(error: ValidationError) -> Response:
    """Names the fields and never repeats what was in them."""
    state = {
        ".".join(("request", *map(str, each["loc"]))): ["The value is not valid."]
        for each in error.errors(include_input=False, include_url=False, include_context=False)
    }
    return JSONResponse({"Message": "The request is invalid.", "ModelState": state}, 400)
