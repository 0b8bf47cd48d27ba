"""What DoseSpot's answer to a write says about its effect: done, refused, or open.

A write had no effect only if that is known: DoseSpot answers in one of its forms, and its text is
one of those that only a refusal has. Any other answer leaves it open, because a server, or
something in front of it, may fail after the write took effect. Nothing here sends or raises.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shared.dosespot.reply import LARGEST_ID


@dataclass(frozen=True, slots=True)
class Done:
    """DoseSpot did what was asked.

    Attributes:
        identifier: the new record's id; 0 if the write creates none.
    """

    identifier: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """DoseSpot did nothing.

    Attributes:
        text: DoseSpot's reason, which may quote what was sent.
    """

    text: str


@dataclass(frozen=True, slots=True)
class Open:
    """Whether DoseSpot did it is unknown.

    Attributes:
        text: what DoseSpot says about it; may quote what was sent.
    """

    text: str = ""


Effect = Done | Refused | Open

IDENTIFIER = "Id"
"""The field with a new record's id, unless the answer has one of its own for it."""
LONGEST_TEXT = 4000
"""Characters; a longer text is not a sentence about a field."""

_THING = (
    r"(?:clinician|prescriber|provider|user|patient|supervisor|clinic|agreement|disclaimer|token"
    r"|record|pharmacy|medication|drug|favorite)"
)
_WHICH = r"(?:\s+with\s+(?:this|that|the))?(?:\s+\S+){0,2}"
_BEGUN = (
    r"(?:initiali[sz]ed|initiated|started|activated|deactivated|completed|signed|confirmed|linked)"
)

REFUSALS = (
    r"\balready\s+(?:been\s+)?(?:exists?|in\s+use|taken|registered|assigned|enrolled|set)\b",
    rf"\balready\s+(?:been\s+)?{_BEGUN}\b",
    r"\b(?:authentication|proofing|activation|deactivation)\s+is\s+(?:already\s+)?in\s+progress\b",
    r"\bin\s+(?:the|a)\s+(?:correct|valid)\s+format\b",
    r"\b(?:is|are)\s+(?:also\s+)?required\b",
    r"\bmust\s+(?:not\s+)?(?:be|have|contain|begin|start|end|match|consist|include)\b",
    r"\bmaximum\s+length\b",
    r"\b(?:exceeds?|too\s+long|too\s+short|longer\s+than|shorter\s+than)\b",
    r"(?<!\brequest )\b(?:is|are)\s+(?:not\s+(?:a\s+)?valid|invalid|not\s+correct|incorrect)\b",
    r"^The request is invalid: \S",
    r"\b(?:is|are)\s+not\s+a\s+(?:list|two-letter)\b",
    r"\binvalid\s+(?:npi|dea|e-?mail|phone|fax|zip|state|address|date|name|license|role|value)\b",
    r"\bnot\s+(?:authori[sz]ed|allowed|permitted)\b",
    r"\b(?:no|have)\s+permission\b",
    rf"\b{_THING}\b{_WHICH}\s+(?:was\s+)?(?:could\s+)?not\s+(?:be\s+)?found\b",
    rf"\b{_THING}\b{_WHICH}\s+does\s+not\s+exist\b",
    r"\bthere\s+is\s+no\s+such\b",
    r"\bpending\s+legal\s+agreement\b",
    r"\bhas\s+no\s+(?:dea|npi|token)\b",
    rf"\b(?:is|was|has)\s+not\s+(?:been\s+)?(?:{_BEGUN}|requested)\b",
    r"\bcannot\s+be\s+initiali[sz]ed\s+at\b",
)
"""Texts that only a refusal has. Sources: what DoseSpot is known to answer, the messages of ASP.NET
model validation, and what the sandbox's DoseSpot answers."""

