"""Shows how far a long command is: a bar on a terminal, a line every few seconds elsewhere."""

import sys
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Self

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

EVERY_S = 5.0


class Progress:
    """On standard error; a context manager.

    Args:
        total: how many steps there are; None if nobody knows.
        clock: seconds of a monotonic clock.
    """

    def __init__(self, total: int | None, clock: Callable[[], float] = monotonic) -> None:
        self._bar: ProgressBar[str] | None = None
        if total and sys.stderr.isatty():
            self._bar = click.progressbar(
                length=total, file=sys.stderr, show_pos=True, item_show_func=lambda text: text
            )
        self._of = f" of {total:,}" if total else ""
        self._clock = clock
        self._began_s = self._reported_s = clock()
        self._done = 0

    def show(self, done: int, words: str) -> None:
        """Says how many steps are done, and more in a few words."""
        if self._bar is not None:
            self._bar.update(done - self._done, words)
        elif self._clock() - self._reported_s >= EVERY_S:
            self._reported_s = self._clock()
            per_s = done / (self._reported_s - self._began_s)
            click.echo(f"{done:,}{self._of}, {per_s:.1f}/s  {words}", err=True)
        self._done = done

    def __enter__(self) -> Self:
        """Draws the bar, if there is one."""
        if self._bar is not None:
            self._bar.__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.__exit__(exc_type, exc, traceback)
