"""Routes for signing in, for tokens, and for asking who one is.

See https://www.medplum.com/docs/auth. The grants themselves are in the tokens module.
"""

import json
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.backend import Caller, FhirBackend, reference_id
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.tokens import GrantError, grant

FORM = "application/x-www-form-urlencoded"
NO_STORE = {"Cache-Control": "no-store"}


def routes(backend: FhirBackend) -> list[Route]:
    """The routes under `auth/`, `oauth2/`, and the health check."""

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if not request.headers.get("content-type", "").startswith(FORM):
            form = {}
        try:
            body = grant(backend, form, request.headers.get("authorization"))
        except GrantError as error:
            return JSONResponse(error.body, 400, NO_STORE)
        return JSONResponse(body, 200, NO_STORE)

    async def login(request: Request) -> Response:
        return JSONResponse(start_login(backend, await _object(request)))

    async def profile(request: Request) -> Response:
        return JSONResponse(choose_profile(backend, await _object(request)))

    async def me(request: Request) -> Response:
        return JSONResponse(describe(backend, backend.caller(request)))

    async def logout(request: Request) -> Response:
        backend.caller(request)
        token = request.headers["authorization"].partition(" ")[2].strip()
        login = backend.sessions.login_of(token)
        if login is not None:
            backend.sessions.revoke(login)
        return JSONResponse(outcomes.ok())

    async def healthcheck(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    return [
        Route("/oauth2/token", token, methods=["POST"]),
        Route("/oauth2/logout", logout, methods=["POST"]),
        Route("/auth/login", login, methods=["POST"]),
        Route("/auth/profile", profile, methods=["POST"]),
        Route("/auth/me", me, methods=["GET"]),
        Route("/healthcheck", healthcheck, methods=["GET"]),
    ]


def start_login(backend: FhirBackend, sent: dict[str, Any]) -> Resource:
    """A login with its code or, where there is a choice, with the memberships to choose from.

    Raises:
        OutcomeError: 400, wrong email or password, or a member of no such project.
    """
    user = backend.sessions.check_password(_text(sent, "email"), _text(sent, "password"))
    if user is None:
        raise outcomes.invalid("Email or password is invalid")
    memberships = memberships_of(backend, user, _text(sent, "projectId"))
    if not memberships:
        raise outcomes.invalid("User not found")
    challenge = _text(sent, "codeChallenge")
    login_id = backend.sessions.start_login(
        user,
        _text(sent, "scope") or "openid",
        challenge=(challenge, _text(sent, "codeChallengeMethod") or "plain") if challenge else None,
    )
    if len(memberships) == 1:
        return {"login": login_id, "code": backend.sessions.choose(login_id, memberships[0]["id"])}
    shown = ("id", "project", "profile", "identifier")
    choices = [{name: m[name] for name in shown if name in m} for m in memberships]
    return {"login": login_id, "memberships": choices}


def choose_profile(backend: FhirBackend, sent: dict[str, Any]) -> Resource:
    """The code of a login whose membership has now been chosen.

    Raises:
        OutcomeError: 400, no such login, one that has its membership, or not the user's own.
    """
    login = backend.sessions.login(_text(sent, "login"))
    if login is None or login.membership is not None:
        raise outcomes.invalid("Login denied")
    wanted = _text(sent, "profile")
    if wanted not in [m["id"] for m in memberships_of(backend, login.user)]:
        raise outcomes.invalid("Invalid profile")
    return {"login": login.id, "code": backend.sessions.choose(login.id, wanted)}


def describe(backend: FhirBackend, caller: Caller) -> Resource:
    """What `auth/me` says of a caller."""
    membership = caller.membership
    project = backend.resource(membership["project"]["reference"]) or {}
    shown = ("resourceType", "id", "identifier", "user", "profile", "admin")
    answer: Resource = {
        "project": _only(project, ("resourceType", "id", "name")),
        "membership": _only(membership, shown),
        "profile": backend.resource(membership["profile"]["reference"]),
        "config": {"resourceType": "UserConfiguration"},
        "accessPolicy": _policy(backend, membership),
    }
    if membership["user"]["reference"].startswith("User/"):
        user = backend.resource(membership["user"]["reference"]) or {}
        answer["user"] = _only(user, ("resourceType", "id", "email", "identifier"))
        answer["security"] = {"mfaEnrolled": False, "sessions": []}
    return answer


def _policy(backend: FhirBackend, membership: Resource) -> Resource:
    policies = backend.policies(membership)
    if policies is None:
        return {"resourceType": "AccessPolicy", "resource": [{"resourceType": "*"}]}
    rules = [entry for policy in policies for entry in policy.get("resource", [])]
    return {"resourceType": "AccessPolicy", "resource": rules}


def memberships_of(backend: FhirBackend, user: str, project: str = "") -> list[Resource]:
    """The memberships that a user can sign in as; only those of one project where it is named."""
    found = backend.store.referring("ProjectMembership", "user", f"User/{user}")
    return [m for m in found if not project or reference_id(m["project"]) == project]


def _only(resource: Resource, names: tuple[str, ...]) -> Resource:
    return {name: resource[name] for name in names if name in resource}


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    return value if isinstance(value, str) else ""


async def _object(request: Request) -> dict[str, Any]:
    try:
        sent = json.loads(await request.body())
    except ValueError:
        sent = None
    if not isinstance(sent, dict):
        raise outcomes.invalid("Request body must be a JSON object")
    return sent
