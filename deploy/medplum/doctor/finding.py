"""What a check is and what it comes to, and how checks wait for one another. Knows no server."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import BotError


class CheckVerdict(StrEnum):
    """What a check came to."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"
    NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class CheckResult:
    """A verdict and its sentence, which says what to do where something is missing."""

    verdict: CheckVerdict
    sentence: str


@dataclass(frozen=True)
class CheckReport:
    """The result of a named check.

    Attributes:
        name: the check's.
        verdict: what it came to.
        sentence: what was found, and what to do where something is missing.
        needs: the missing thing because of which nothing was checked.
    """

    name: str
    verdict: CheckVerdict
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
    look: Callable[[], CheckResult]


def ok(sentence: str) -> CheckResult:
    """Nothing to do."""
    return CheckResult(CheckVerdict.OK, sentence)


def note(sentence: str) -> CheckResult:
    """Nothing has to be done, but somebody may want to know."""
    return CheckResult(CheckVerdict.NOTE, sentence)


def missing(sentence: str) -> CheckResult:
    """Something has to be done."""
    return CheckResult(CheckVerdict.MISSING, sentence)


def examine(checks: Iterable[Check]) -> Iterator[CheckReport]:
    """The finding of each check, as it comes."""
    succeeded: set[str] = set()
    waiting_for: dict[str, str] = {}  # by check that waits: the missing thing
    for check in checks:
        causes = [waiting_for.get(name, name) for name in check.needs if name not in succeeded]
        needs = causes[0] if causes else None
        result = _outcome(check) if needs is None else _waiting_for(needs)
        if result.verdict in (CheckVerdict.OK, CheckVerdict.NOTE):
            succeeded.add(check.name)
        elif needs is not None:
            waiting_for[check.name] = needs
        yield CheckReport(check.name, result.verdict, result.sentence, needs)


def waiting(findings: Iterable[CheckReport]) -> dict[str, list[str]]:
    """By missing thing, the names of what could not be checked because of it."""
    names: dict[str, list[str]] = {}
    for finding in findings:
        if finding.needs is not None:
            names.setdefault(finding.needs, []).append(finding.name)
    return names


def _outcome(check: Check) -> CheckResult:
    try:
        return check.look()
    except BotError as error:
        return missing(str(error))


def _waiting_for(name: str) -> CheckResult:
    return CheckResult(CheckVerdict.NOT_CHECKED, f"Could not be checked because of `{name}`.")
