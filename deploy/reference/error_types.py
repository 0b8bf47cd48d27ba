"""Which errors a bot can raise, from the `Raises` section of its docstring."""

import inspect
import re

from shared import errors
from shared.errors import (
    BotError,
    FhirDenied,
    FhirNotFound,
    FixInput,
    InputRefused,
    LookUpFirst,
    Misconfigured,
    RemoteMisbehaved,
    RemoteUnavailable,
    TellSomeone,
    Throttled,
    TryAgain,
    Unforeseen,
)
from shared.runtime.bot import BotFunction

ANY_BOT: tuple[type[BotError], ...] = (
    InputRefused,
    Misconfigured,
    FhirDenied,
    FhirNotFound,
    RemoteUnavailable,
    Throttled,
    RemoteMisbehaved,
    Unforeseen,
)
"""What every bot can raise, because each checks its input and asks servers."""

WHAT_TO_DO: dict[type[BotError], str] = {
    FixInput: "Fix what the sentence names: the input, the records or the set-up.",
    TryAgain: "Call again later.",
    LookUpFirst: "Call again: the bot looks before it writes.",
    TellSomeone: "Have a person look at the records or the servers.",
}

_RAISES = re.compile(r"^Raises:\n((?: .*\n?)+)", re.MULTILINE)
_ERROR = re.compile(r"^ {4}(\w+): (.*(?:\n {8}.*)*)", re.MULTILINE)


def own_errors(bot: BotFunction) -> dict[type[BotError], str]:
    """What the bot raises beyond `ANY_BOT`, each with when.

    Raises:
        LookupError: the docstring has no such section, or names an unknown error.
    """
    found = _RAISES.search(inspect.getdoc(bot.function) or "")
    if found is None:
        raise LookupError(f"The docstring of {bot.name} does not say what it raises.")
    named = {name: " ".join(when.split()) for name, when in _ERROR.findall(found[1])}
    return {_error(name): when for name, when in named.items() if name != BotError.__name__}


def error_types() -> list[type[BotError]]:
    """Every error that a caller can meet; the groups themselves are none, but for LookUpFirst."""
    groups = (BotError, FixInput, TryAgain, TellSomeone)
    return [
        one
        for one in vars(errors).values()
        if isinstance(one, type) and issubclass(one, BotError) and one not in groups
    ]


def what_to_do(error: type[BotError]) -> str:
    """What the caller does about an error."""
    return next(advice for group, advice in WHAT_TO_DO.items() if issubclass(error, group))


def _error(name: str) -> type[BotError]:
    found = {one.__name__: one for one in error_types()}
    return found[name]
