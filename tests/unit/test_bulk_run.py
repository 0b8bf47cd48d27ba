"""Working on many rows at once: how many, how often, and when not any more."""

import threading
from collections.abc import Iterator

import pytest

from deploy.bulk.rows import PrescriberRow
from deploy.bulk.run import Run
from deploy.bulk.worker.result import Given, PrescriberOutcome, PrescriberResult
from shared.errors import (
    EnrollmentInProgress,
    LookUpFirst,
    Misconfigured,
    RemoteUnavailable,
    Throttled,
)

BAD = PrescriberResult(practitionerId=None, outcome=PrescriberOutcome.REFUSED, error="Row 3: no.")


def rows(number: int) -> Iterator[PrescriberRow]:
    return (PrescriberRow(f"p{n}", {"practitionerId": f"p{n}"}) for n in range(number))


def enrolled(given: Given) -> PrescriberResult:
    return PrescriberResult(
        practitionerId=given["practitionerId"], outcome=PrescriberOutcome.ENROLLED
    )


def test_every_row_has_a_result() -> None:
    results = list(Run(enrolled, 4).results([*rows(10), BAD]))
    assert sorted(str(one.practitionerId) for one in results) == sorted(
        ["None", *(f"p{n}" for n in range(10))]
    )


def test_so_many_are_worked_on_at_once_and_rows_are_taken_no_faster() -> None:
    taken: list[PrescriberRow] = []
    ended: list[Given] = []
    together = threading.Barrier(3)

    def enroll(given: Given) -> PrescriberResult:
        together.wait(timeout=60)  # broken unless three are there at the same time
        assert len(taken) <= len(ended) + 3
        ended.append(given)
        return enrolled(given)

    def counted() -> Iterator[PrescriberRow]:
        for row in rows(9):
            taken.append(row)
            yield row

    assert len(list(Run(enroll, 3).results(counted()))) == 9


@pytest.mark.parametrize(
    "error", [EnrollmentInProgress("wait"), LookUpFirst("look"), Throttled("slow", 0.0)]
)
def test_what_may_work_later_is_tried_again(error: Exception) -> None:
    tries: list[Given] = []

    def enroll(given: Given) -> PrescriberResult:
        tries.append(given)
        if len(tries) < 3:
            raise error
        return enrolled(given)

    (result,) = Run(enroll, 1, pauses_s=(0, 0)).results(rows(1))
    assert (result.outcome, len(tries)) == (PrescriberOutcome.ENROLLED, 3)


def test_trying_again_has_an_end() -> None:
    tries: list[Given] = []

    def enroll(given: Given) -> PrescriberResult:
        tries.append(given)
        raise LookUpFirst("Run the bot again.")

    (result,) = Run(enroll, 1, pauses_s=(0, 0)).results(rows(1))
    assert result == PrescriberResult(
        practitionerId="p0", outcome=PrescriberOutcome.FAILED, error="Run the bot again."
    )
    assert len(tries) == 3


def test_a_stopped_run_finishes_what_it_has_begun_and_begins_nothing() -> None:
    run = Run(enrolled, 2)
    results = run.results(rows(10))
    first = next(results)
    run.stopped.set()
    assert {one.practitionerId for one in (first, *results)} == {"p0", "p1"}


def test_a_stopped_run_does_not_wait_for_another_try() -> None:
    run = Run(enrolled, 1, pauses_s=(3600,))

    def enroll(given: Given) -> PrescriberResult:
        run.stopped.set()
        raise LookUpFirst("look")

    run._enroll = enroll
    (result,) = run.results(rows(1))
    assert result.outcome is PrescriberOutcome.FAILED


def test_what_keeps_everybody_from_being_enrolled_ends_the_run() -> None:
    def enroll(given: Given) -> PrescriberResult:
        raise Misconfigured("A secret is missing.")

    run = Run(enroll, 1)
    results = list(run.results(rows(10)))
    assert {one.error for one in results} == {"A secret is missing."}
    assert {one.outcome for one in results} == {PrescriberOutcome.FAILED}
    assert len(results) <= 2
    assert str(run.stopped_by) == "A secret is missing."


def test_a_search_that_can_not_go_on_loses_no_result() -> None:
    def broken() -> Iterator[PrescriberRow]:
        yield from rows(3)
        raise RemoteUnavailable("Try again.")

    run = Run(enrolled, 8)
    assert len(list(run.results(broken()))) == 3
    assert str(run.stopped_by) == "Try again."
