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
    """The result of a named check.

    Attributes:
        name: the check's.
        verdict: what it came to.
        sentence: what was found, and what to do where something is missing.
        needs: the missing thing because of which nothing was checked.
    """

    name: str
    verdict: Verdict
    sentence: str
    needs: str | None = None


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
    succeeded: set[str] = set()
    behind: dict[str, str] = {}  # by check that waits: the missing thing
    for check in checks:
        causes = [behind.get(name, name) for name in check.needs if name not in succeeded]
        needs = causes[0] if causes else None
        result = _looked(check) if needs is None else _waiting_for(needs)
        if result.verdict in (Verdict.OK, Verdict.NOTE):
            succeeded.add(check.name)
        elif needs is not None:
            behind[check.name] = needs
        yield Finding(check.name, result.verdict, result.sentence, needs)


def waiting(findings: Iterable[Finding]) -> dict[str, list[str]]:
    """By missing thing, the names of what could not be checked because of it."""
    names: dict[str, list[str]] = {}
    for finding in findings:
        if finding.needs is not None:
            names.setdefault(finding.needs, []).append(finding.name)
    return names


def _looked(check: Check) -> Result:
    try:
        return check.look()
    except BotError as error:
        return missing(str(error))


def _waiting_for(name: str) -> Result:
    return Result(Verdict.NOT_CHECKED, f"Could not be checked because of `{name}`.")
