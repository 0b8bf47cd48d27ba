"""Scheduled runs go through everybody in turn, whatever time they have and whoever else writes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest

from fhir_profiles.comparison_round import ComparisonRound, read_round
from shared.audit.events import Event, LogEvent
from shared.errors import (
    BotError,
    LookUpFirst,
    Misconfigured,
    RecordsDisagree,
    RemoteUnavailable,
)
from shared.status_sync.report import MOST_TOLD, Difference, Failure, Recorded, Report, joined
from shared.status_sync.scheduled_round import NOT_ALLOWED, ScheduledRound
from tests.builders import CLINIC_ID
from tests.core.fhir_in_memory import FhirServer

BEGIN = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
PAGE_S = 10.0
PAGES = 7


@dataclass
class Clinic:
    """Seven pages of one prescriber each; each takes ten seconds.

    Attributes:
        compared: at which second each page was last looked at, in the order of that.
        failing: what the prescriber of a page fails with.
    """

    server: FhirServer = field(default_factory=FhirServer)
    seconds: float = 0.0
    compared: list[tuple[int, float]] = field(default_factory=list)
    failing: dict[int, BotError] = field(default_factory=dict)
    logged: list[tuple[Event, dict[str, Any]]] = field(default_factory=list)
    on_page: Callable[[int], None] = lambda _page: None

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.seconds)

    def compare(self, after: str) -> Report:
        page = int(after[17:19]) + 1 if after else 0
        self.on_page(page)
        self.seconds += PAGE_S
        self.compared.append((page, self.seconds))
        last = f"2026-03-01T00:00:{page:02}Z" if page < PAGES - 1 else ""
        if page in self.failing:
            return Report(
                failures=(Failure(f"Practitioner/{page}", self.failing[page]),), last=last
            )
        return Report(unchanged=1, last=last)

    def log(self, step: Event, **facts: Any) -> None:
        self.logged.append((step, facts))

    def run(self, seconds: float = 0.0) -> Report:
        """One run, with so much time."""
        end = self.seconds + seconds
        return ScheduledRound(
            fhir=self.server.client,
            clinic_id=CLINIC_ID,
            compare=self.compare,
            has_time=lambda more: self.seconds + more <= end,
            clock=lambda: self.seconds,
            now=self.now,
            log=self.log,
        ).run()

    @property
    def kept(self) -> ComparisonRound:
        (basic,) = self.server.resources.values()
        return read_round(CLINIC_ID, basic)

    @property
    def pages(self) -> list[int]:
        return [page for page, _ in self.compared]


def test_a_run_goes_on_where_the_one_before_ended_and_the_oldest_comes_first() -> None:
    clinic = Clinic()
    for _ in range(9):
        clinic.run(seconds=PAGE_S * 4)
        clinic.seconds += 600
    assert len(clinic.compared) > 2 * PAGES
    last_s = dict.fromkeys(range(PAGES), -inf)
    for page, second in clinic.compared:
        assert last_s[page] == min(last_s.values())
        last_s[page] = second


def test_a_run_with_time_for_all_looks_at_all_and_writes_once() -> None:
    clinic = Clinic()
    report = clinic.run(seconds=1000)
    assert (report.unchanged, report.last, clinic.pages) == (PAGES, "", [*range(PAGES)])
    assert [one.split()[0] for one in clinic.server.asked] == ["GET", "POST"]
    assert (clinic.kept.since, clinic.kept.ended) == (BEGIN, clinic.now())
    clinic.server.asked.clear()
    clinic.run(seconds=1000)
    assert [one.split()[0] for one in clinic.server.asked] == ["GET", "PUT"]


def test_a_page_is_begun_only_with_time_for_two() -> None:
    clinic = Clinic()
    report = clinic.run(seconds=PAGE_S * 3 - 1)
    assert (clinic.pages, report.last) == ([0], "2026-03-01T00:00:00Z")
    clinic.run(seconds=PAGE_S * 3)
    assert clinic.pages == [0, 1, 2]


def test_how_old_the_oldest_comparison_is_is_told_at_the_end_of_each_run() -> None:
    clinic = Clinic()
    while not clinic.logged or not clinic.logged[-1][1]["ended"]:
        clinic.run(seconds=PAGE_S * 3)
    first_round_s = PAGES * PAGE_S
    clinic.run()
    assert clinic.logged[-2:] == [
        (LogEvent.ROUND_KEPT, {"ended": True, "oldest_s": first_round_s}),
        (LogEvent.ROUND_KEPT, {"ended": False, "oldest_s": first_round_s + PAGE_S}),
    ]


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (RecordsDisagree("Correct the id."), True),
        (Misconfigured("not theirs alone"), True),
        (RemoteUnavailable("DoseSpot is down."), False),
        (LookUpFirst("The FHIR server kept quiet."), False),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_round_counts_unless_a_server_could_not_be_asked(error: BotError, counts: bool) -> None:
    clinic = Clinic(failing={3: error})
    clinic.run(seconds=1000)
    assert (clinic.kept.ended is not None, clinic.pages) == (counts, [*range(PAGES)])
    clinic.failing.clear()
    clinic.seconds += 600
    clinic.run(seconds=1000)
    assert clinic.kept.ended == clinic.now()
    assert clinic.kept.since == BEGIN + timedelta(seconds=600 + PAGES * PAGE_S)


def test_of_two_runs_at_once_the_first_to_end_is_remembered() -> None:
    clinic = Clinic()
    clinic.run()
    other = Clinic(clinic.server, seconds=clinic.seconds)
    clinic.on_page = lambda page: other.run(seconds=1000) and None if page == 1 else None
    clinic.run()
    assert clinic.logged[-1] == (LogEvent.ROUND_NOT_KEPT, {})
    assert (clinic.kept.ended, clinic.kept.after) == (other.now(), "")


def test_of_two_first_runs_at_once_the_first_to_end_is_remembered() -> None:
    clinic = Clinic()
    other = Clinic(clinic.server)
    clinic.on_page = lambda page: other.run(seconds=1000) and None if page == 0 else None
    clinic.run()
    assert clinic.logged[-1] == (LogEvent.ROUND_NOT_KEPT, {})
    assert clinic.kept.ended == other.now()


def test_a_run_that_dies_leaves_what_the_one_before_remembered() -> None:
    clinic = Clinic()
    clinic.run()
    before = clinic.kept

    def dies(_page: int) -> None:
        raise RemoteUnavailable("The FHIR server is down.")

    clinic.on_page = dies
    with pytest.raises(RemoteUnavailable):
        clinic.run(seconds=1000)
    assert clinic.kept == before


def test_what_may_not_have_been_remembered_is_compared_again() -> None:
    clinic = Clinic()
    clinic.run()
    clinic.server.before_write.append(LookUpFirst("kept quiet"))
    clinic.run()
    assert clinic.logged[-1] == (LogEvent.ROUND_NOT_KEPT, {})
    clinic.run()
    assert clinic.pages == [0, 1, 1]


def test_a_credential_without_basic_is_told_before_anybody_is_compared() -> None:
    clinic = Clinic()
    clinic.server.denied.add("Basic")
    with pytest.raises(Misconfigured) as refused:
        clinic.run()
    assert (str(refused.value), clinic.pages) == (NOT_ALLOWED, [])


def pages(number: int) -> Iterator[Report]:
    said = Recorded("Pending", epcs=False)
    for each in range(number):
        who = f"Practitioner/{each}"
        yield Report(1, (Difference(who, said, said),), (Failure(who, RecordsDisagree("x")),))


def test_a_long_run_counts_all_and_tells_the_first_ones() -> None:
    whole = Report()
    for page in pages(MOST_TOLD + 5):
        whole = joined(whole, page)
    assert (whole.unchanged, whole.different, whole.failed) == (MOST_TOLD + 5,) * 3
    assert (len(whole.differences), len(whole.failures)) == (MOST_TOLD, MOST_TOLD)
    assert whole.differences[0].practitioner == "Practitioner/0"
