"""Medplum's project-admin API: what FHIR's own interactions can't do, or not in one call.

See https://www.medplum.com/docs/api/project-admin. Only administrators of the project may call it.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.local.fhir import outcomes
from deploy.local.fhir.api import FhirResponse, parse_json
from deploy.local.fhir.backend import Backend, Caller
from deploy.local.fhir.inviting import invite
from deploy.local.fhir.outcomes import Resource

ROOT = "/admin/projects/{project}"


def routes(backend: Backend) -> list[Route]:
    """The routes under `admin/projects`."""

    async def invited(request: Request) -> Response:
        caller = _administrator(backend, request)
        answer = invite(backend, caller.actor.project, await _object(request))
        return FhirResponse(answer)

    return [Route(f"{ROOT}/invite", invited, methods=["POST"])]


def _administrator(backend: Backend, request: Request) -> Caller:
    """Who calls.

    Raises:
        OutcomeError: 401, or 403 where it is no administrator of the project in the path.
    """
    caller = backend.caller(request)
    if not caller.actor.admin or caller.actor.project != request.path_params["project"]:
        raise outcomes.forbidden()
    return caller


async def _object(request: Request) -> Resource:
    sent: Any = parse_json(await request.body())
    if not isinstance(sent, dict):
        raise outcomes.invalid("Request body must be a JSON object")
    return sent
