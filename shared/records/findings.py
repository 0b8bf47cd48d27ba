"""Problems found in records: collected all at once, told in one text."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from shared.records.identifiers import RuleBroken


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
    """Collects what is wrong while a record is read, so that all of it is told at once.

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

    def parsed(self, path: str, parse: Callable[[str], str], value: str) -> str:
        """What `parse` makes of the value; "" after noting the rule that it broke."""
        try:
            return parse(value)
        except RuleBroken as broken:
            self.problem(path, str(broken))
            return ""


def listed(findings: Iterable[Finding]) -> str:
    """The findings in one text, in their order."""
    return "; ".join(str(finding) for finding in findings)
