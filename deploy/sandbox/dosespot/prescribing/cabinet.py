"""Everything around prescriptions, kept in a store and held in memory.

What a transaction changed is known until it is asked for; `forget` drops what was undone.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from typing import Any, Generic, TypeVar

from deploy.sandbox.dosespot.prescribing.asked import PharmacyRequest
from deploy.sandbox.dosespot.prescribing.sheets import ChartEntry, PrescriptionSheet
from deploy.sandbox.dosespot.store import DocumentStore

FIRST_HISTORY_ID = 9_000_000_001
"""Too large for 32 bits, as DoseSpot's own."""

_Entry = TypeVar("_Entry", bound=ChartEntry)
_Found = TypeVar("_Found")


class Drawer(Generic[_Entry]):
    """All entries of one kind.

    Args:
        store: where they are kept.
        kind: of the documents there, and the name of their numbers.
        entry: their type.
        first_id: the id of the first one.
    """

    def __init__(self, store: DocumentStore, kind: str, entry: type[_Entry], first_id: int) -> None:
        self._store, self._kind, self._type, self._first = store, kind, entry, first_id
        self._by_patient: dict[int, dict[int, _Entry]] | None = None
        self._owners: dict[int, int] = {}
        self._changes: list[tuple[_Entry | None, _Entry]] = []
        self._remembered: dict[Hashable, Any] = {}

    def next_id(self) -> int:
        """An id that no entry has had."""
        return self._store.next_number(self._kind, self._first)

    def get(self, entry_id: int) -> _Entry | None:
        """The entry, None if there is none with this id."""
        held = self._held()
        return held[self._owners.get(entry_id, 0)].get(entry_id)

    def of(self, clinic_id: int, patient_id: int) -> list[_Entry]:
        """The entries of a patient, or with 0 a clinic's own, oldest first."""
        held = self._held()[patient_id].values()
        return [entry for entry in held if entry.clinic_id == clinic_id]

    def all(self) -> Iterator[_Entry]:
        """Every entry of every patient."""
        return (entry for held in self._held().values() for entry in held.values())

    def put(self, entry: _Entry) -> None:
        """Keeps an entry in the place of the one with its id."""
        self._changes.append((self.get(entry.id), entry))
        self._remembered = {}
        self._store.put(self._kind, entry.id, entry.model_dump(mode="json"))
        self._hold(entry)

    def take_changes(self) -> list[tuple[_Entry | None, _Entry]]:
        """What was put since this was last asked: each entry before, None if new, and after."""
        taken, self._changes = self._changes, []
        return taken

    def forget(self) -> None:
        """Reads again from the store what is asked for next."""
        self._by_patient, self._owners, self._changes, self._remembered = None, {}, [], {}

    def remembered(self, what: Hashable, find: Callable[[], _Found]) -> _Found:
        """What `find` finds among the entries; the same for the same `what` until one is put."""
        if what not in self._remembered:
            self._remembered[what] = find()
        found: _Found = self._remembered[what]
        return found

    def _held(self) -> dict[int, dict[int, _Entry]]:
        if self._by_patient is None:
            self._by_patient = defaultdict(dict)
            for document in self._store.all(self._kind):
                self._hold(self._type.model_validate(document))
        return self._by_patient

    def _hold(self, entry: _Entry) -> None:
        self._held()[entry.patient_id][entry.id] = entry
        self._owners[entry.id] = entry.patient_id


class Cabinet:
    """All drawers, over one store.

    `pharmacies` are those that patients chose, with one default each; a chosen one that was given
    up again stays, as `Removed`. `consents` are to the reading of a patient's history.
    """

    def __init__(self, store: DocumentStore) -> None:
        self.prescriptions = Drawer(store, "prescription", PrescriptionSheet, 400001)
        self.requests = Drawer(store, "request", PharmacyRequest, 500001)
        self.reported = Drawer(store, "reported", ChartEntry, 600001)
        self.history = Drawer(store, "history", ChartEntry, FIRST_HISTORY_ID)
        self.allergies = Drawer(store, "allergy", ChartEntry, 700001)
        self.pharmacies = Drawer(store, "pharmacy", ChartEntry, 1)
        self.consents = Drawer(store, "consent", ChartEntry, 1)
        self.favorites = Drawer(store, "favorite", ChartEntry, 800001)

    def forget(self) -> None:
        """Drops what was changed by a transaction that took no effect."""
        for drawer in self.drawers():
            drawer.forget()

    def drawers(self) -> tuple[Drawer[Any], ...]:
        """Every drawer."""
        return (
            self.prescriptions,
            self.requests,
            self.reported,
            self.history,
            self.allergies,
            self.pharmacies,
            self.consents,
            self.favorites,
        )