FAULTS = (
    r"\btime-?\s?out\b|\btimed\s+out\b",
    r"\bdeadlock",
    r"\bexception\b",
    r"(?<!validation )\berrors?\s+(?:has\s+|have\s+)?(?:occurred|while|during|in)\b",
    r"\binternal\s+error\b|\bunexpected\b|\bunhandled\b",
    r"\btry\s+again\b|\bre-?try\b|\brerun\b|\btry\s+later\b",
    r"\bunavailable\b|\bnot\s+available\b|\boverloaded\b|\bbusy\b",
    r"\bcancell?ed\b|\baborted\b|\brolled\s+back\b|\bdisposed\b",
    r"\b(?:failed|unable|was\s+not\s+able)\s+to\b",
    r"\b(?:server|service|gateway|network|upstream)\b",
    r"\b(?:database|sql|transaction|datareader|connection|constraint)\b",
    r"\binvalid\s+operation\b|\boperation\s+is\s+not\s+valid\b",
    r"\bobject\s+reference\b|\bnull\s+reference\b|\bsame\s+key\b|\bstack\s+trace\b",
    r"\b(?:was|were|has\s+been|have\s+been)\s+(?:created|saved|added|updated|changed)\b",
    r"\b(?:created|saved|added|updated|changed)\b\W*(?:but|however|although)\b",
)
"""Texts of a fault, or of something done before it, whatever else the answer says."""

# Compiled, and kept by `re`, at the first refusal: most runs meet none.
_REFUSAL = "(?i)" + "|".join(REFUSALS)
_FAULT = "(?i)" + "|".join(FAULTS)


def effect(
    status: int, body: bytes, *, creates: bool = False, identifier: str = IDENTIFIER
) -> Effect:
    """What the answer to a write says.

    Args:
        status: the HTTP status; not 429, which is known to have had no effect.
        body: as it came.
        creates: whether a new record's id has to be in it.
        identifier: the field with that id.
    """
    answer = _json(body)
    if status == 200:
        return _of_result(answer, identifier if creates else "")
    # 401 says nothing: a token may run out while the write is under way.
    if 400 <= status < 500 and status != 401:
        return _of_text(_text(answer, body))
    return Open()


def says_refusal(text: str) -> bool:
    """Whether a text is known as a refusal, and says nothing of a fault."""
    known = len(text) <= LONGEST_TEXT and re.search(_REFUSAL, text) is not None
    return known and re.search(_FAULT, text) is None


def _identifier(given: Any) -> int:
    """DoseSpot's id of a record; 0 if this is not one. Numbers may be written as texts."""
    if isinstance(given, str) and given.isascii() and given.isdecimal() and len(given) <= 10:
        given = int(given)
    return given if type(given) is int and 0 < given <= LARGEST_ID else 0


def _of_result(answer: Any, identifier: str) -> Effect:
    result = answer.get("Result") if isinstance(answer, dict) else None
    if not isinstance(result, dict):
        return Open()
    created = _identifier(answer.get(identifier))
    if _code(result) == "OK":
        return Open() if identifier and not created else Done(created)
    # A refusal has no id: if there is one, something may have been created.
    return Open(_error_text(result)) if created else _of_text(_error_text(result))


def _of_text(text: str) -> Effect:
    return Refused(text) if says_refusal(text) else Open(text)


def _code(result: dict[str, Any]) -> str:
    return str(result.get("ResultCode")).strip().upper()


def _error_text(result: dict[str, Any]) -> str:
    text = result.get("ResultDescription")
    return text if _code(result) == "ERROR" and isinstance(text, str) else ""


def _text(answer: Any, body: bytes) -> str:
    """DoseSpot's sentence in a 4xx, in any of its formats; empty if it is in none of them."""
    match answer:
        case {"Result": dict(result)}:
            return _error_text(result)
        case {"Message": "The request is invalid.", "ModelState": dict(fields)} if fields:
            return " ".join(["The request is invalid:", *_sentences(fields.values())])
        case {"Message": str(text)} | str(text):
            return text
        case None if b"<" not in body:
            return body.decode("utf-8", "replace")
    return ""


def _sentences(given: Iterable[Any]) -> Iterator[str]:
    for one in given:
        if isinstance(one, list):
            yield from _sentences(one)
        elif isinstance(one, str):
            yield one


def _json(body: bytes) -> Any:
    """The body's JSON; None if it is not JSON, or null."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
