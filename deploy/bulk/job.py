"""Everything that a source gives, worked on here or sent to a queue, and counted.

Whom an earlier run has done is left out. How far a job is, and what came of whom, is for whoever
runs it to tell.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploy.bulk.results import EnrolledEarlier
from deploy.bulk.rows import PrescriberRow
from deploy.bulk.run import Run
from deploy.bulk.source import Source
from deploy.bulk.tally import Tally
from deploy.bulk.worker.result import PrescriberResult

if TYPE_CHECKING:
    from deploy.bulk.queue import Queue


class Job:
    """One job.

    Args:
        tally: counts and keeps what comes of it.
        ledger: knows who is done.
    """

    def __init__(self, tally: Tally, ledger: EnrolledEarlier) -> None:
        self._tally = tally
        self._ledger = ledger

    def checked(self, source: Source) -> int:
        """How many rows there are to work on; those that can't be used are results already.

        Raises:
            ValueError: nothing of the source can be used.
        """
        for result in source.refused():
            self._tally.add(result)
        return source.total()

    def enrolled(self, source: Source, run: Run) -> Iterator[PrescriberResult]:
        """Works on the rows of a source that was checked; the results, as they come."""
        for result in run.results(self._ledger.due(source.rows())):
            self._tally.add(result)
            yield result

    def sent(self, source: Source, queue: "Queue") -> Iterator[int]:
        """Sends the rows of a source that was checked; how many, as they are taken.

        Raises:
            RuntimeError: the queue can't be used.
        """
        for sent in queue.send(self._usable(source)):
            self._tally.counts["sent"] += sent
            yield sent

    @property
    def examined(self) -> int:
        """How many rows were looked at so far."""
        counted = self._tally.counts.total()
        return counted + self._ledger.already_done + self._ledger.duplicates

    def _usable(self, source: Source) -> Iterator[PrescriberRow]:
        for row in self._ledger.due(source.rows()):
            if isinstance(row, PrescriberResult):
                self._tally.add(row)
            else:
                yield row
