"""DoseSpot's drugs and pharmacies, which are the same for every clinic.

A prescription names them by id only, so a list of prescriptions asks for the same few again and
again: each is looked up once per process.
"""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import TypeVar

from shared.dosespot.calls import DoseSpotCalls
from shared.dosespot.catalog_wire import DrugItem, DrugReply, PharmacyItem, PharmacyReply
from shared.together import Together

T = TypeVar("T")

KEPT_S = 24 * 3600.0
"""How long an answer is taken as still true: pharmacies move and drugs become obsolete."""
MOST_KEPT = 5000
"""Of drugs and of pharmacies, so that a process that lives long does not grow."""


class CatalogClient(DoseSpotCalls):
    """Drugs and pharmacies by id; raises as `DoseSpotCalls` says."""

    def drug(self, drug_id: int) -> DrugItem | None:
        """A dispensable drug; None if DoseSpot has none with that id."""
        params = {"dispensableDrugId": str(drug_id)}
        call = self._call("GET", "api/medications/select", "get the drug", params=params)
        reply = self._found_by_id(DrugReply, call)
        return reply.Item if reply else None

    def pharmacy(self, pharmacy_id: int) -> PharmacyItem | None:
        """A pharmacy; None if DoseSpot has none with that id."""
        call = self._call("GET", f"api/pharmacies/{pharmacy_id}", "get the pharmacy")
        reply = self._found_by_id(PharmacyReply, call)
        return reply.Item if reply else None


class Catalog:
    """What was looked up in this process.

    Args:
        clock: seconds of a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._drugs: dict[int, tuple[float, DrugItem]] = {}
        self._pharmacies: dict[int, tuple[float, PharmacyItem]] = {}

    def drugs(
        self, ids: Iterable[int], dosespot: CatalogClient, together: Together
    ) -> dict[int, DrugItem]:
        """The drugs with these ids, as far as DoseSpot has them; asks for what is new, in parallel.

        Raises:
            BotError: whatever a call raises.
        """
        return self._all(self._drugs, ids, dosespot.drug, together)

    def pharmacies(
        self, ids: Iterable[int], dosespot: CatalogClient, together: Together
    ) -> dict[int, PharmacyItem]:
        """The pharmacies with these ids; see `drugs`."""
        return self._all(self._pharmacies, ids, dosespot.pharmacy, together)

    def _all(
        self,
        kept: dict[int, tuple[float, T]],
        ids: Iterable[int],
        look_up: Callable[[int], T | None],
        together: Together,
    ) -> dict[int, T]:
        wanted = sorted(set(ids))
        found = {one: self._fresh(kept, one) for one in wanted}
        asked = {one: together.started(_of(look_up, one)) for one in wanted if found[one] is None}
        for one, answer in asked.items():
            found[one] = answer.result()
            self._keep(kept, one, found[one])
        return {one: item for one, item in found.items() if item is not None}

    def _fresh(self, kept: dict[int, tuple[float, T]], one: int) -> T | None:
        with self._lock:
            at, item = kept.get(one, (0.0, None))
        return item if item is not None and self._clock() - at < KEPT_S else None

    def _keep(self, kept: dict[int, tuple[float, T]], one: int, item: T | None) -> None:
        if item is None:
            return
        with self._lock:
            kept.pop(one, None)
            kept[one] = (self._clock(), item)
            if len(kept) > MOST_KEPT:
                del kept[next(iter(kept))]


def _of(look_up: Callable[[int], T | None], one: int) -> Callable[[], T | None]:
    return lambda: look_up(one)
