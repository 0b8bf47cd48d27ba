"""Structured log lines: one ASCII JSON object each, with the trace id, without personal data.

The last lines of a run end up in an AuditEvent that ordinary users may read, so a field is a fact
about the run (a step, a status, a FHIR path), never about the person.
"""

import json
import logging
import sys
from collections.abc import Iterable, Mapping
from time import time

from shared.audit.events import Event, Fact, LogEvent
from shared.errors import BotError, Unforeseen
from shared.records.findings import Finding
from shared.runtime.environment import in_lambda
from shared.runtime.metrics import Metrics

LOGGER = logging.getLogger("prescriber_bots")


class RunLog:
    """The log of one run, which counts the steps too.

    Args:
        bot: the bot's name.
        metrics: the run's.

    Attributes:
        trace_id: Medplum's trace id, once it is known.
    """

    def __init__(self, bot: str, metrics: Metrics) -> None:
        self._bot = bot
        self._metrics = metrics
        self.trace_id: str | None = None

    def __call__(self, step: Event, **facts: Fact) -> None:
        """Writes one line at INFO."""
        self._write(logging.INFO, step, facts)

    def warning(self, step: Event, **facts: Fact) -> None:
        """Writes one line at WARNING."""
        self._write(logging.WARNING, step, facts)

    def findings(self, findings: Iterable[Finding]) -> None:
        """Writes what looks wrong in records, one line each, at WARNING."""
        for found in findings:
            self.warning(LogEvent.RECORD_DOUBTFUL, path=found.path, sentence=found.sentence)

    def ended(self, error: BotError | None, **facts: Fact) -> None:
        """Writes the run's metrics, and last how it ended."""
        document = self._metrics.document(self._bot, error, time())
        LOGGER.info(_line(document))
        seconds = round(document["Duration"] / 1000, 4)
        if error is None:
            self(LogEvent.DONE, seconds=seconds, **facts)
        else:
            step = LogEvent.UNFORESEEN if isinstance(error, Unforeseen) else LogEvent.REFUSED
            self.warning(step, error=type(error).__name__, seconds=seconds, **facts)

    def _write(self, level: int, step: Event, facts: dict[str, Fact]) -> None:
        self._metrics.count(step, facts)
        about = {"bot": self._bot, "traceId": self.trace_id, "level": logging.getLevelName(level)}
        LOGGER.log(level, _line({"step": step, **about, **facts}))


def set_up_logging() -> None:
    """Lets our own lines pass at INFO, and keeps urllib3's out: they show URLs with NPIs.

    Lambda's runtime would put a prefix before each line, so that it is no JSON any more; there the
    lines go straight to standard output, which is the function's log.
    """
    LOGGER.setLevel(logging.INFO)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    if in_lambda() and not LOGGER.handlers:
        LOGGER.addHandler(_StandardOutput())
        LOGGER.propagate = False


class _StandardOutput(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        """Writes the line as it is, at once."""
        sys.stdout.write(f"{record.getMessage()}\n")
        sys.stdout.flush()


def _line(facts: Mapping[str, object]) -> str:
    return json.dumps(facts, ensure_ascii=True)
