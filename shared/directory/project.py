"""Where DoseSpot's clinicians and pharmacies stand in FHIR, kept for some minutes per process."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.systems import DOSESPOT_PHARMACY
from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import PharmacyItem, pharmacy_of
from shared.fhir.entries import reference
from shared.fhir.search import by_identifier
from shared.members.enrolled import Enrolled
from shared.records.findings import Finding

KEPT_S = 600.0
"""How long a reference is taken as still true: memberships change, if seldom."""
MOST_KEPT = 5000

NOBODY = (
    "no member of this project has the DoseSpot clinician id {number}, so the prescriber is known"
    " by that id alone; put the id on the prescriber's ProjectMembership"
)
SEVERAL = (
    "several members of this project have the DoseSpot clinician id {number}, so the prescriber is"
    " known by that id alone; leave the id on the right ProjectMembership only"
)
REQUESTER = "MedicationRequest.requester"


class KnownReferences:
    """What was found in this process.

    Args:
        clock: seconds of a monotonic clock.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[tuple[str, str, int], tuple[float, NamedById]] = {}

    def find(self, scope: str, kind: str, numbers: Iterable[int]) -> dict[int, NamedById]:
        """What is known of these ids, by id."""
        found = {}
        with self._lock:
            for number in numbers:
                at, one = self._kept.get((scope, kind, number), (0.0, None))
                if one is not None and self._clock() - at < KEPT_S:
                    found[number] = one
        return found

    def keep(self, scope: str, kind: str, found: Iterable[NamedById]) -> None:
        """Keeps what was found, but not what has no reference."""
        with self._lock:
            for one in found:
                if one.reference:
                    key = (scope, kind, one.dosespot_id)
                    self._kept.pop(key, None)
                    self._kept[key] = (self._clock(), one)
            while len(self._kept) > MOST_KEPT:
                del self._kept[next(iter(self._kept))]


class DirectoryServer(Protocol):
    """A FHIR server that keeps Organizations; `FhirClient` is one."""

    def create_if_none_together(
        self, wanted: Sequence[tuple[Resource, str]]
    ) -> list[tuple[Resource, bool]]:
        """Creates resources unless searches find them."""


@dataclass(frozen=True)
class ProjectDirectory:
    """The prescribers and pharmacies of a project.

    Attributes:
        fhir: may create Organizations.
        members: tells who carries each of some clinician ids.
        known: what was found in this process.
        scope: names the project, so that one's references are not another's.
    """

    fhir: DirectoryServer
    members: Callable[[Sequence[int]], Mapping[int, Sequence[Enrolled]]]
    known: KnownReferences
    scope: str

    def pharmacies(self, items: Mapping[int, PharmacyItem]) -> dict[int, NamedById]:
        """The Organizations of these pharmacies; those that are missing are created, once.

        Raises:
            BotError: whatever the server raises.
        """
        found = self.known.find(self.scope, "pharmacy", items)
        new = [number for number in items if number not in found]
        if not new:
            return found
        wanted = [pharmacy_of(items[number], number) for number in new]
        created = self.fhir.create_if_none_together(
            [
                (one.organization(), by_identifier(DOSESPOT_PHARMACY, [str(one.dosespot_id)]))
                for one in wanted
            ]
        )
        named = {
            one.dosespot_id: NamedById(one.dosespot_id, reference(stored), one.name)
            for one, (stored, _) in zip(wanted, created, strict=True)
        }
        self.known.keep(self.scope, "pharmacy", named.values())
        return found | named

    def prescribers(self, numbers: Iterable[int]) -> tuple[dict[int, NamedById], list[Finding]]:
        """The Practitioners with these clinician ids, and what is to be said of those whom nobody
        or several people carry.

        Raises:
            Misconfigured: memberships may not be read.
            BotError: whatever the server raises.
        """
        wanted = sorted(set(numbers))
        found = self.known.find(self.scope, "prescriber", wanted)
        new = [number for number in wanted if number not in found]
        if not new:
            return found, []
        members = self.members(new)
        named = {number: _named(number, members[number]) for number in new}
        self.known.keep(self.scope, "prescriber", named.values())
        return found | named, [
            _unclear(number, members[number]) for number in new if not named[number].reference
        ]


def _named(number: int, members: Sequence[Enrolled]) -> NamedById:
    return NamedById(number, members[0].practitioner if len(members) == 1 else "")


def _unclear(number: int, members: Sequence[Enrolled]) -> Finding:
    return Finding(REQUESTER, (SEVERAL if members else NOBODY).format(number=number))
