"""How long a token is kept, and that threads share it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest

from shared.http.token_cache import FetchedToken, TokenCache

KEY = ("https://fhir.example.com/", "client")


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Issuer:
    """Gives out `token-1`, `token-2`, …; each fetch takes as long as the test says."""

    def __init__(self, clock: Clock, lifetime_s: float = 600.0, takes_s: float = 0.0) -> None:
        self._clock = clock
        self._lifetime_s = lifetime_s
        self._takes_s = takes_s
        self.issued = 0

    def __call__(self) -> FetchedToken:
        self.issued += 1
        self._clock.seconds += self._takes_s
        return FetchedToken(f"token-{self.issued}", self._lifetime_s)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> TokenCache:
    return TokenCache(clock)


@pytest.mark.parametrize(
    ("waited_s", "token"),
    [(0.0, "token-1"), (569.0, "token-1"), (570.0, "token-2"), (600.0, "token-2")],
)
def test_token_is_kept_until_30_seconds_before_its_end(
    cache: TokenCache, clock: Clock, waited_s: float, token: str
) -> None:
    issuer = Issuer(clock)
    assert cache.token(KEY, issuer) == "token-1"
    clock.seconds += waited_s
    assert cache.token(KEY, issuer) == token


def test_new_token_has_a_life_of_its_own(cache: TokenCache, clock: Clock) -> None:
    issuer = Issuer(clock)
    for token in ("token-1", "token-2", "token-3"):
        assert [cache.token(KEY, issuer) for _ in range(3)] == [token] * 3
        clock.seconds += 570.0


@pytest.mark.parametrize("lifetime_s", [30.0, 1.0, 0.0, -5.0])
def test_token_with_a_short_life_is_used_once(
    cache: TokenCache, clock: Clock, lifetime_s: float
) -> None:
    issuer = Issuer(clock, lifetime_s)
    assert [cache.token(KEY, issuer) for _ in range(2)] == ["token-1", "token-2"]


def test_each_key_has_its_own_token(cache: TokenCache, clock: Clock) -> None:
    ours, theirs = Issuer(clock), Issuer(clock)
    assert cache.token(KEY, ours) == "token-1"
    assert cache.token(("https://fhir.example.com/", "other"), theirs) == "token-1"
    assert cache.token(KEY, ours) == "token-1"
    assert (ours.issued, theirs.issued) == (1, 1)


def test_refused_token_is_replaced(cache: TokenCache, clock: Clock) -> None:
    issuer = Issuer(clock)
    cache.forget(KEY, cache.token(KEY, issuer))
    assert cache.token(KEY, issuer) == "token-2"


def test_token_that_was_replaced_already_is_not_dropped_again(
    cache: TokenCache, clock: Clock
) -> None:
    issuer = Issuer(clock)
    refused = cache.token(KEY, issuer)
    cache.forget(KEY, refused)
    cache.token(KEY, issuer)
    cache.forget(KEY, refused)
    assert cache.token(KEY, issuer) == "token-2"


def test_forgetting_what_was_never_there_is_no_error(cache: TokenCache, clock: Clock) -> None:
    cache.forget(KEY, "token-1")
    assert cache.token(KEY, Issuer(clock)) == "token-1"


def test_failed_fetch_is_not_kept(cache: TokenCache, clock: Clock) -> None:
    def fails() -> FetchedToken:
        raise ConnectionError("no token")

    with pytest.raises(ConnectionError):
        cache.token(KEY, fails)
    assert cache.token(KEY, Issuer(clock)) == "token-1"


def test_failed_refresh_does_not_bring_the_old_token_back(cache: TokenCache, clock: Clock) -> None:
    def fails() -> FetchedToken:
        raise ConnectionError("no token")

    issuer = Issuer(clock)
    cache.token(KEY, issuer)
    clock.seconds += 570.0
    with pytest.raises(ConnectionError):
        cache.token(KEY, fails)
    assert cache.token(KEY, issuer) == "token-2"


def test_threads_that_ask_at_once_share_one_fetch(cache: TokenCache, clock: Clock) -> None:
    issuer, barrier = Issuer(clock), Barrier(8)

    def ask(_: int) -> str:
        barrier.wait(timeout=10)
        return cache.token(KEY, issuer)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {"token-1"}
    assert issuer.issued == 1


def test_who_asks_for_one_token_does_not_wait_for_another(cache: TokenCache, clock: Clock) -> None:
    fetching, released = Event(), Event()

    def slow() -> FetchedToken:
        fetching.set()
        assert released.wait(timeout=10)
        return FetchedToken("slow", 600.0)

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(cache.token, ("slow",), slow)
        assert fetching.wait(timeout=10)
        assert cache.token(KEY, Issuer(clock)) == "token-1"
        released.set()
        assert waiting.result(timeout=10) == "slow"


def test_token_is_not_shown() -> None:
    assert "secret-token" not in repr(FetchedToken("secret-token", 600.0))


def test_whether_there_is_a_good_token_is_known_without_fetching_one(
    clock: Clock, cache: TokenCache
) -> None:
    assert not cache.has_token(KEY)
    issuer = Issuer(clock)
    cache.token(KEY, issuer)
    assert cache.has_token(KEY)
    clock.seconds += 570.0
    assert not cache.has_token(KEY)
    assert issuer.issued == 1


@pytest.mark.parametrize(
    ("waited_s", "issued"), [(539.0, "token-1"), (540.0, "token-2"), (569.0, "token-2")]
)
def test_who_needs_a_token_for_longer_gets_another_one_earlier(
    cache: TokenCache, clock: Clock, waited_s: float, issued: str
) -> None:
    issuer = Issuer(clock)
    assert cache.token(KEY, issuer, early_s=60.0) == "token-1"
    clock.seconds += waited_s
    assert cache.token(KEY, issuer, early_s=60.0) == issued


def test_a_token_that_lives_shorter_than_it_is_needed_is_given_out_all_the_same(
    cache: TokenCache, clock: Clock
) -> None:
    issuer = Issuer(clock, lifetime_s=50.0)
    assert [cache.token(KEY, issuer, early_s=60.0) for _ in range(2)] == ["token-1", "token-2"]
    assert cache.token(KEY, issuer) == "token-2"
