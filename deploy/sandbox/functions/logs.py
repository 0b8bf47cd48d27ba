"""Collects the log lines of one invocation, laid out as AWS Lambda's Python runtime prints them.

The root logger gets one handler, and a context variable says which invocation a line belongs to.
Threads that a handler starts on its own do not inherit that variable before Python 3.14, so their
lines are not collected. Knows nothing of HTTP.
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from shared.runtime.log import LOGGER

TAIL_BYTES = 4096
LINE_FORMAT = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(request_id)s\t%(message)s"

_current: ContextVar["InvocationLog | None"] = ContextVar("invocation_log", default=None)


@dataclass
class InvocationLog:
    """The lines of one invocation, in order.

    Args:
        request_id: the invocation's id, which is printed on each line.
        verbose: whether lines also go to standard error as they come.
    """

    request_id: str
    verbose: bool = False
    lines: list[str] = field(default_factory=list)

    def add(self, line: str) -> None:
        """Appends one line (or several, when it holds line feeds)."""
        self.lines.append(line)
        if self.verbose:
            print(line, file=sys.stderr)  # noqa: T201 - standard error is this endpoint's log

    def tail(self) -> bytes:
        """The last 4 KB, as the header X-Amz-Log-Result has them before base64."""
        return "".join(f"{line}\n" for line in self.lines).encode()[-TAIL_BYTES:]


class CollectingHandler(logging.Handler):
    """Gives every record to the log of the invocation that is running in this context."""

    def __init__(self) -> None:
        super().__init__()
        formatter = logging.Formatter(LINE_FORMAT, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Formats and keeps one record; a record from outside any invocation is not ours."""
        log = _current.get()
        if log is None:
            return
        record.request_id = log.request_id
        try:
            # The bots' own lines go to standard output in Lambda, if nothing is put before them.
            bare = record.name == LOGGER.name
            log.add(record.getMessage() if bare else self.format(record))
        except (TypeError, ValueError):
            self.handleError(record)


def install() -> None:
    """Puts the collecting handler on the root logger, once however often it is asked."""
    root = logging.getLogger()
    if not any(isinstance(handler, CollectingHandler) for handler in root.handlers):
        root.addHandler(CollectingHandler())


@contextmanager
def collecting(log: InvocationLog) -> Iterator[None]:
    """Everything logged in this block and context belongs to `log`."""
    token = _current.set(log)
    try:
        yield
    finally:
        _current.reset(token)
