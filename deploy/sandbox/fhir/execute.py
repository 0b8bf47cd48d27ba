"""Runs bots, also as `Bot/{id}/$execute` and `Bot/$execute?identifier=system|value`.

Builds the payload that a Lambda function of Medplum's gets, passes its answer on, and leaves an
AuditEvent with the end of its log. See https://www.medplum.com/docs/bots.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

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
from deploy.sandbox.fhir.switches import FhirSwitches
from fhir_profiles.systems import MEDPLUM_BOT_EXTERNAL_FUNCTION_ID

AT_ONCE = 64
LAMBDA = "awslambda"
RETURNED = {"forbidden": 403, "not-found": 404, "conflict": 409, "too-many-requests": 429}
"""The status of a returned OperationOutcome by its id, as measured on Medplum 5.1.3."""


@dataclass(frozen=True)
class BotRun:
    """One run of a bot, whatever starts it.

    Args:
        bot: the Bot.
        run_as: the membership as which it acts.
        given: its input.
        requester: reference of whose doing it is; None if nobody's.
        content_type: of the input.
        headers: with which it was asked for.
        trace_id: by which calls are known to belong together.
    """

    bot: Resource
    run_as: Resource
    given: Any
    requester: Resource | None = None
    content_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    trace_id: str | None = None


class BotHost:
    """Runs bots, so many at a time.

    Args:
        backend: the server.
    """

    def __init__(self, backend: FhirBackend) -> None:
        self._backend = backend
        self._limiter = CapacityLimiter(AT_ONCE)

    async def answer(self, run: BotRun) -> Response:
        """What the bot answered.

        Raises:
            OutcomeError: 400, it could not be run.
        """
        answer = await to_thread.run_sync(self.run, run, limiter=self._limiter)
        if isinstance(answer, InvokeError):
            raise outcomes.invalid(str(answer))
        return _response(answer, _status(answer, self._backend.switches))

    def run(self, run: BotRun) -> InvokeResult | InvokeError:
        """Runs the bot, waits for it, and leaves the AuditEvent."""
        payload = _payload(self._backend, run)
        answer = _run(self._backend, run.bot, payload)
        _audit(self._backend, run, answer)
        return answer


def routes(backend: FhirBackend, runner: BotHost) -> list[Route]:
    """The two routes that run a bot."""

    async def execute(request: Request) -> Response:
        caller = backend.caller(request)
        bot = _bot(backend, caller, request)
        given = await input_of(request)
        run_as = run_as_of(backend, bot, caller.membership) or caller.membership
        return await runner.answer(called(caller, bot, run_as, given, request))

    return [
        Route("/fhir/R4/Bot/$execute", execute, methods=["GET", "POST"]),
        Route("/fhir/R4/Bot/{id}/$execute", execute, methods=["GET", "POST"]),
    ]


def called(caller: Caller, bot: Resource, run_as: Resource, given: Any, request: Request) -> BotRun:
    """The run that somebody who is signed in asks for."""
    return BotRun(
        bot,
        run_as,
        given,
        requester=caller.membership["profile"],
        content_type=request.headers.get("content-type"),
        headers=dict(request.headers),
        trace_id=str(uuid.uuid4()),
    )


async def input_of(request: Request) -> Any:
    """The body of a POST, parsed where it is JSON; of a GET all query parameters."""
    if request.method == "GET":
        query = request.query_params
        values = {name: query.getlist(name) for name in query}
        return {name: found if len(found) > 1 else found[0] for name, found in values.items()}
    return _input(request, await request.body())


def run_as_of(backend: FhirBackend, bot: Resource, asker: Resource | None) -> Resource | None:
    """The membership as which a bot acts: the asker's where it runs as the user, or its own."""
    return asker if bot.get("runAsUser") else backend.membership_of_profile(f"Bot/{bot['id']}")


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
        query = urlencode({"identifier": request.query_params["identifier"]})
        found = repository.search(parse("Bot", query)).resources
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


def _payload(backend: FhirBackend, run: BotRun) -> Resource:
    membership = run.run_as
    project = backend.resource(membership["project"]["reference"]) or {}
    login_id = backend.sessions.start_login(
        reference_id(membership["user"]), "openid", membership["id"]
    )
    known = {
        "requester": run.requester,
        "contentType": run.content_type,
        "traceId": run.trace_id,
    }
    return {
        "bot": reference_to(run.bot),
        "baseUrl": backend.base_url,
        "accessToken": backend.sessions.issue(login_id, membership["id"]),
        "input": run.given,
        "secrets": {secret["name"]: secret for secret in project.get("secret", [])},
        "headers": dict(run.headers),
        **{name: value for name, value in known.items() if value is not None},
    }


def _run(backend: FhirBackend, bot: Resource, payload: Resource) -> InvokeResult | InvokeError:
    if not backend.has_feature(bot["meta"]["project"], "bots"):
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


def _audit(backend: FhirBackend, run: BotRun, answer: InvokeResult | InvokeError) -> None:
    failed = isinstance(answer, InvokeError) or answer.is_error
    log = str(answer) if isinstance(answer, InvokeError) else readable_log(answer.log)
    event = {
        "resourceType": "AuditEvent",
        "type": {"code": "execute"},
        "recorded": backend.now().isoformat(timespec="milliseconds"),
        "outcome": "4" if failed else "0",
        "outcomeDesc": log,
        "agent": [{"who": run.requester or reference_to(run.bot), "requestor": True}],
        "source": {"observer": reference_to(run.bot)},
        "entity": [{"what": reference_to(run.bot)}],
    }
    backend.server_repository(reference_id(run.run_as["project"])).create("AuditEvent", event)


def _status(answer: InvokeResult, switches: FhirSwitches) -> int:
    if answer.is_error:
        return 400
    if switches.answers_returned_errors and _is_error(answer.result):
        return RETURNED.get(answer.result.get("id"), 400)
    return 200


def _is_error(result: Any) -> bool:
    """Whether what a function returned is an OperationOutcome that tells of an error."""
    if not isinstance(result, dict) or result.get("resourceType") != "OperationOutcome":
        return False
    return any(issue.get("severity") in ("error", "fatal") for issue in result.get("issue", []))


def _response(answer: InvokeResult, status: int) -> Response:
    """A function's answer as it is; text and numbers go out bare, which is not JSON any more."""
    result = answer.result
    if result is None or (isinstance(result, str | int | float) and not isinstance(result, bool)):
        text = "" if result is None else str(result)
        return Response(text, status, media_type=FhirResponse.media_type)
    return FhirResponse(result, status)
