"""What a check is and what it comes to, and how checks wait for one another. Knows no server."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import BotError


class Verdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Result:
    """A verdict and its sentence, which says what to do where something is missing."""

    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Finding:
    """The result of a named check."""

    name: str
    verdict: Verdict
    sentence: str


@dataclass(frozen=True)
class Check:
    """Something to look at.

    Attributes:
        name: what it is about.
        needs: names of earlier checks without whose success it makes no sense.
        look: looks; a `BotError` means that something is missing.
    """

    name: str
    needs: tuple[str, ...]
    look: Callable[[], Result]


def ok(sentence: str) -> Result:
    """Nothing to do."""
    return Result(Verdict.OK, sentence)


def note(sentence: str) -> Result:
    """Nothing has to be done, but somebody may want to know."""
    return Result(Verdict.NOTE, sentence)


def missing(sentence: str) -> Result:
    """Something has to be done."""
    return Result(Verdict.MISSING, sentence)


def examine(checks: Iterable[Check]) -> Iterator[Finding]:
    """The finding of each check, as it comes."""
    in_order: set[str] = set()
    for check in checks:
        lacking = [name for name in check.needs if name not in in_order]
        result = _waiting_for(lacking[0]) if lacking else _looked(check)
        if result.verdict in (Verdict.OK, Verdict.NOTE):
            in_order.add(check.name)
        yield Finding(check.name, result.verdict, result.sentence)


def _looked(check: Check) -> Result:
    try:
        return check.look()
    except BotError as error:
        return missing(str(error))


def _waiting_for(name: str) -> Result:
    return Result(Verdict.NOT_CHECKED, f"Needs `{name}` to be in order.")
