"""How a run waits: never too short, longer each time, never beyond its time; what is sent again."""

from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from time import monotonic

import pytest

from shared.errors import BotError, LookUpFirst, RemoteUnavailable, Throttled
from shared.http.pace import LONGEST_WAIT_S, RESERVE_S, SHORTEST_WAIT_S, Pace, PatientHttp
from shared.http.sending import Call, Reply

CALL = Call("DoseSpot", "answer", "GET", "https://dosespot.example/", {})
DONE = Reply(200, {}, b"")
NEVER = 1000


class Time:
    """A run's time, which passes by waiting alone."""

    def __init__(self, seconds: float = 1000.0) -> None:
        self.left = seconds
        self.waits: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.left -= seconds
        self.waits.append(seconds)

    def pace(self) -> Pace:
        return Pace(lambda: self.left, self.sleep)


class Failing:
    """Fails so many times, then answers; keeps the calls."""

    def __init__(self, times: int, error: Callable[[], BotError]) -> None:
        self._times, self._error = times, error
        self.calls: list[Call] = []

    def send(self, call: Call) -> Reply:
        self.calls.append(call)
        if len(self.calls) <= self._times:
            raise self._error()
        return DONE


def busy(seconds: float) -> Callable[[], BotError]:
    return lambda: Throttled("busy", seconds)


def unreached() -> BotError:
    return RemoteUnavailable("down")


def within_a_fifth(waits: list[float], wanted: list[float]) -> bool:
    return len(waits) == len(wanted) and all(
        least <= wait <= least * 1.2 for wait, least in zip(waits, wanted, strict=True)
    )


@pytest.mark.parametrize("seconds", [-inf, -1.0, 0.0, 0.001, nan])
def test_no_wait_is_shorter_than_the_floor(seconds: float) -> None:
    time = Time()
    assert time.pace().wait(seconds)
    assert within_a_fifth(time.waits, [SHORTEST_WAIT_S])


def test_waits_are_told_as_long_as_they_are() -> None:
    time, told = Time(), list[float]()
    assert Pace(lambda: time.left, time.sleep, told.append).wait(2.0)
    assert told == time.waits
    assert within_a_fifth(told, [2.0])


@pytest.mark.parametrize(
    ("left", "waits"), [(RESERVE_S + 1.0, False), (RESERVE_S + 1.22, True), (0.0, False)]
)
def test_a_wait_leaves_the_reserve(left: float, waits: bool) -> None:
    time = Time(left)
    assert time.pace().wait(1.01) is waits
    assert bool(time.waits) is waits


def test_all_waits_of_a_run_together_are_bounded() -> None:
    time = Time()
    pace = time.pace()
    while pace.wait(1.0):
        pass
    assert LONGEST_WAIT_S - 1.2 <= sum(time.waits) <= LONGEST_WAIT_S
    assert not Time().pace().wait(inf)


def test_waits_at_the_same_time_are_bounded_together() -> None:
    waited: list[bool] = []

    def sleep(_seconds: float) -> None:
        waited.append(pace.wait(25.0))

    pace = Pace(lambda: 1000.0, sleep)
    assert pace.wait(25.0)
    assert waited == [False, True]


@pytest.mark.parametrize(
    ("left", "has_time"), [(RESERVE_S + 5.0, True), (RESERVE_S + 4.9, False), (-1.0, False)]
)
def test_there_is_time_for_what_leaves_the_reserve(left: float, has_time: bool) -> None:
    assert Time(left).pace().has_time(5.0) is has_time


def test_there_is_no_time_for_anything_new_once_nothing_may_be_waited_for() -> None:
    time = Time()
    pace = time.pace()
    assert pace.has_time(0.0)
    while pace.wait(0.0):
        pass
    assert not pace.has_time(0.0)


def test_where_there_is_time_for_something_new_a_wait_is_not_refused() -> None:
    for _ in range(50):
        pace = Time().pace()
        while pace.has_time(0.0):
            assert pace.wait(0.0)


