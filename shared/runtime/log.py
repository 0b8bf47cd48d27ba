"""Structured log lines: one ASCII JSON object each, with the trace id, without personal data.

The last lines of a run end up in an AuditEvent that ordinary users may read, so a field is a fact
about the run (a step, a status, a FHIR path), never about the person.
"""

import json
import logging
from collections.abc import Iterable

from shared.records.findings import Finding

LOGGER = logging.getLogger("prescriber_bots")

Fact = str | int | float | bool | None


class RunLog:
    """The log of one run.

    Args:
        bot: the bot's name.
        trace_id: Medplum's trace id, if any.
    """

    def __init__(self, bot: str, trace_id: str | None) -> None:
        self._facts = {"bot": bot, "traceId": trace_id}

    def __call__(self, step: str, **facts: Fact) -> None:
        """Writes one line at INFO."""
        LOGGER.info(self._line(step, facts))

    def warning(self, step: str, **facts: Fact) -> None:
        """Writes one line at WARNING."""
        LOGGER.warning(self._line(step, facts))

    def findings(self, findings: Iterable[Finding]) -> None:
        """Writes what looks wrong in records, one line each, at WARNING."""
        for found in findings:
            self.warning("record", path=found.path, sentence=found.sentence)

    def _line(self, step: str, facts: dict[str, Fact]) -> str:
        return json.dumps({"step": step, **self._facts, **facts}, ensure_ascii=True)


def set_up_logging() -> None:
    """Lets our own lines pass at INFO, and keeps urllib3's out: they show URLs with NPIs."""
    LOGGER.setLevel(logging.INFO)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
