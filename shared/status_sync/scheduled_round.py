"""Comparing everybody with DoseSpot in as many scheduled runs as it takes, each going on where the
one before ended: whoever's comparison is the oldest comes first.

A run remembers how far it came once, when it ends. Where another run wrote that in between, the
other's word stays: it is as true, and what is compared again does no harm.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles.comparison_round import (
    ComparisonRound,
    read_round,
    round_key,
    round_resource,
)
from fhir_profiles.systems import COMPARISON_ROUND
from shared.audit.events import Log, LogEvent
from shared.errors import EditConflict, LookUpFirst, Misconfigured, TryAgain
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, denied_as
from shared.fhir.search import by_identifier
from shared.status_sync.report import Report, joined

NOT_ALLOWED = (
    "The bot may not read and write Basic resources, where it keeps how far scheduled runs have"
    f" come. Set {CLIENT}; `prescriber-bots register` does that."
)
PAGES_KEPT = 2
"""A page is begun only if so many of the longest one would fit into the time that is left."""


@dataclass(frozen=True)
class ScheduledRound:
    """The use case.

    Attributes:
        fhir: may read and write Basic.
        clinic_id: DoseSpot's id of the clinic.
        compare: looks at the page after an instant; see `StatusSync.page`.
        has_time: whether the run has time for so many seconds more.
        clock: seconds of a monotonic clock.
        now: the current time, aware.
        log: the run's.
    """

    fhir: FhirClient
    clinic_id: int
    compare: Callable[[str], Report]
    has_time: Callable[[float], bool]
    clock: Callable[[], float]
    now: Callable[[], datetime]
    log: Log

    def run(self) -> Report:
        """Looks at page after page, until the round ends or the time does.

        Raises:
            Misconfigured: the credential may not read or write Basic, or as `compare`.
            BotError: whatever the client or `compare` raises; nothing is remembered then.
        """
        known = self._kept().under_way(self.now())
        report, longest_s = Report(), 0.0
        while True:
            began_s = self.clock()
            page = self.compare(known.after)
            report = joined(report, page)
            known = known.gone_on(page.last, self.now(), missed=_missed(page))
            longest_s = max(longest_s, self.clock() - began_s)
            if not page.last or not self.has_time(PAGES_KEPT * longest_s):
                break
        self._keep(known)
        return report

    def _kept(self) -> ComparisonRound:
        identifier = f"{COMPARISON_ROUND}|{round_key(self.clinic_id)}"
        with denied_as(Misconfigured(NOT_ALLOWED)):
            found = list(self.fhir.search_all("Basic", {"identifier": identifier}))
        return read_round(self.clinic_id, found[0] if found else None)

    def _keep(self, known: ComparisonRound) -> None:
        try:
            with denied_as(Misconfigured(NOT_ALLOWED)):
                is_kept = self._written(known)
        except (EditConflict, LookUpFirst):
            is_kept = False
        if is_kept and known.since is not None:
            oldest_s = int((self.now() - known.since).total_seconds())
            self.log(LogEvent.ROUND_KEPT, ended=known.began is None, oldest_s=oldest_s)
        else:
            self.log(LogEvent.ROUND_NOT_KEPT)

    def _written(self, known: ComparisonRound) -> bool:
        """Writes what is known, and says False if another run's word was there before."""
        resource = round_resource(known)
        if known.resource is not None:
            self.fhir.put(resource)
            return True
        query = by_identifier(COMPARISON_ROUND, [round_key(self.clinic_id)])
        return self.fhir.create_if_none(resource, query)[1]


def _missed(page: Report) -> bool:
    """Whether a server could not be asked about somebody; what is wrong with records is told."""
    return any(isinstance(one.error, TryAgain | LookUpFirst) for one in page.failures)
