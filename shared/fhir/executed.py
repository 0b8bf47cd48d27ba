"""What `Bot/$execute` came to: the bot's answer, its error, or neither.

Source: https://www.medplum.com/docs/bots/bot-basics ("Executing a Bot"). A bot that raises is
answered with 400 and Lambda's description of the error, one that is not run with an
OperationOutcome.
"""

import json
from dataclasses import dataclass

from fhir_profiles import Resource


@dataclass(frozen=True)
class Failed:
    """The error with which a bot, or its function, ended.

    Attributes:
        sentence: what it says.
        error_type: name of the error's class, such as `NotAuthorized`; empty where Lambda, which
            ended the function, gives none.
    """

    sentence: str
    error_type: str


@dataclass(frozen=True)
class NotRun:
    """The server did not run the bot.

    Attributes:
        status: the HTTP status.
        body: what it answered; empty where that is no JSON object.
    """

    status: int
    body: Resource


def executed(status: int, body: bytes) -> Resource | Failed | NotRun:
    """The bot's answer, or why there is none.

    Args:
        status: the HTTP status of `$execute`.
        body: of its answer.
    """
    found = _json_object(body)
    if status == 200 and found is not None:
        return found
    if found is not None and "errorMessage" in found:
        return Failed(str(found["errorMessage"]), str(found.get("errorType", "")))
    return NotRun(status, found or {})


def _json_object(body: bytes) -> Resource | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
