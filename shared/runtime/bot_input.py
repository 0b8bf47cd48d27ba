"""Checks a bot's input and says in sentences what is wrong with it, without quoting it."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from shared.errors import InputRefused
from shared.records.findings import path_of

Input = TypeVar("Input", bound=BaseModel)

_SENTENCES: Mapping[str, str] = {
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "enum": "must be {expected}",
    "extra_forbidden": "this bot has no such input; leave it out",
    "greater_than_equal": "must be at least {ge}",
    "int_type": "must be a whole number",
    "less_than_equal": "must be at most {le}",
    "list_type": "must be a list",
    "missing": "is required; add it",
    "model_type": "must be an object",
    "string_pattern_mismatch": "has characters that are not allowed here",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must not be empty",
    "string_type": "must be a text",
    "too_short": "must have at least {min_length} entry",
    "value_error": "{error}",
}


def parse_input(model: type[Input], given: Any) -> Input:
    """The bot's input.

    Raises:
        InputRefused: lists every problem with its path, without the values.
    """
    if not isinstance(given, dict):
        raise InputRefused(
            "The bot's input must be a JSON object, one per call; send it as application/json."
        )
    try:
        return model.model_validate(given)
    except ValidationError as error:
        problems = "; ".join(_problem(detail) for detail in error.errors(include_url=False))
        raise InputRefused(f"The bot's input was refused. {problems}.") from None


def _problem(detail: Any) -> str:
    sentence = _SENTENCES.get(detail["type"], "is not of the documented form")
    return f"{path_of(*detail['loc'])}: {sentence.format(**detail.get('ctx', {}))}"
