"""AWS Lambda's Invoke call over HTTP, for handlers of this process.

Answers `POST /2015-03-31/functions/{name}/invocations` as
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html has it, so that any AWS SDK whose
`AWS_ENDPOINT_URL_LAMBDA` points here runs these handlers. No permissions, versions or quotas.
"""

import base64
import json
import uuid
from collections.abc import Mapping
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from deploy.sandbox.functions import logs
from deploy.sandbox.functions.invocation import (
    Context,
    Handler,
    InvocationOutcome,
    function_arn,
    run,
)
from deploy.sandbox.functions.relay import relay_route

INVOKE_PATH = "/2015-03-31/functions/{name}/invocations"
AT_ONCE = 64


def create_app(
    functions: Mapping[str, Handler],
    otherwise: Handler | None = None,
    *,
    relay: Handler | None = None,
    verbose: bool = False,
) -> ASGIApp:
    """The endpoint as an ASGI application.

    Args:
        functions: handler by function name.
        otherwise: runs under every other name; without it there is no other function.
        relay: the relay's endpoint, if it is to be served too.
        verbose: whether the handlers' log lines also go to standard error.
    """
    logs.install()
    endpoint = _Endpoint(functions, otherwise, verbose)
    routes = [Route(INVOKE_PATH, endpoint.invoke, methods=["POST"])]
    if relay is not None:
        routes.append(relay_route(relay, endpoint.limiter, verbose=verbose))
    return Starlette(routes=routes)


def plain_name(name: str) -> str:
    """The function's bare name, of a name, `name:qualifier`, or a whole or partial ARN."""
    _, found, rest = name.partition(":function:")
    return (rest if found else name).split(":")[0]


class _Endpoint:
    def __init__(
        self, functions: Mapping[str, Handler], otherwise: Handler | None, verbose: bool
    ) -> None:
        self._functions = functions
        self._otherwise = otherwise
        self._verbose = verbose
        self.limiter = CapacityLimiter(AT_ONCE)

    async def invoke(self, request: Request) -> Response:
        """Answers one Invoke call."""
        name = plain_name(request.path_params["name"])
        request_id = str(uuid.uuid4())
        try:
            payload = json.loads(await request.body() or b"{}")
        except ValueError as error:
            text = f"Could not parse request body into json: {error}"
            return _refusal(400, "InvalidRequestContentException", text, request_id)
        handler = self._functions.get(name, self._otherwise)
        if handler is None:
            text = f"Function not found: {function_arn(name)}"
            return _refusal(404, "ResourceNotFoundException", text, request_id)
        return await self._answer(request, handler, payload, Context(name, request_id))

    async def _answer(
        self, request: Request, handler: Handler, payload: Any, context: Context
    ) -> Response:
        kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
        headers = {"x-amzn-RequestId": context.aws_request_id, "X-Amz-Executed-Version": "$LATEST"}
        if kind == "DryRun":
            return Response(status_code=204, headers=headers)
        log = logs.InvocationLog(context.aws_request_id, self._verbose)
        if kind == "Event":
            task = BackgroundTask(self._run, handler, payload, context, log)
            return Response(status_code=202, headers=headers, background=task)
        outcome = await self._run(handler, payload, context, log)
        if outcome.failed:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if request.headers.get("x-amz-log-type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(log.tail()).decode()
        return Response(outcome.body, 200, headers, media_type="application/json")

    async def _run(
        self, handler: Handler, payload: Any, context: Context, log: logs.InvocationLog
    ) -> InvocationOutcome:
        return await to_thread.run_sync(run, handler, payload, context, log, limiter=self.limiter)


def _refusal(status: int, kind: str, message: str, request_id: str) -> Response:
    headers = {"x-amzn-RequestId": request_id, "x-amzn-ErrorType": kind}
    return JSONResponse({"Type": "User", "Message": message}, status, headers)
