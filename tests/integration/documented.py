"""Whether an answer is one that the reference tells of: valid by its schema, or a named error."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from bots.catalog import BOTS
from deploy.reference.error_types import ANY_BOT, own_errors
from deploy.reference.json_schema import json_schema

BY_IDENTIFIER = {bot.identifier: bot for bot in BOTS}


@cache
def _output(identifier: str) -> Draft202012Validator:
    schema = json_schema([BY_IDENTIFIER[identifier]])
    output = schema["properties"][identifier]["properties"]["output"]
    return Draft202012Validator({"$defs": schema["$defs"], **output})


@cache
def _errors(identifier: str) -> frozenset[str]:
    return frozenset(kind.__name__ for kind in (*ANY_BOT, *own_errors(BY_IDENTIFIER[identifier])))


def require_documented(bot: str, status: int, body: Mapping[str, Any]) -> None:
    """Fails where a bot answers what its reference does not tell.

    Args:
        bot: its identifier, or that of a second Bot of its function.
        status: of `$execute`.
        body: what it answered.
    """
    identifier = bot.removesuffix("-as-itself")
    if identifier not in BY_IDENTIFIER:
        return
    if "errorType" in body:
        assert body["errorType"] in _errors(identifier), (bot, body)
    elif status == 200:
        _output(identifier).validate(body)
