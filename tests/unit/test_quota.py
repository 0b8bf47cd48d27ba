"""Whatever a server counts, and between whichever moments, it never counts more than it allows."""

import heapq
import random
from bisect import bisect_left
from collections.abc import Sequence
from itertools import count
from threading import Thread

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.http.quota import Charge, Quota, QuotaHttp, Quotas
from shared.http.sending import Call, Reply

WRITES = Quota("writes", 400, 10.0)


def arrivals(
    charges: Sequence[Charge], calls: int, workers: int, latency_s: float, seed: int
) -> list[float]:
    """When a server sees calls that arrive at any moment between being sent and answered."""
    chance, quotas, order = random.Random(seed), Quotas(), count()
    events = [(0.0, next(order), "send") for _ in range(workers)]
    seen: list[float] = []
    while events:
        now, _, event = heapq.heappop(events)
        if event == "answer":
            quotas.answered(charges, now)
        elif len(seen) == calls:
            continue
        elif wait_s := quotas.wait_s(charges, now):
            heapq.heappush(events, (now + wait_s, next(order), "send"))
            continue
        else:
            quotas.take(charges, now)
            answered_at_s = now + chance.uniform(0, latency_s)
            seen.append(chance.uniform(now, answered_at_s))
            heapq.heappush(events, (answered_at_s, next(order), "answer"))
            continue
        heapq.heappush(events, (now, next(order), "send"))
    return sorted(seen)


def most_in_a_window(seen: Sequence[float], window_s: float) -> int:
    """The most that a sliding window counts, and so any fixed one too."""
    return max(bisect_left(seen, start + window_s) - at for at, start in enumerate(seen))


@settings(max_examples=60, deadline=None)
@given(
    limit=st.integers(1, 60),
    workers=st.integers(1, 40),
    latency_s=st.floats(0, 30),
    seed=st.integers(0, 10_000),
)
def test_no_window_holds_more_than_its_limit(
    limit: int, workers: int, latency_s: float, seed: int
) -> None:
    quota = Quota("writes", limit, 10.0)
    seen = arrivals([(quota, 1)], 4 * limit, workers, latency_s, seed)
    assert len(seen) == 4 * limit
    assert most_in_a_window(seen, 10.0) <= limit


@settings(max_examples=20, deadline=None)
@given(latency_s=st.floats(0.001, 0.3), seed=st.integers(0, 10_000))
def test_more_than_nine_tenths_of_the_limit_are_used(latency_s: float, seed: int) -> None:
    seen = arrivals([(WRITES, 1)], 2000, 16, latency_s, seed)
    assert most_in_a_window(seen, 10.0) <= 400
    assert 2000 / (seen[-1] - seen[0]) > 0.9 * 400 / 10.0


def test_the_scarcest_of_several_quotas_decides() -> None:
    seen = arrivals([(Quota("all", 50, 1.0), 1), (Quota("writes", 10, 1.0), 1)], 100, 16, 0.1, 1)
    assert most_in_a_window(seen, 1.0) <= 10


def test_a_call_can_cost_more_than_one() -> None:
    seen = arrivals([(Quota("units", 100, 1.0), 30)], 20, 4, 0.1, 1)
    assert most_in_a_window(seen, 1.0) <= 3


def test_a_call_that_costs_more_than_there_is_is_sent_when_it_can_have_all() -> None:
    seen = arrivals([(Quota("units", 100, 1.0), 150)], 4, 4, 0.1, 1)
    assert most_in_a_window(seen, 1.0) == 1


def test_places_are_handed_out_evenly() -> None:
    """In the middle of an enrollment nobody waits for the rest of a window."""
    quotas, waits = Quotas(), []
    now = 0.0
    for _ in range(1000):
        while wait_s := quotas.wait_s([(WRITES, 1)], now):
            waits.append(wait_s)
            now += wait_s
        quotas.take([(WRITES, 1)], now)
        quotas.answered([(WRITES, 1)], now)
    assert max(waits) < 0.5


def test_what_takes_of_no_quota_never_waits() -> None:
    assert Quotas().wait_s([], 0.0) == 0.0


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds


class Server:
    """Answers, or does not, and keeps when it was called."""

    def __init__(self, clock: Clock, error: Exception | None = None) -> None:
        self.clock = clock
        self.error = error
        self.called_at_s: list[float] = []

    def send(self, _call: Call) -> Reply:
        self.called_at_s.append(self.clock())
        if self.error:
            raise self.error
        return Reply(200, {}, b"{}")


CALL = Call("DoseSpot", "answer", "GET", "https://dosespot.example/", {})


def test_a_sender_waits_until_it_may() -> None:
    clock = Clock()
    server = Server(clock)
    http = QuotaHttp(server, lambda _: [(Quota("all", 2, 10.0), 1)], clock, clock.sleep)
    for _ in range(5):
        assert http.send(CALL).status == 200
    assert most_in_a_window(server.called_at_s, 10.0) == 2
    assert server.called_at_s[-1] < 21


def test_a_call_without_an_answer_takes_its_place_no_longer_than_another() -> None:
    clock = Clock()
    server = Server(clock, TimeoutError())
    http = QuotaHttp(server, lambda _: [(Quota("all", 1, 10.0), 1)], clock, clock.sleep)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            http.send(CALL)
    assert server.called_at_s == pytest.approx([0.0, 10.1, 20.2])


def test_threads_share_the_quotas() -> None:
    clock = Clock()
    server = Server(clock)
    http = QuotaHttp(server, lambda _: [(Quota("all", 5, 10.0), 1)], clock, clock.sleep)
    threads = [Thread(target=http.send, args=(CALL,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most_in_a_window(sorted(server.called_at_s), 10.0) <= 5
