"""Custom operations: `$code` of an OperationDefinition that names the Bot which does it.

See https://www.medplum.com/docs/bots/custom-fhir-operations.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.api import shown
from deploy.sandbox.fhir.backend import Caller, FhirBackend
from deploy.sandbox.fhir.execute import BotHost, called, input_of, run_as_of
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.query import escape, parse

IMPLEMENTATION = "https://medplum.com/fhir/StructureDefinition/operationDefinition-implementation"


def routes(backend: FhirBackend, runner: BotHost) -> list[Route]:
    """The routes of operations on the whole server, on a type, and on a resource."""

    async def operate(request: Request) -> Response:
        caller = backend.caller(request)
        operation = _operation(backend, caller, request.path_params["code"])
        bot = _bot(backend, caller, operation)
        given = await _given(backend, caller, operation, request)
        run_as = run_as_of(backend, bot, caller.membership) or caller.membership
        return await runner.answer(called(caller, bot, run_as, given, request))

    return [
        Route(f"/fhir/R4/{level}${{code}}", operate, methods=["GET", "POST"])
        for level in ("", "{type}/", "{type}/{id}/")
    ]


def _operation(backend: FhirBackend, caller: Caller, code: str) -> Resource:
    """The OperationDefinition, which the caller has to be allowed to look at."""
    repository = backend.repository(caller.actor)
    found = repository.search(parse("OperationDefinition", f"code={escape(code)}")).resources
    if not found:
        raise outcomes.not_found()
    return found[0]


def _bot(backend: FhirBackend, caller: Caller, operation: Resource) -> Resource:
    """The Bot that an operation names, with what may be hidden from the caller."""
    named = [
        extension.get("valueReference", {}).get("reference", "")
        for extension in operation.get("extension", [])
        if extension["url"] == IMPLEMENTATION
    ]
    kind, _, bot_id = named[0].partition("/") if named else ("", "", "")
    if kind != "Bot":
        raise outcomes.not_found()
    readable = backend.repository(caller.actor).read("Bot", bot_id)
    return backend.resource(f"Bot/{readable['id']}") or readable


async def _given(
    backend: FhirBackend, caller: Caller, operation: Resource, request: Request
) -> Any:
    """The resource that an operation is called on, as the caller sees it; else what was sent."""
    where = request.path_params
    if operation.get("instance") and "id" in where:
        repository = backend.repository(caller.actor)
        return shown(request, repository.read(where["type"], where["id"]))
    return await input_of(request)
