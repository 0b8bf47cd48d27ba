"""What a comparison with DoseSpot found: who differs, who could not be compared, and how many."""

from dataclasses import dataclass

from shared.errors import BotError
from shared.records.findings import Finding

MOST_TOLD = 200
"""So many prescribers of a kind make an answer that every server passes on."""


@dataclass(frozen=True)
class Recorded:
    """What a Practitioner says of DoseSpot.

    Attributes:
        status: the registration status; None if there is none.
        epcs: whether there is an EPCS qualification in force.
    """

    status: str | None
    epcs: bool


@dataclass(frozen=True)
class Difference:
    """A Practitioner, or a PractitionerRole at a further clinic, that did not say what DoseSpot
    says, given by reference."""

    practitioner: str
    before: Recorded
    after: Recorded


@dataclass(frozen=True)
class Failure:
    """A Practitioner, or a PractitionerRole, about whom nothing is known, and why."""

    practitioner: str
    error: BotError


@dataclass(frozen=True)
class Doubt:
    """Something on a Practitioner that looks wrong, whether or not the status does."""

    practitioner: str
    finding: Finding


@dataclass(frozen=True)
class Report:
    """What a run found.

    Attributes:
        unchanged: how many Practitioners said what DoseSpot says.
        differences: the others, as they were and as they are now (or would be).
        failures: those that could not be compared or written.
        last: the instant after which the next page begins; empty if nobody is left.
        doubts: what else has to be reported.
        more_differences: how many others there were, where they are too many to be told.
        more_failures: the same of the failures.
    """

    unchanged: int = 0
    differences: tuple[Difference, ...] = ()
    failures: tuple[Failure, ...] = ()
    last: str = ""
    doubts: tuple[Doubt, ...] = ()
    more_differences: int = 0
    more_failures: int = 0

    @property
    def different(self) -> int:
        """How many Practitioners did not say what DoseSpot says."""
        return len(self.differences) + self.more_differences

    @property
    def failed(self) -> int:
        """How many could not be compared or updated."""
        return len(self.failures) + self.more_failures


def joined(first: Report, second: Report) -> Report:
    """Two pages as one, of which no more than MOST_TOLD of a kind are told one by one."""
    differences = (first.differences + second.differences)[:MOST_TOLD]
    failures = (first.failures + second.failures)[:MOST_TOLD]
    return Report(
        unchanged=first.unchanged + second.unchanged,
        differences=differences,
        failures=failures,
        last=second.last,
        doubts=(first.doubts + second.doubts)[:MOST_TOLD],
        more_differences=first.different + second.different - len(differences),
        more_failures=first.failed + second.failed - len(failures),
    )
