"""Medplum's project-admin API: what FHIR's own interactions can't do, or not in one call.

See https://www.medplum.com/docs/api/project-admin. Only administrators of the project may call it.
"""

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.api import FhirResponse, parse_json
from deploy.sandbox.fhir.backend import Caller, FhirBackend, reference_to
from deploy.sandbox.fhir.inviting import invite
from deploy.sandbox.fhir.outcomes import Resource

ROOT = "/admin/projects/{project}"
BOT_ELEMENTS = ("name", "description", "runtimeVersion")
CLIENT_ELEMENTS = ("name", "description", "redirectUri")
SHOWN_OF_PROJECT = ("id", "name", "setting", "secret", "site")

AdminReply = tuple[int, Resource]
"""Status and body."""

Handle = Callable[[FhirBackend, Caller, Request, Any], AdminReply]


def routes(backend: FhirBackend) -> list[Route]:
    """The routes under `admin/projects`."""

    def route(method: str, path: str, handle: Handle) -> Route:
        async def endpoint(request: Request) -> Response:
            caller = _administrator(backend, request)
            sent = parse_json(await request.body()) if method == "POST" else None
            status, body = handle(backend, caller, request, sent)
            return FhirResponse(body, status)

        return Route(f"{ROOT}{path}", endpoint, methods=[method])

    return [
        route("GET", "", _show),
        route("POST", "/bot", _create_bot),
        route("POST", "/client", _create_client),
        route("POST", "/secrets", _set_secrets),
        route("POST", "/invite", _invite),
        route("GET", "/members/{membership}", _member),
        route("POST", "/members/{membership}", _change_member),
    ]


def _administrator(backend: FhirBackend, request: Request) -> Caller:
    """Who calls.

    Raises:
        OutcomeError: 401, or 403 where it is no administrator of the project in the path.
    """
    caller = backend.caller(request)
    if not caller.actor.admin or caller.actor.project != request.path_params["project"]:
        raise outcomes.forbidden()
    return caller


def _show(backend: FhirBackend, caller: Caller, _: Request, __: Any) -> AdminReply:
    project = _project(backend, caller)
    return 200, {"project": {k: project[k] for k in SHOWN_OF_PROJECT if k in project}}


def _create_bot(backend: FhirBackend, caller: Caller, _: Request, sent: Any) -> AdminReply:
    wanted = _named(sent, "Bot")
    body = {
        "resourceType": "Bot",
        "runtimeVersion": "awslambda",
        "sourceCode": {"contentType": "text/typescript", "title": "index.ts"},
        **{name: wanted[name] for name in BOT_ELEMENTS if name in wanted},
    }
    return 201, _with_membership(backend, caller, wanted, body)


def _create_client(backend: FhirBackend, caller: Caller, _: Request, sent: Any) -> AdminReply:
    wanted = _named(sent, "Client")
    body = {
        "resourceType": "ClientApplication",
        "secret": secrets.token_hex(32),
        **{name: wanted[name] for name in CLIENT_ELEMENTS if name in wanted},
    }
    return 201, _with_membership(backend, caller, wanted, body)


def _set_secrets(backend: FhirBackend, caller: Caller, _: Request, sent: Any) -> AdminReply:
    project = {**_project(backend, caller), "secret": sent}
    repository = backend.server_repository(caller.actor.project)
    return 200, repository.update("Project", caller.actor.project, project)


def _invite(backend: FhirBackend, caller: Caller, _: Request, sent: Any) -> AdminReply:
    return 200, invite(backend, caller.actor.project, _object(sent))


def _member(backend: FhirBackend, caller: Caller, request: Request, _: Any) -> AdminReply:
    repository = backend.repository(caller.actor)
    return 200, repository.read("ProjectMembership", request.path_params["membership"])


def _change_member(backend: FhirBackend, caller: Caller, request: Request, sent: Any) -> AdminReply:
    _, current = _member(backend, caller, request, None)
    changed = _object(sent)
    if changed.get("resourceType") != "ProjectMembership" or changed.get("id") != current["id"]:
        raise outcomes.forbidden()
    kept = {name: current[name] for name in ("project", "user")}
    repository = backend.repository(caller.actor)
    return 200, repository.update("ProjectMembership", current["id"], {**changed, **kept})


def _with_membership(
    backend: FhirBackend, caller: Caller, wanted: Resource, body: Resource
) -> Resource:
    """Creates a program and, as the server itself, its membership."""
    created, _ = backend.repository(caller.actor).create(body["resourceType"], body)
    membership = {
        "resourceType": "ProjectMembership",
        "project": {"reference": f"Project/{caller.actor.project}"},
        "user": reference_to(created),
        "profile": reference_to(created),
        **({"accessPolicy": wanted["accessPolicy"]} if "accessPolicy" in wanted else {}),
    }
    repository = backend.server_repository(caller.actor.project)
    repository.create("ProjectMembership", membership)
    return created


def _project(backend: FhirBackend, caller: Caller) -> Resource:
    return backend.repository(caller.actor).read("Project", caller.actor.project)


def _named(sent: Any, what: str) -> Resource:
    wanted = _object(sent)
    if not isinstance(wanted.get("name"), str) or not wanted["name"]:
        raise outcomes.invalid(f"{what} name is required", "name")
    return wanted


def _object(sent: Any) -> Resource:
    if not isinstance(sent, dict):
        raise outcomes.invalid("Request body must be a JSON object")
    return sent
