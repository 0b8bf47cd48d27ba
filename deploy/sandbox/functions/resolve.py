"""Finds which handler a Medplum bot stands for when only the bot's own id is known.

A server that may not use custom function names invokes `medplum-bot-lambda-<bot id>`. The payload
says where the bot can be read and carries a token for it; the bot's identifier says what it is.
"""

import logging
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests

from deploy.sandbox.functions.invocation import Handler
from fhir_profiles.systems import MEDPLUM_BOTS

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
BOT_REFERENCE = re.compile(r"Bot/([A-Za-z0-9-]{1,64})")
TIMEOUT_S = 10.0

_log = logging.getLogger(__name__)


class BotResolver:
    """Payload in, handler out; asks each FHIR server about each bot once.

    Args:
        handlers: handler by value of the bot's identifier with system MEDPLUM_BOTS.
        by_bot_id: handlers of bots whose id is known; these are never looked up.
    """

    def __init__(
        self, handlers: Mapping[str, Handler], by_bot_id: Mapping[str, Handler] | None = None
    ) -> None:
        self._handlers = handlers
        self._by_bot_id = by_bot_id or {}
        self._found: dict[tuple[str, str], Handler] = {}

    def __call__(self, payload: Any) -> Handler | None:
        """The handler of the bot in `payload`, or None where it cannot be told."""
        parts = _parts(payload)
        if parts is None:
            return None
        base_url, reference, token = parts
        known = self._by_bot_id.get(reference.removeprefix("Bot/"))
        if known is None:
            known = self._found.get((base_url, reference))
        if known is not None or not may_send_token(base_url):
            return known
        found = self._handlers.get(_identifier(_read(f"{base_url}fhir/R4/{reference}", token)))
        if found is not None:
            self._found[base_url, reference] = found
        return found


def may_send_token(base_url: str) -> bool:
    """Whether a token may go to this address: only over TLS, or to this machine."""
    parts = urlsplit(base_url)
    if parts.username is not None or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _parts(payload: Any) -> tuple[str, str, str] | None:
    if not isinstance(payload, dict) or not isinstance(payload.get("bot"), dict):
        return None
    base_url, token = payload.get("baseUrl"), payload.get("accessToken")
    reference = payload["bot"].get("reference")
    if not (isinstance(base_url, str) and isinstance(token, str) and isinstance(reference, str)):
        return None
    return (base_url, reference, token) if BOT_REFERENCE.fullmatch(reference) else None


def _read(url: str, token: str) -> dict[str, Any]:
    """The resource at `url`, or an empty one where it could not be read."""
    with requests.Session() as session:
        session.trust_env = False  # a .netrc would replace the token, a proxy would see it
        session.headers["Authorization"] = f"Bearer {token}"
        try:
            answer = session.get(url, allow_redirects=False, timeout=TIMEOUT_S)
            resource = answer.json() if answer.status_code == 200 else {}
        except requests.RequestException as error:
            _log.warning("a bot could not be looked up: %s", type(error).__name__)
            return {}
    return resource if isinstance(resource, dict) else {}


def _identifier(bot: Mapping[str, Any]) -> str:
    for identifier in bot.get("identifier", []):
        if identifier.get("system") == MEDPLUM_BOTS:
            return str(identifier.get("value", ""))
    return ""
