"""What a run of many came to, in counts, and what is to be told of single prescribers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from deploy.bulk.worker.result import PrescriberResult

NO_ID = "(no usable id)"


@dataclass(frozen=True)
class Remark:
    """What is to be told of one prescriber.

    Attributes:
        practitioner_id: of the Practitioner; None if what was given has no usable one.
        words: what there is to tell.
    """

    practitioner_id: str | None
    words: str

    def __str__(self) -> str:
        """In one line."""
        return f"{self.practitioner_id or NO_ID} {self.words}"


@dataclass
class Tally:
    """Results as they come.

    Attributes:
        keep: writes a result down.
        counts: of each outcome, and of the rows that were sent.
        remarks: one for each refusal, failure and warning.
        stopped: why the command ended before the last row, if it did.
    """

    keep: Callable[[PrescriberResult], None]
    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[Remark] = field(default_factory=list)
    stopped: str | None = None

    def add(self, result: PrescriberResult) -> None:
        """Keeps a result, counts it, and remembers what is to be told of it."""
        self.keep(result)
        self.counts[result.outcome.value] += 1
        lines = [f"warning: {found['path']}: {found['sentence']}" for found in result.warnings]
        if result.error:
            lines.insert(0, f"{result.outcome.value}: {result.error}")
        self.remarks.extend(Remark(result.practitionerId, words) for words in lines)

    @property
    def is_well(self) -> bool:
        """Whether everything was done that was asked for."""
        return not (self.stopped or self.counts["refused"] or self.counts["failed"])

    def __str__(self) -> str:
        """The counts in words."""
        return ", ".join(f"{number:,} {name}" for name, number in sorted(self.counts.items()))
