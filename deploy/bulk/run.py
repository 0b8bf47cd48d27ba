"""Works on many rows at the same time, a bounded number of them, in threads.

Nothing is started any more once the run is stopped, from outside or by an error that is not about
one prescriber; what was started is finished.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import takewhile
from threading import Event

from deploy.bulk.rows import PrescriberRow
from deploy.bulk.worker.enrollment import WORTH_ANOTHER_TRY
from deploy.bulk.worker.result import NOBODY_CAN_BE_ENROLLED, Given, PrescriberResult, not_enrolled
from shared.errors import BotError, Throttled

PAUSES_S = (2.0, 10.0, 50.0)
"""Together longer than a claim lasts, whose holder may have died."""


class Run:
    """One run over some rows.

    Args:
        enroll: enrolls one prescriber; raises what is worth another try, and what nobody gets past.
        at_once: how many to work on at the same time.
        pauses_s: how long to wait before another try, try by try.

    Attributes:
        stopped: set from outside to start nothing any more.
        stopped_by: the error that ended the run, if one did.
    """

    def __init__(
        self,
        enroll: Callable[[Given], PrescriberResult],
        at_once: int,
        pauses_s: Iterable[float] = PAUSES_S,
    ) -> None:
        self._enroll = enroll
        self._at_once = at_once
        self._pauses_s = tuple(pauses_s)
        self.stopped = Event()
        self.stopped_by: BotError | None = None

    def results(
        self, rows: Iterable[PrescriberRow | PrescriberResult]
    ) -> Iterator[PrescriberResult]:
        """The results, as they come.

        Args:
            rows: each prescriber once; taken only as fast as there are results.
        """
        under_way: set[Future[PrescriberResult]] = set()
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="row") as threads:
            for row in self._taken(rows):
                if isinstance(row, PrescriberResult):
                    yield row
                    continue
                under_way.add(threads.submit(self._worked_on, row))
                if len(under_way) == self._at_once:
                    ended, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from (future.result() for future in ended)
            yield from (future.result() for future in under_way)

    def _taken(
        self, rows: Iterable[PrescriberRow | PrescriberResult]
    ) -> Iterator[PrescriberRow | PrescriberResult]:
        """The rows until the run is stopped; a search that can't go on stops it."""
        try:
            yield from takewhile(lambda _: not self.stopped.is_set(), rows)
        except BotError as error:
            self._stop(error)

    def _stop(self, error: BotError) -> None:
        self.stopped_by = error
        self.stopped.set()

    def _worked_on(self, row: PrescriberRow) -> PrescriberResult:
        pauses_s = iter(self._pauses_s)
        while True:
            try:
                return self._enroll(row.given)
            except WORTH_ANOTHER_TRY as error:
                pause_s = next(pauses_s, None)
                if pause_s is None or self.stopped.wait(max(pause_s, _requested_pause_s(error))):
                    return not_enrolled(row.given, error)
            except NOBODY_CAN_BE_ENROLLED as error:
                self._stop(error)
                return not_enrolled(row.given, error)


def _requested_pause_s(error: BotError) -> float:
    return error.retry_after_s if isinstance(error, Throttled) else 0.0
