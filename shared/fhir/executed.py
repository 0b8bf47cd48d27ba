"""What `Bot/$execute` came to: the bot's answer, its error, or neither.

Source: https://www.medplum.com/docs/bots/bot-basics ("Executing a Bot"). A bot that raises is
answered with 400 and Lambda's description of the error, one that is not run with an
OperationOutcome. One that a bot returns is known by our error type in it; it is an error with
whatever status a server answers it, 200 too.
"""

import json
from dataclasses import dataclass
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, items, text
from fhir_profiles.systems import ERROR_TYPE


@dataclass(frozen=True)
class Failed:
    """The error with which a bot, or its function, ended.

    Attributes:
        sentence: what it says.
        error_type: name of the error's class, such as `NotAuthorized`; empty if Lambda, which
            ended the function, gives none.
        returned_as: the HTTP status with which the server answered an error that the bot
            returned; None if it raised it.
    """

    sentence: str
    error_type: str
    returned_as: int | None = None


@dataclass(frozen=True)
class NotRun:
    """The server did not run the bot.

    Attributes:
        status: the HTTP status.
        body: what it answered; empty if that is no JSON object.
    """

    status: int
    body: Resource


Executed = Resource | list[Any] | Failed | NotRun
"""The bot's answer, or why there is none."""


def executed(status: int, body: bytes) -> Executed:
    """The bot's answer, or why there is none.

    Args:
        status: the HTTP status of `$execute`.
        body: of its answer.
    """
    answered = _json(body)
    if status == 200 and isinstance(answered, list):
        return answered
    found = answered if isinstance(answered, dict) else None
    returned = _returned(status, found or {})
    if returned is not None:
        return returned
    if status == 200 and found is not None:
        return found
    if found is not None and "errorMessage" in found:
        return Failed(str(found["errorMessage"]), str(found.get("errorType", "")))
    return NotRun(status, found or {})


def _returned(status: int, found: Resource) -> Failed | None:
    """The error that an OperationOutcome of a bot tells; None if it is no such thing."""
    if found.get("resourceType") != "OperationOutcome":
        return None
    issues = [(issue, _error_type(issue)) for _, issue in entries(found, "issue")]
    ours = [(issue, error_type) for issue, error_type in issues if error_type]
    if not ours:
        return None
    sentences = " ".join(_sentence(issue) for issue, _ in ours)
    return Failed(sentences, ours[0][1], status)


def _error_type(issue: Resource) -> str:
    codings = entries(child(issue, "details"), "coding")
    return next((text(c.get("code")) for _, c in codings if c.get("system") == ERROR_TYPE), "")


def _sentence(issue: Resource) -> str:
    """The sentence of an issue, behind its paths, and with a period at its end."""
    paths = ", ".join(map(text, items(issue, "expression")))
    sentence = text(child(issue, "details").get("text")).removesuffix(".")
    return f"{paths}: {_uncapitalized(sentence)}." if paths else f"{sentence}."


def _uncapitalized(sentence: str) -> str:
    first, _, _ = sentence.partition(" ")
    return f"{sentence[:1].lower()}{sentence[1:]}" if first.capitalize() == first else sentence


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
