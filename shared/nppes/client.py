"""Asks the NPI Registry, briefly: somebody is waiting, and the run can go on without it.

A call is sent once, ends soon, and is not sent again: the check can be done later.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from shared.http.sending import Call, Sender, unavailable
from shared.nppes.wire import parse_answer
from shared.records.registry import RegistryEntry

SERVICE = "The NPI Registry"
VERSION = "2.1"
TIMEOUT_S = 3.0
KEPT_S = 24 * 3600.0
MOST_KEPT = 1000


class RegistryEntries:
    """Entries that the registry has shown, each kept for a day; shared by all threads.

    Args:
        clock: seconds of a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[float, RegistryEntry]] = OrderedDict()

    def get(self, key: Hashable) -> RegistryEntry | None:
        """The entry, if it is known and not a day old."""
        with self._lock:
            kept_at, entry = self._kept.get(key, (0.0, None))
            return entry if self._clock() < kept_at + KEPT_S else None

    def keep(self, key: Hashable, entry: RegistryEntry) -> None:
        """Keeps an entry, and forgets the oldest where there are too many."""
        with self._lock:
            self._kept[key] = (self._clock(), entry)
            self._kept.move_to_end(key)
            if len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


class NpiRegistry:
    """The registry at one address.

    Args:
        http: sends the calls.
        base_url: with a trailing slash.
        known: what was shown before. That a number is unknown is not kept, because its holder may
            be registering it just now.
    """

    def __init__(self, http: Sender, base_url: str, known: RegistryEntries) -> None:
        self._http = http
        self._base_url = base_url
        self._known = known

    def entry(self, npi: str) -> RegistryEntry | None:
        """What the registry shows of a number; None if it is unknown or deactivated.

        Raises:
            RemoteUnavailable: the registry gave no usable answer.
        """
        key = (self._base_url, npi)
        entry = self._known.get(key)
        if entry is None:
            entry = self._look_up(npi)
            if entry is not None:
                self._known.keep(key, entry)
        return entry

    def _look_up(self, npi: str) -> RegistryEntry | None:
        reply = self._http.send(
            Call(
                service=SERVICE,
                wish="answer",
                method="GET",
                url=self._base_url,
                headers={"Accept": "application/json"},
                params={"version": VERSION, "number": npi},
                answer_s=TIMEOUT_S,
            )
        )
        if reply.status != 200:
            raise unavailable(SERVICE)
        try:
            return parse_answer(reply.json(), npi)
        except ValueError:
            raise unavailable(SERVICE) from None