@pytest.mark.parametrize(
    ("left", "answer_s"),
    [(60.0, 57.0), (6.0, 3.0), (4.0, 2.0), (1.0, 0.5), (0.0, 0.0), (-1.0, -0.5)],
)
def test_an_answer_may_take_what_the_run_has_left(left: float, answer_s: float) -> None:
    assert Time(left).pace().answer_s() == answer_s


@pytest.mark.parametrize(
    ("own", "sent"), [(None, 57.0), (3.0, 3.0), (57.5, 57.0)], ids=["none", "shorter", "longer"]
)
def test_a_call_is_given_no_more_time_than_the_run_has(own: float | None, sent: float) -> None:
    server = Failing(0, unreached)
    PatientHttp(server, Time(60.0).pace()).send(replace(CALL, answer_s=own))
    assert [call.answer_s for call in server.calls] == [sent]


def test_nothing_is_sent_when_the_time_is_over() -> None:
    server = Failing(0, unreached)
    with pytest.raises(RemoteUnavailable):
        PatientHttp(server, Time(0.0).pace()).send(CALL)
    assert server.calls == []


@pytest.mark.parametrize(
    ("seconds", "waits"),
    [
        (0.0, [0.4, 0.8, 1.6]),
        (-5.0, [0.4, 0.8, 1.6]),
        (1.0, [1.0, 1.0, 1.6]),
        (10.0, [10.0, 10.0, 10.0]),
    ],
)
def test_each_429_in_a_row_is_waited_for_longer(seconds: float, waits: list[float]) -> None:
    time, server = Time(), Failing(3, busy(seconds))
    assert PatientHttp(server, time.pace()).send(CALL) == DONE
    assert within_a_fifth(time.waits, waits)


@pytest.mark.parametrize("seconds", [0.0, 0.001, 1.0, 10.0, inf])
def test_endless_429s_end_after_a_handful_of_calls(seconds: float) -> None:
    time, server = Time(), Failing(NEVER, busy(seconds))
    with pytest.raises(Throttled):
        PatientHttp(server, time.pace()).send(CALL)
    assert len(server.calls) <= 9
    assert sum(time.waits) <= LONGEST_WAIT_S


def test_what_could_not_be_reached_is_tried_again_twice() -> None:
    time, server = Time(), Failing(NEVER, unreached)
    with pytest.raises(RemoteUnavailable, match="down"):
        PatientHttp(server, time.pace()).send(CALL)
    assert len(server.calls) == 3
    assert within_a_fifth(time.waits, [0.2, 0.8])


@pytest.mark.parametrize(
    ("errors", "expected"),
    [
        ([], False),
        ([busy(0.0), busy(0.0)], False),
        ([unreached], True),
        ([unreached, busy(0.0)], True),
        ([busy(0.0), unreached], True),
    ],
    ids=["none", "429s", "silence", "silence and 429", "429 and silence"],
)
def test_an_answer_says_whether_the_call_was_sent_before_without_one(
    errors: list[Callable[[], BotError]], expected: bool
) -> None:
    left = list(errors)

    def failure() -> BotError:
        return left.pop(0)()

    server = Failing(len(errors), failure)
    sender = PatientHttp(server, Time().pace())
    assert sender.send(CALL) == replace(DONE, after_silence=expected)
    assert sender.send(CALL) == DONE


def test_an_open_write_is_not_sent_again() -> None:
    time, server = Time(), Failing(NEVER, lambda: LookUpFirst("open"))
    with pytest.raises(LookUpFirst):
        PatientHttp(server, time.pace()).send(CALL)
    assert (len(server.calls), time.waits) == (1, [])


@pytest.mark.parametrize("error", [busy(1.0), unreached], ids=["429", "unreached"])
def test_what_would_be_sent_too_late_is_given_up_without_a_wait(
    error: Callable[[], BotError],
) -> None:
    time, server = Time(), Failing(NEVER, error)
    with pytest.raises(RemoteUnavailable):
        PatientHttp(server, time.pace()).send(replace(CALL, send_until_s=monotonic()))
    assert (len(server.calls), time.waits) == (1, [])
