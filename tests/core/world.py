"""The world that runs act on, as one value: FHIR resources, DoseSpot's people, and the time.

A world never changes; an act leads from one to the next. What is compared and hashed are numbers
that stand for JSON, so that worlds which are equal are found out quickly.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.codes import RegistrationStatus

START = datetime(2026, 3, 10, 12, tzinfo=UTC)

_NUMBERS: dict[str, int] = {}
_VALUES: list[Any] = []
_BY_IDENTITY: dict[int, int] = {}


def numbered(value: Any) -> int:
    """The number that stands for a JSON value; the same for equal ones."""
    known = _BY_IDENTITY.get(id(value))
    if known is not None:
        return known
    told = json.dumps(value, sort_keys=True, default=str)
    number = _NUMBERS.get(told)
    if number is None:
        number = _NUMBERS[told] = len(_VALUES)
        _VALUES.append(json.loads(told))
        _BY_IDENTITY[id(_VALUES[number])] = number
    return number


def value_of(number: int) -> Any:
    """The JSON value behind a number; nobody may change it."""
    return _VALUES[number]


@dataclass(frozen=True)
class Person:
    """A clinician or a patient as DoseSpot has them.

    Attributes:
        id: DoseSpot's id.
        record: number of the record that it was last asked to store.
        created_at: second of the creation.
        status: the registration status, as it is.
        lagging: the status that is still shown, and until which second.
        locked: whether the account is locked.
        begun: each beginning of a stage that was accepted, with the type asked for.
        edits: how often a run has changed the record.
    """

    id: int
    record: int
    created_at: int
    status: RegistrationStatus = RegistrationStatus.PENDING
    lagging: tuple[RegistrationStatus, int] | None = None
    locked: bool = False
    begun: tuple[tuple[str, str], ...] = ()
    edits: int = 0

    @property
    def stored(self) -> dict[str, Any]:
        """The record."""
        found: dict[str, Any] = value_of(self.record)
        return found

    def shown_status(self, second: int) -> RegistrationStatus:
        """The status that DoseSpot shows at that second."""
        if self.lagging is not None and second < self.lagging[1]:
            return self.lagging[0]
        return self.status


@dataclass(frozen=True)
class World:
    """How everything stands.

    Attributes:
        second: the time, counted from the story's beginning.
        resources: FHIR resources: references, and the numbers of what they say.
        events: keys and actions of the AuditEvents.
        people: whom DoseSpot knows.
        links: how often a run has put an id on a membership or a Patient.
        edits: how often somebody else has edited the prescriber's record on the FHIR server.
        staff: how often DoseSpot's staff has edited the record there.
        shown: what DoseSpot has shown of the prescriber, in its order.
    """

    second: int = 0
    resources: tuple[tuple[str, int], ...] = ()
    events: frozenset[tuple[str, str]] = frozenset()
    people: tuple[Person, ...] = ()
    links: int = 0
    edits: int = 0
    staff: int = 0
    shown: tuple[tuple[str, bool], ...] = ()

    @property
    def now(self) -> datetime:
        """The time."""
        return START + timedelta(seconds=self.second)

    def resource(self, reference: str) -> Resource | None:
        """A resource; None where there is none."""
        found = next((number for name, number in self.resources if name == reference), None)
        return None if found is None else value_of(found)

    def of_type(self, resource_type: str) -> list[Resource]:
        """Every resource of a type."""
        start = f"{resource_type}/"
        return [value_of(number) for name, number in self.resources if name.startswith(start)]

    def with_resource(self, resource: Resource, author: str) -> "World":
        """The world with a new version of a resource."""
        reference = f"{resource['resourceType']}/{resource['id']}"
        before = self.resource(reference)
        version = int(before["meta"]["versionId"]) + 1 if before else 1
        meta = {
            "versionId": str(version),
            "lastUpdated": self.now.isoformat(timespec="milliseconds"),
            "author": {"reference": author},
        }
        number = numbered({**resource, "meta": meta})
        others = [one for one in self.resources if one[0] != reference]
        return replace(self, resources=tuple(sorted([*others, (reference, number)])))

    def person(self, person_id: int) -> Person | None:
        """Whoever has that id in DoseSpot."""
        return next((one for one in self.people if one.id == person_id), None)

    def with_person(self, person: Person) -> "World":
        """The world in which DoseSpot has that person so."""
        others = [one for one in self.people if one.id != person.id]
        people = sorted([*others, person], key=lambda one: one.id)
        return replace(self, people=tuple(people)).seen()

    def later(self, seconds: int) -> "World":
        """The world after that time; what lagged for less is shown now."""
        return replace(self, second=self.second + seconds).seen()

    def seen(self) -> "World":
        """The world with what DoseSpot shows now at the end of what it has shown."""
        if not self.people:
            return self
        status = self.people[0].shown_status(self.second)
        shown = (status.value, signs(self.people[0], status))
        return self if self.shown[-1:] == (shown,) else replace(self, shown=(*self.shown, shown))


def signs(person: Person, status: RegistrationStatus) -> bool:
    """Whether DoseSpot lets that clinician sign controlled substances."""
    usable = person.stored.get("Active") is not False and not person.locked
    return usable and status is RegistrationStatus.TFA_ACTIVATED_SUCCESS


@dataclass(frozen=True)
class Manners:
    """How badly the two systems behave.

    Attributes:
        look_up_lag: seconds until DoseSpot's lookup shows who was created.
        status_lag: seconds until DoseSpot shows that a stage has begun.
        shows_doubles: whether the FHIR server's search shows who else carries a number.
    """

    look_up_lag: int = 0
    status_lag: int = 0
    shows_doubles: bool = True


@dataclass
class Scene:
    """Where one step is taken: the world that it changes, and what goes wrong meanwhile.

    Attributes:
        world: as it is now.
        manners: how the systems behave.
        fault: what goes wrong with which write of this step, counted from 0.
        writes: what was written in this step so far.
        waits: how often the run may still wait.
        asked: whether DoseSpot was asked for a record in this step.
    """

    world: World = field(default_factory=World)
    manners: Manners = field(default_factory=Manners)
    fault: tuple[int, str] | None = None
    writes: list[str] = field(default_factory=list)
    waits: int = 0
    asked: bool = False

    def now(self) -> datetime:
        """The time."""
        return self.world.now

    def wait(self, seconds: float) -> bool:
        """Waits, if the run has time; the time itself passes between steps."""
        self.waits -= 1
        return self.waits >= 0

    def write(self, what: str) -> str | None:
        """Notes a write; returns what goes wrong with it."""
        self.writes.append(what)
        if self.fault is not None and self.fault[0] == len(self.writes) - 1:
            return self.fault[1]
        return None
