"""Calls at the same time: results in order, all ended before a failure is raised."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from threading import Barrier, Event, get_ident

import pytest

from shared.together import Together

PATIENCE_S = 60.0
LANGUAGE: ContextVar[str] = ContextVar("LANGUAGE", default="none")


@pytest.fixture
def together() -> Iterator[Together]:
    with ThreadPoolExecutor(2) as executor:
        yield Together(executor)


def failing(error: Exception) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def test_results_come_in_the_order_of_the_calls(together: Together) -> None:
    last_done = Event()

    def first() -> str:
        assert last_done.wait(PATIENCE_S)
        return "first"

    def last() -> str:
        last_done.set()
        return "last"

    assert together(first, lambda: "second", last) == ("first", "second", "last")


def test_calls_run_at_the_same_time_and_the_last_in_the_calling_thread(together: Together) -> None:
    all_here = Barrier(3, timeout=PATIENCE_S)

    def meet() -> int:
        all_here.wait()
        return get_ident()

    threads = together(meet, meet, meet)
    assert len(set(threads)) == 3
    assert threads[2] == get_ident()


@pytest.mark.parametrize("failure_at", [0, 1, 2])
def test_one_failure_is_raised_as_it_is(together: Together, failure_at: int) -> None:
    error = ValueError("made up")
    calls: list[Callable[[], object]] = [lambda: 1, lambda: 2, lambda: 3]
    calls[failure_at] = failing(error)
    with pytest.raises(ValueError, match="made up") as raised:
        together(*calls)
    assert raised.value is error


@pytest.mark.parametrize("first_to_fail", [0, 1, 2])
def test_first_failure_in_the_order_of_the_calls_is_raised(
    together: Together, first_to_fail: int
) -> None:
    errors = [ValueError("first"), KeyError("second"), OSError("third")]
    calls = [
        failing(error) if at >= first_to_fail else lambda: None for at, error in enumerate(errors)
    ]
    with pytest.raises(type(errors[first_to_fail])) as raised:
        together(*calls)
    assert raised.value is errors[first_to_fail]


@pytest.mark.parametrize("failing_last", [True, False], ids=["last fails", "first fails"])
def test_all_calls_have_ended_before_a_failure_is_raised(
    together: Together, failing_last: bool
) -> None:
    last_done = Event()
    ended = []

    def slow() -> None:
        assert last_done.wait(PATIENCE_S)
        ended.append(sum(range(300_000)))

    def last() -> None:
        last_done.set()
        if failing_last:
            raise ValueError("made up")

    first = (lambda: None) if failing_last else failing(ValueError("made up"))
    with pytest.raises(ValueError, match="made up"):
        together(first, slow, last)
    assert len(ended) == 1


def test_last_call_may_use_it_again_even_with_one_thread() -> None:
    with ThreadPoolExecutor(1) as executor:
        together = Together(executor)
        assert together(lambda: 1, lambda: together(lambda: 2, lambda: 3)) == (1, (2, 3))


def test_calls_see_the_context_of_the_caller(together: Together) -> None:
    LANGUAGE.set("made up")
    assert together(LANGUAGE.get, LANGUAGE.get, LANGUAGE.get) == ("made up",) * 3


def test_a_started_call_keeps_its_result_or_failure_for_whoever_asks(together: Together) -> None:
    LANGUAGE.set("started")
    good, bad = together.started(LANGUAGE.get), together.started(failing(ValueError("made up")))
    with pytest.raises(ValueError, match="made up"):
        bad.result(PATIENCE_S)
    assert good.result(PATIENCE_S) == "started"


def test_a_started_call_may_wait_for_earlier_ones_though_threads_are_few(
    together: Together,
) -> None:
    asked = [together.started(partial(int, number)) for number in range(9)]
    waiting = [together.started(each.result) for each in asked]
    assert [each.result(PATIENCE_S) for each in waiting] == list(range(9))
