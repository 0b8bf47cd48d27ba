"""Access tokens, kept for as long as they really live; shared by all threads of a process."""

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

REFRESH_EARLY_S = 30.0


@dataclass(frozen=True)
class FetchedToken:
    """A token as its server issued it.

    Attributes:
        value: the token.
        lifetime_s: seconds until it expires.
    """

    value: str = field(repr=False)
    lifetime_s: float


@dataclass
class _Slot:
    lock: threading.Lock = field(default_factory=threading.Lock)
    token: str = field(default="", repr=False)
    ends_at: float = 0.0


class TokenCache:
    """One token per key. A thread that asks while another one fetches the same token waits for it.

    Args:
        clock: seconds of a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: dict[Hashable, _Slot] = {}

    def token(
        self, key: Hashable, fetch: Callable[[], FetchedToken], early_s: float = REFRESH_EARLY_S
    ) -> str:
        """The token for a key; fetched if there is none or it ends too early.

        Args:
            key: whose it is.
            fetch: gets another one; called once at most, however short-lived that one is.
            early_s: how long it has to be good at least.
        """
        slot = self._slot(key)
        with slot.lock:
            if not self.has_token(key, early_s):
                fetched = fetch()
                slot.token = fetched.value
                slot.ends_at = self._clock() + fetched.lifetime_s
            return slot.token

    def has_token(self, key: Hashable, early_s: float = REFRESH_EARLY_S) -> bool:
        """Whether `token` would give one without fetching it."""
        slot = self._slot(key)
        return bool(slot.token) and self._clock() < slot.ends_at - early_s

    def forget(self, key: Hashable, token: str) -> None:
        """Drops a token that its server no longer takes, unless it has been replaced already."""
        slot = self._slot(key)
        with slot.lock:
            if slot.token == token:
                slot.token = ""

    def _slot(self, key: Hashable) -> _Slot:
        with self._lock:
            return self._slots.setdefault(key, _Slot())
