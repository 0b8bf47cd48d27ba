"""Runs bots: `Bot/{id}/$execute` and `Bot/$execute?identifier=system|value`.

Builds the payload that a Lambda function of Medplum's gets, passes its answer on, and leaves an
AuditEvent with the end of its log. See https://www.medplum.com/docs/bots.
"""

import uuid
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.api import FhirResponse, bare_type, parse_json
from deploy.sandbox.fhir.backend import Caller, FhirBackend, reference_id, reference_to
from deploy.sandbox.fhir.invoker import InvokeError, InvokeResult
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.query import parse
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID

AT_ONCE = 64
LAMBDA = "awslambda"


def routes(backend: FhirBackend) -> list[Route]:
    """The two routes that run a bot."""
    limiter = CapacityLimiter(AT_ONCE)

    async def execute(request: Request) -> Response:
        caller = backend.caller(request)
        bot = _bot(backend, caller, request)
        body = await request.body()
        payload = _payload(backend, caller, bot, _input(request, body), request)
        answer = await to_thread.run_sync(_run, backend, bot, payload, limiter=limiter)
        _audit(backend, caller, bot, answer)
        if isinstance(answer, InvokeError):
            raise outcomes.invalid(str(answer))
        return _response(answer)

    return [
        Route("/fhir/R4/Bot/$execute", execute, methods=["POST"]),
        Route("/fhir/R4/Bot/{id}/$execute", execute, methods=["POST"]),
    ]


def function_name(bot: Resource, *, custom: bool) -> str:
    """The name of the Lambda function that a bot stands for.

    Args:
        bot: the Bot.
        custom: whether a bot may name it itself, in an identifier.
    """
    for identifier in bot.get("identifier", []) if custom else []:
        if identifier.get("system") == MEDPLUM_BOT_EXTERNAL_FUNCTION_ID:
            return str(identifier.get("value"))
    return f"medplum-bot-lambda-{bot['id']}"


def readable_log(log: bytes) -> str:
    """A log's tail as Medplum keeps it: ASCII only, without the lines that Lambda adds."""
    kept: list[str] = []
    for line in bytes(byte & 0x7F for byte in log).decode("ascii").split("\n"):
        if line.startswith(("END RequestId: ", "REPORT RequestId: ")):
            break
        if not line.startswith("START RequestId: "):
            kept.append(line)
    return "\n".join(kept).strip()


def _bot(backend: FhirBackend, caller: Caller, request: Request) -> Resource:
    """The bot, with what may be hidden from the caller, who has to be allowed to look at it."""
    repository = backend.repository(caller.actor)
    if "id" in request.path_params:
        found = [repository.read("Bot", request.path_params["id"])]
    elif "identifier" in request.query_params:
        found = repository.search(parse("Bot", request.url.query)).resources
    else:
        raise outcomes.invalid("Must specify bot ID or identifier.")
    bot = backend.resource(f"Bot/{found[0]['id']}") if found else None
    if bot is None:
        raise outcomes.not_found()
    return bot


def _input(request: Request, body: bytes) -> Any:
    kind = bare_type(request.headers.get("content-type", ""))
    if kind.endswith(("/json", "+json")):
        return parse_json(body) if body else {}
    return body.decode("utf-8", "replace")


def _payload(
    backend: FhirBackend, caller: Caller, bot: Resource, given: Any, request: Request
) -> Resource:
    membership = _run_as(backend, caller, bot)
    project = backend.resource(f"Project/{caller.actor.project}") or {}
    login_id = backend.sessions.start_login(
        reference_id(membership["user"]), "openid", membership["id"]
    )
    return {
        "bot": reference_to(bot),
        "baseUrl": backend.base_url,
        "requester": caller.membership["profile"],
        "accessToken": backend.sessions.issue(login_id, membership["id"]),
        "input": given,
        "contentType": request.headers.get("content-type", ""),
        "secrets": {secret["name"]: secret for secret in project.get("secret", [])},
        "traceId": str(uuid.uuid4()),
        "headers": dict(request.headers),
    }


def _run_as(backend: FhirBackend, caller: Caller, bot: Resource) -> Resource:
    own = backend.membership_of_profile(f"Bot/{bot['id']}")
    return caller.membership if bot.get("runAsUser") or own is None else own


def _run(backend: FhirBackend, bot: Resource, payload: Resource) -> InvokeResult | InvokeError:
    project = backend.resource(f"Project/{bot['meta']['project']}") or {}
    if "bots" not in project.get("features", []):
        return InvokeError("Bots not enabled")
    if bot.get("runtimeVersion") != LAMBDA:
        return InvokeError("Unsupported bot runtime")
    if backend.invoker is None:
        return InvokeError("There is no endpoint to run bots at")
    name = function_name(bot, custom=backend.bot_custom_functions_enabled)
    try:
        return backend.invoker.invoke(name, payload)
    except InvokeError as error:
        return error


def _audit(
    backend: FhirBackend, caller: Caller, bot: Resource, answer: InvokeResult | InvokeError
) -> None:
    failed = isinstance(answer, InvokeError) or answer.is_error
    log = str(answer) if isinstance(answer, InvokeError) else readable_log(answer.log)
    event = {
        "resourceType": "AuditEvent",
        "type": {"code": "execute"},
        "recorded": backend.now().isoformat(timespec="milliseconds"),
        "outcome": "4" if failed else "0",
        "outcomeDesc": log,
        "agent": [{"who": caller.membership["profile"], "requestor": True}],
        "source": {"observer": reference_to(bot)},
        "entity": [{"what": reference_to(bot)}],
    }
    backend.server_repository(caller.actor.project).create("AuditEvent", event)


def _response(answer: InvokeResult) -> Response:
    """A function's answer as it is; text and numbers go out bare, which is not JSON any more."""
    status = 400 if answer.is_error else 200
    result = answer.result
    if result is None or (isinstance(result, str | int | float) and not isinstance(result, bool)):
        text = "" if result is None else str(result)
        return Response(text, status, media_type=FhirResponse.media_type)
    return FhirResponse(result, status)
