"""Problems found in records: all collected, and reported in one text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.errors import InputRefused
from shared.records.identifiers import RuleBroken

INPUT_REFUSED = "The bot's input was refused. "
"""How the sentence about a bot's input begins that can't be used."""
NOT_SENT = "is not sent to DoseSpot: "
"""How the sentence about something begins that is left out."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where (a FHIR path) and a sentence that says what and what to do."""

    path: str
    sentence: str

    def __str__(self) -> str:
        """`path: sentence`."""
        return f"{self.path}: {self.sentence}"


@dataclass
class Findings:
    """Collects what is wrong while a record is read, so that all of it is reported at once.

    Problems block, warnings do not.
    """

    problems: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)

    def problem(self, path: str, sentence: str) -> None:
        """Notes something that blocks."""
        self.problems.append(Finding(path, sentence))

    def warning(self, path: str, sentence: str) -> None:
        """Notes something that does not block."""
        self.warnings.append(Finding(path, sentence))

    def add(self, others: "Findings") -> None:
        """Takes over what was found elsewhere."""
        self.problems += others.problems
        self.warnings += others.warnings

    def parsed(self, path: str, parse: Callable[[str], str], value: str) -> str:
        """The value as `parse` reads it; "" after noting the rule that it broke."""
        try:
            return parse(value)
        except RuleBroken as broken:
            self.problem(path, str(broken))
            return ""


def listed(lead: str, findings: Iterable[Finding]) -> str:
    """A lead and the findings in their order, as one text that ends with one period."""
    text = "; ".join(str(finding) for finding in findings)
    return f"{lead}{text}".removesuffix(".") + "."


def refused_input(*problems: Finding) -> InputRefused:
    """The error for a bot's input with these problems, which quote nothing of it."""
    return InputRefused(listed(INPUT_REFUSED, problems), findings=problems)


def path_of(*steps: str | int) -> str:
    """The path of a field of JSON, such as `locations[0].state`.

    A key that is no name could be anything, a person's name too: it is shown as `?`.
    """
    parts = (f"[{step}]" if isinstance(step, int) else f".{_name(step)}" for step in steps)
    return "".join(parts).removeprefix(".")


def _name(key: str) -> str:
    return key if key.isascii() and key.isidentifier() else "?"
