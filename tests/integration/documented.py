"""Whether an answer is one that the reference tells of: valid by its schema, or a named error."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from bots.catalog import BOTS
from deploy.reference.error_types import ANY_BOT, own_errors
from deploy.reference.json_schema import json_schema
from fhir_profiles.systems import ERROR_TYPE
from tests.unit.test_docs_reference import rows, text

ANSWERED_WITH = ("error", "status", "id", "code")
BY_IDENTIFIER = {bot.identifier: bot for bot in BOTS}


@cache
def _output(identifier: str) -> Draft202012Validator:
    schema = json_schema([BY_IDENTIFIER[identifier]])
    output = schema["properties"][identifier]["properties"]["output"]
    return Draft202012Validator({"$defs": schema["$defs"], **output})


@cache
def _errors(identifier: str) -> frozenset[str]:
    return frozenset(kind.__name__ for kind in (*ANY_BOT, *own_errors(BY_IDENTIFIER[identifier])))


@cache
def _answered() -> Mapping[str, list[str]]:
    """By error: its status, the outcome's id and each issue's code, as the page on errors says."""
    cells = [row for row in rows(text("errors.md")) if len(row) == len(ANSWERED_WITH)]
    return {row[0]: row[1:] for row in cells}


def _require_documented_outcome(identifier: str, status: int, outcome: Mapping[str, Any]) -> None:
    codings = [coding for one in outcome["issue"] for coding in one["details"].get("coding", [])]
    if not codings:
        return  # the server's own
    ((system, kind),) = {(one["system"], one["code"]) for one in codings}
    assert (system, kind in _errors(identifier)) == (ERROR_TYPE, True), outcome
    for issue in outcome["issue"]:
        told = [str(status), outcome["id"], issue["code"]]
        assert told == _answered()[kind], outcome
        assert issue["severity"] in ("error", "warning")
        assert issue["details"]["text"]
        assert issue.keys() <= {"severity", "code", "details", "expression"}


def require_documented(bot: str, status: int, body: Any) -> None:
    """Fails where a bot answers what its reference does not tell.

    Args:
        bot: its identifier, or that of a second Bot of its function.
        status: of `$execute`.
        body: what it answered.
    """
    identifier = bot.removesuffix("-as-itself")
    if identifier not in BY_IDENTIFIER:
        return
    if not isinstance(body, dict):
        assert status == 200, (bot, status)
        _output(identifier).validate(body)
    elif body.get("resourceType") == "OperationOutcome":
        _require_documented_outcome(identifier, status, body)
    elif "errorType" in body:
        assert body["errorType"] in _errors(identifier), (bot, body)
    elif status == 200:
        _output(identifier).validate(body)
