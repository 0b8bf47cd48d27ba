"""The OAuth token endpoint: which grant earns which tokens, as values in and out.

See RFC 6749 and https://www.medplum.com/docs/auth. Errors are those that Medplum gives: 400 with
`invalid_request` for a wrong client or code, `invalid_grant` for one that was used before. No HTTP.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping

from deploy.sandbox.fhir.backend import FhirBackend
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.sessions import LIFETIME_S, LoginSession


class GrantError(Exception):
    """No tokens.

    Args:
        code: OAuth's name of the error.
        description: what is wrong.
    """

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.body = {"error": code, "error_description": description}


def grant(backend: FhirBackend, form: Mapping[str, str], authorization: str | None) -> Resource:
    """The token response to a request with these form fields and Authorization header.

    Raises:
        GrantError: the request earns no tokens.
    """
    match form.get("grant_type"):
        case None:
            raise GrantError("invalid_request", "Missing grant_type")
        case "client_credentials":
            return _client_credentials(backend, form, authorization)
        case "authorization_code":
            return _authorization_code(backend, form)
        case "refresh_token":
            return _refresh_token(backend, form)
        case _:
            raise GrantError("invalid_request", "Unsupported grant_type")


def _client_credentials(
    backend: FhirBackend, form: Mapping[str, str], authorization: str | None
) -> Resource:
    client_id, secret = _client(form, authorization)
    reference = f"ClientApplication/{client_id}"
    client = backend.resource(reference)
    membership = backend.membership_of_profile(reference)
    if client is None or membership is None or client.get("status", "active") != "active":
        raise GrantError("invalid_request", "Invalid client")
    if not hmac.compare_digest(client.get("secret", "").encode(), secret.encode()):
        raise GrantError("invalid_request", "Invalid secret")
    scope = form.get("scope", "openid")
    login_id = backend.sessions.start_login(client_id, scope, membership["id"])
    return _response(backend, login_id, scope, membership)


def _client(form: Mapping[str, str], authorization: str | None) -> tuple[str, str]:
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    if authorization is not None:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            raise GrantError("invalid_request", "Invalid authorization header")
        try:
            text = base64.b64decode(credentials, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise GrantError("invalid_request", "Invalid authorization header") from None
        client_id, _, secret = text.partition(":")
    if not client_id or not secret:
        missing = "client_secret" if client_id else "client_id"
        raise GrantError("invalid_request", f"Missing {missing}")
    return client_id, secret


def _authorization_code(backend: FhirBackend, form: Mapping[str, str]) -> Resource:
    login = backend.sessions.login_by_code(form.get("code", ""))
    if login is None:
        raise GrantError("invalid_request", "Invalid code")
    if login.granted:
        backend.sessions.revoke(login.id)
        raise GrantError("invalid_grant", "Token already granted")
    if login.client and form.get("client_id") != login.client:
        raise GrantError("invalid_request", "Invalid client")
    if login.client and form.get("redirect_uri") != login.redirect_uri:
        raise GrantError("invalid_request", "Invalid redirect_uri")
    if not _proves(login, form.get("code_verifier", "")):
        raise GrantError("invalid_request", "Invalid code verifier")
    return _person_response(backend, login)


def _refresh_token(backend: FhirBackend, form: Mapping[str, str]) -> Resource:
    login = backend.sessions.login_by_refresh_token(form.get("refresh_token", ""))
    if login is None:
        raise GrantError("invalid_request", "Invalid refresh token")
    return _person_response(backend, login)


def _proves(login: LoginSession, verifier: str) -> bool:
    """Whether the verifier belongs to the login's PKCE challenge, if it has one (RFC 7636)."""
    if login.challenge is None:
        return True
    proof = verifier
    if login.challenge_method == "S256":
        digest = hashlib.sha256(verifier.encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return hmac.compare_digest(login.challenge.encode(), proof.encode())


def _person_response(backend: FhirBackend, login: LoginSession) -> Resource:
    membership = backend.resource(f"ProjectMembership/{login.membership}")
    if membership is None:
        raise GrantError("invalid_request", "Invalid profile")
    response = _response(backend, login.id, login.scope, membership)
    return {**response, "refresh_token": backend.sessions.grant(login.id)}


def _response(backend: FhirBackend, login_id: str, scope: str, membership: Resource) -> Resource:
    return {
        "token_type": "Bearer",
        "expires_in": LIFETIME_S,
        "scope": scope,
        "access_token": backend.sessions.issue(login_id, membership["id"]),
        "project": membership["project"],
        "profile": membership["profile"],
    }
