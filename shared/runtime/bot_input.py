"""Checks a bot's input and says in sentences what is wrong with it, without quoting it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from shared.errors import InputRefused
from shared.records.findings import Finding, path_of, refused_input
from shared.records.wrong_types import (
    NOT_FLAG,
    NOT_LIST,
    NOT_OBJECT,
    NOT_TEXT,
    NOT_WHOLE_NUMBER,
    UNKNOWN,
)
from shared.runtime.inputs import BotInput

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

Input = TypeVar("Input", bound=BotInput)

ANOTHER_FORM = "does not have the documented format"

_SENTENCES: Mapping[str, str] = {
    "bool_type": NOT_FLAG,
    "dict_type": NOT_OBJECT,
    "enum": "must be {expected}",
    "extra_forbidden": UNKNOWN,
    "greater_than_equal": "must be at least {ge}",
    "int_type": NOT_WHOLE_NUMBER,
    "less_than_equal": "must be at most {le}",
    "list_type": NOT_LIST,
    "missing": "is required; add it",
    "model_type": NOT_OBJECT,
    "string_type": NOT_TEXT,
    "string_unicode": "has characters that are not valid Unicode; leave them out",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have at least {min_length} entry",
    "value_error": "{error}",
}
"""By the type of a pydantic error, with what its context holds of our own rules.

A `value_error` is a rule of ours, whose sentence quotes nothing. Source: pydantic, "Validation
Errors".
"""


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
        problems = error.errors(include_url=False, include_input=False)
    raise refused_input(*map(_problem, problems))


def _problem(found: "ErrorDetails") -> Finding:
    sentence = _SENTENCES.get(found["type"], ANOTHER_FORM).format_map(found.get("ctx", {}))
    # A key that is not valid Unicode has no path of its own.
    return Finding(path_of(*found["loc"]) or "?", sentence)
