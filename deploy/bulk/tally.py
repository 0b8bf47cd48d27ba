"""What a run of many came to, in counts, and what is to be told of single prescribers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.bulk.worker.result import PrescriberResult

NO_ID = "(no usable id)"


@dataclass
class Tally:
    """Results as they come.

    Attributes:
        keep: writes a result down.
        counts: of each outcome, and of the rows that were sent.
        remarks: a line for each refusal, failure and warning, with the id of the Practitioner.
        stopped: why the command ended before the last row, if it did.
    """

    keep: Callable[[PrescriberResult], None]
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)
    stopped: str | None = None

    def add(self, result: PrescriberResult) -> None:
        """Keeps a result, counts it, and remembers what is to be told of it."""
        self.keep(result)
        self.counts[result.outcome.value] += 1
        who = result.practitionerId or NO_ID
        if result.error:
            self.remarks.append(f"{who} {result.outcome.value}: {result.error}")
        for found in result.warnings:
            self.remarks.append(f"{who} warning: {found['path']}: {found['sentence']}")

    @property
    def is_well(self) -> bool:
        """Whether everything was done that was asked for."""
        return not (self.stopped or self.counts["refused"] or self.counts["failed"])

    def __str__(self) -> str:
        """The counts in words."""
        return ", ".join(f"{number:,} {name}" for name, number in sorted(self.counts.items()))
