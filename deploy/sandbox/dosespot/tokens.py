"""`POST connect/token`: who gets a token, decided on the form's fields alone. No HTTP."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from deploy.sandbox.dosespot.accounts import Session
from deploy.sandbox.dosespot.backend import DoseSpotBackend
from deploy.sandbox.dosespot.clinician import CLINICIAN_ADMIN, PROXY_CLINICIAN

_ON_BEHALF_OF = re.compile(r"(?:^|\s)OnBehalfOfUserId=(\d+)(?:\s|$)")


@dataclass(frozen=True)
class TokenRefusal:
    """Why there is no token, as RFC 6749 section 5.2 names it."""

    error: str


def grant(backend: DoseSpotBackend, form: Mapping[str, str]) -> Session | TokenRefusal:
    """What a token asked for with this form would stand for."""
    if form.get("grant_type") != "password":
        return TokenRefusal("unsupported_grant_type")
    if form.get("scope") != "api":
        return TokenRefusal("invalid_scope")
    clinic = form.get("client_id", "")
    key = backend.accounts.clinic_key(clinic)
    if key is None or not _same(key, form.get("client_secret", "")):
        return TokenRefusal("invalid_client")
    if not backend.accounts.is_live(clinic):
        return TokenRefusal("invalid_client")
    if not _same(key, form.get("password", "")):
        return TokenRefusal("invalid_grant")
    on_behalf_of = _ON_BEHALF_OF.search(form.get("acr_values", ""))
    authority = None if on_behalf_of is None else on_behalf_of.group(1)
    return session(backend, int(form["client_id"]), form.get("username", ""), authority)


def session(
    backend: DoseSpotBackend, clinic_id: int, username: str, authority: str | None
) -> Session | TokenRefusal:
    """Who somebody is in a clinic, once it is known that the clinic sends them.

    Args:
        backend: where the clinicians are.
        clinic_id: an existing clinic.
        username: the clinician's id.
        authority: the id of whom they act on behalf of, None if nobody is named.
    """
    roles = _roles(backend, clinic_id, username)
    if roles is None:
        return TokenRefusal("invalid_grant")
    user_id = int(username)
    if PROXY_CLINICIAN not in roles or (authority is None and CLINICIAN_ADMIN in roles):
        return Session(clinic_id, user_id, user_id)
    if authority is None or _roles(backend, clinic_id, authority) is None:
        return TokenRefusal("invalid_grant")
    return Session(clinic_id, user_id, int(authority))


def _roles(backend: DoseSpotBackend, clinic_id: int, clinician_id: str) -> tuple[str, ...] | None:
    if not re.fullmatch(r"[0-9]{1,10}", clinician_id):
        return None
    clinician = backend.directory.get(int(clinician_id))
    if clinician is None or clinic_id not in clinician.enrollments:
        return None
    return clinician.enrollments[clinic_id].roles


def _same(key: str, given: str) -> bool:
    return hmac.compare_digest(key.encode(), given.encode())
