"""What starts a bot: the ways in which a Medplum server does, told apart by the payload. Pure.

Measured on Medplum 5.1.3. Who calls may send what another start would: a payload that could be
several is taken for the one with the fewest rights.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from shared.runtime.payload import Payload

SUBSCRIPTION_HEADERS = frozenset({"x-medplum-subscription", "x-medplum-interaction"})


class Start(StrEnum):
    """What started a run; the value is its name for people."""

    EXECUTE = "Bot/$execute"
    OPERATION = "a custom operation on a resource"
    CRON = "a schedule"
    SUBSCRIPTION = "a Subscription"
    WEBHOOK = "a public webhook"
    CDS_HOOKS = "CDS Hooks"

    @property
    def has_caller(self) -> bool:
        """Whether somebody who is signed in wants this very run, as the payload's requester.

        The requester of a Subscription is who changed a resource, and may know of no bot.
        """
        return self in (Start.EXECUTE, Start.OPERATION, Start.CDS_HOOKS)


CALLS = frozenset({Start.EXECUTE, Start.OPERATION})
"""A person's or program's call.

A custom operation on a type looks like `$execute`, and `$execute` with a resource as its body looks
like an operation on that resource; neither has more rights than the other.
"""


def start_of(payload: Payload) -> Start:
    """What started the run."""
    given = payload.input if isinstance(payload.input, dict) else {}
    if payload.requester is None:
        return Start.CRON if _is_scheduled(payload, given) else Start.WEBHOOK
    if "deletedResource" in given or SUBSCRIPTION_HEADERS & set(map(str.lower, payload.headers)):
        return Start.SUBSCRIPTION
    if {"hook", "hookInstance", "context"} <= given.keys():
        return Start.CDS_HOOKS
    if payload.requester == payload.bot and _is_own(payload, given):
        return Start.CRON  # as older servers start it
    return Start.OPERATION if _is_stored(given) else Start.EXECUTE


def given_to(payload: Payload, start: Start) -> Any:
    """The bot's input, without what the server puts there by itself.

    A schedule gives the Bot; and `GET Bot/$execute?identifier=` the parameter that names it.
    """
    if start is Start.CRON:
        return {}
    if start is Start.EXECUTE and isinstance(payload.input, dict):
        named = isinstance(payload.input.get("identifier"), str)
        return {k: v for k, v in payload.input.items() if not (named and k == "identifier")}
    return payload.input


def _in_words(starts: frozenset[Start]) -> str:
    """The ways as a list in words, always in the same order."""
    return ", ".join(one.value for one in Start if one in starts)


def refusal(start: Start, accepted: frozenset[Start]) -> str:
    """The sentence for a start that a bot does not accept."""
    return f"This bot is not run by {start.value}. It may be run by: {_in_words(accepted)}."


def _is_scheduled(payload: Payload, given: Mapping[str, Any]) -> bool:
    """Whether nobody sent this: what comes over HTTP has headers in any case."""
    return not payload.headers and payload.traceId is None and _is_own(payload, given)


def _is_own(payload: Payload, given: Mapping[str, Any]) -> bool:
    """Whether the input is the Bot itself, or the Cron that is its schedule."""
    if payload.bot is None:
        return False
    match given:
        case {"resourceType": "Bot", "id": str(own)}:
            return f"Bot/{own}" == payload.bot.reference
        case {"resourceType": "Cron", "targetReference": {"reference": target}}:
            return bool(target == payload.bot.reference)
        case _:
            return False


def _is_stored(given: Mapping[str, Any]) -> bool:
    match given:
        case {"resourceType": str(), "id": str(), "meta": {"versionId": str()}}:
            return True
        case _:
            return False
