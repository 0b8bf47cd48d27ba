"""Checks a bot's input and says in sentences what is wrong with it, without quoting it."""

from typing import Any, TypeVar

from shared.errors import InputRefused
from shared.records.findings import path_of
from shared.shapes import Malformed, made
from shared.workflow.inputs import BotInput

Input = TypeVar("Input", bound=BotInput)


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
        return made(model, model.spelled_out(given))
    except Malformed as malformed:
        told = "; ".join(f"{path_of(*path)}: {sentence}" for path, sentence in malformed.problems)
    raise InputRefused(f"The bot's input was refused. {told}.")
