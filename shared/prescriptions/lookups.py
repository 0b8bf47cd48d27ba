"""Looking up what prescriptions name by id, where one that can't be looked up stops no other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from shared.dosespot.catalog import Catalog, CatalogClient
from shared.dosespot.catalog_wire import DrugItem, PharmacyItem
from shared.errors import BotError
from shared.together import Together

T = TypeVar("T")


@dataclass(frozen=True)
class LookedUp(Generic[T]):
    """What was found.

    Attributes:
        found: by id; what DoseSpot does not have is not among it.
        failures: by id, why nobody knows whether DoseSpot has it.
    """

    found: dict[int, T] = field(default_factory=dict)
    failures: dict[int, BotError] = field(default_factory=dict)


@dataclass(frozen=True)
class CatalogReads:
    """DoseSpot's drugs and pharmacies, as one clinician sees them.

    Attributes:
        catalog: what was looked up in this process.
        dosespot: looks up the rest.
        together: several at the same time.
    """

    catalog: Catalog
    dosespot: CatalogClient
    together: Together

    def drugs(self, ids: Iterable[int]) -> LookedUp[DrugItem]:
        """The drugs with these ids."""
        return _each(ids, lambda some: self.catalog.drugs(some, self.dosespot, self.together))

    def pharmacies(self, ids: Iterable[int]) -> LookedUp[PharmacyItem]:
        """The pharmacies with these ids."""
        return _each(ids, lambda some: self.catalog.pharmacies(some, self.dosespot, self.together))


def _each(ids: Iterable[int], look_up: Callable[[list[int]], dict[int, T]]) -> LookedUp[T]:
    """All of them at once, and where that fails, one by one."""
    wanted = sorted(set(ids))
    try:
        return LookedUp(look_up(wanted))
    except BotError:
        result = LookedUp[T]()
    for one in wanted:
        try:
            result.found.update(look_up([one]))
        except BotError as error:
            result.failures[one] = error
    return result
