"""The one place that catches every exception: our own errors get out, and nothing else."""

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from shared.errors import BotError, Unforeseen
from shared.runtime.log import RunLog

T = TypeVar("T")


def guarded(log: RunLog, run: Callable[[], T]) -> T:
    """A run, from its beginning to the line that says how it ended; raises as `shielded` does."""
    answer = shielded(log, run)
    log.ended(None)
    return answer


def shielded(log: RunLog, work: Callable[[], T]) -> T:
    """Lets our own errors out, and nothing else: a foreign text may quote a person.

    The caller's browser is shown the stack trace, so it ends here, and the error brings along none
    that it came from.

    Args:
        log: is told of the error that the run ended with.
        work: the run, or a part of it.

    Raises:
        BotError: what was raised, or Unforeseen in the place of anything else.
    """
    try:
        return work()
    except BotError as error:
        raised = error
        log.ended(raised)
    except Exception as error:  # noqa: BLE001 - see the docstring; always raised again
        where = place_of(error)
        raised = Unforeseen(
            f"The bot failed unexpectedly ({where}). Running it again is safe;"
            " if it fails again, report this text to those who run the bot."
        )
        log.ended(raised, where=where)
    raised.__cause__ = raised.__context__ = None
    raise raised.with_traceback(None)


def place_of(error: Exception) -> str:
    """What kind of error a fault is, and where it arose: all of it that quotes nobody."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(last.filename).name}, line {last.lineno}"
