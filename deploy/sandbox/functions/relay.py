"""The relay's endpoint over HTTP: a request as AWS hands it to a function, and its answer.

Source: API Gateway's payload format 2.0.
"""

import base64
import json
import uuid
from http import HTTPStatus

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.relay.rules import LARGEST_BODY
from deploy.sandbox.functions import logs
from deploy.sandbox.functions.invocation import Context, Handler, run

RELAY_PATH = "/relay"
NAME = "relay-endpoint"


def relay_route(handler: Handler, limiter: CapacityLimiter, *, verbose: bool) -> Route:
    """Serves the relay's endpoint.

    Args:
        handler: as `relay_endpoint` gives it.
        limiter: of how many runs there are at once.
        verbose: whether log lines also go to standard error.
    """

    async def serve(request: Request) -> Response:
        body = await _bounded(request)
        event = {
            "version": "2.0",
            "headers": dict(request.headers),
            "requestContext": {"http": {"method": request.method}},
            "body": base64.b64encode(body).decode(),
            "isBase64Encoded": True,
        }
        context = Context(NAME, str(uuid.uuid4()))
        log = logs.InvocationLog(context.aws_request_id, verbose)
        outcome = await to_thread.run_sync(run, handler, event, context, log, limiter=limiter)
        if outcome.failed:
            return Response(status_code=HTTPStatus.BAD_GATEWAY)
        answer = json.loads(outcome.body)
        return Response(answer["body"], answer["statusCode"], answer["headers"])

    return Route(RELAY_PATH, serve, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])


async def _bounded(request: Request) -> bytes:
    """The body, of one that is too large as much as shows that it is."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            break
    return bytes(body)
