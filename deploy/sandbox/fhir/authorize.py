"""The OAuth authorization endpoint: sends people back with a code once they have signed in.

See RFC 6749, section 4.1, and https://www.medplum.com/docs/auth. Medplum has its app's sign-in page
in between; here it is the server's own. As with Medplum, people sign in to the client's project.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.sandbox.fhir import outcomes, sign_in_page
from deploy.sandbox.fhir.auth import choose_profile, memberships_of
from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.sign_in_page import SignInHints
from deploy.sandbox.markup import Html


def routes(backend: FhirBackend, hints: SignInHints) -> list[Route]:
    """The route that web pages send people to.

    Args:
        backend: the server.
        hints: what the sign-in page shows beside its form.
    """

    async def ask(request: Request) -> Response:
        client = _client(backend, request.query_params)
        return _shown(request, sign_in_page.sign_in(client["name"], hints))

    async def answer(request: Request) -> Response:
        asked, form = request.query_params, dict(parse_qsl((await request.body()).decode()))
        client = _client(backend, asked)
        if "profile" in form:
            return _back(asked, choose_profile(backend, dict(form))["code"])
        email = form.get("email", "")
        user = backend.sessions.check_password(email, form.get("password", ""))
        project = client["meta"]["project"]
        memberships = memberships_of(backend, user, project) if user else []
        if user is None or not memberships:
            problem = "The e-mail address or the password is wrong."
            return _shown(request, sign_in_page.sign_in(client["name"], hints, email, problem), 400)
        login = backend.sessions.start_login(
            user,
            asked.get("scope", "openid"),
            challenge=(asked["code_challenge"], asked.get("code_challenge_method", "plain")),
            sent_by=(client["id"], asked["redirect_uri"]),
        )
        if len(memberships) > 1:
            return _shown(request, sign_in_page.choice(login, memberships))
        return _back(asked, backend.sessions.choose(login, memberships[0]["id"]))

    return [
        Route("/oauth2/authorize", ask, methods=["GET"]),
        Route("/oauth2/authorize", answer, methods=["POST"]),
    ]


def _client(backend: FhirBackend, asked: Any) -> Resource:
    """The ClientApplication that sends the person.

    Raises:
        OutcomeError: 400, it is unknown, may not be returned to there, or asks for something else.
    """
    client = backend.resource(f"ClientApplication/{asked.get('client_id', '')}")
    if client is None or client.get("status", "active") != "active":
        raise outcomes.invalid("Client not found")
    if asked.get("redirect_uri") not in client.get("redirectUris", []):
        raise outcomes.invalid("Incorrect redirect_uri")
    if asked.get("response_type") != "code":
        raise outcomes.invalid("Invalid response_type")
    if not asked.get("code_challenge"):
        raise outcomes.invalid("Missing code_challenge")
    return client


def _shown(request: Request, page: Html, status: int = 200) -> Response:
    address = urlsplit(request.query_params["redirect_uri"])
    policy = sign_in_page.content_security_policy(f"{address.scheme}://{address.netloc}")
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HTMLResponse(page, status, headers)


def _back(asked: Any, code: str) -> Response:
    query = urlencode({"code": code, "state": asked.get("state", "")})
    return RedirectResponse(f"{asked['redirect_uri']}?{query}", 303, {"Cache-Control": "no-store"})
