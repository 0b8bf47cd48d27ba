"""The patient of the stories, runs that bring them to DoseSpot, and what must be true of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.today import Today
from shared.claims.store import ClaimStore
from shared.dosespot.patient_record import new_patient_record
from shared.patients.sync_patient import PatientSync
from shared.records.patient import Patient, read_patient
from tests.core.enrolling import TIMING
from tests.core.fakes import CLIENT, linked_id
from tests.core.replaying import CallRun, Calls, Program, ReplayedDoseSpot, ReplayedFhir
from tests.core.replaying import ReplayedTrail as Trail
from tests.core.story import Act, Story, Teller
from tests.core.world import START, Person, World, numbered

PAT, TWIN_RECORD = "Patient/pat", "Patient/same-person"
FOREIGN = "https://example.org/edited-by-somebody-else"
MOST_CALLS = 80


def patient(**changes: Any) -> Resource:
    """Pat, an adult."""
    return {
        "resourceType": "Patient",
        "id": "pat",
        "name": [{"family": "Example", "given": ["Pat"]}],
        "gender": "female",
        "birthDate": "1971-02-03",
        "telecom": [{"system": "phone", "use": "mobile", "value": "345-123-4567"}],
        "address": [
            {"line": ["1 Main St"], "city": "Springfield", "state": "IL", "postalCode": "62701"}
        ],
        "active": True,
        **changes,
    }


def practice(*, twice: bool = False) -> World:
    """A practice that has Pat; with two records of Pat, where that is asked for."""
    world = World(second=1).with_resource(patient(), CLIENT)
    return world.with_resource(patient(id="same-person"), CLIENT) if twice else world


def known_patient(**former: Any) -> World:
    """The practice, with Pat in DoseSpot as they were formerly."""
    identifier = [{"system": "https://dosespot.com/patient-id", "value": "1001"}]
    world = World(second=1).with_resource(patient(identifier=identifier), CLIENT)
    read, _ = read_patient(patient(**former), [], Today(START))
    return world.with_person(Person(1001, numbered(new_patient_record(read)), 0))


def patient_sync(
    name: str, reference: str = PAT, *, update: bool = False, waits: int = 1
) -> CallRun:
    """A run that brings Pat to DoseSpot."""
    return CallRun(name, _SYNCS[reference, update], waits)


def phone_changes() -> tuple[str, Act]:
    """Somebody writes another phone number, and something else, on the Patient."""

    def act(world: World) -> World:
        found = world.resource(PAT) or {}
        phone = [{"system": "phone", "use": "mobile", "value": "345-123-4568"}]
        extension = [*found.get("extension", []), {"url": FOREIGN}]
        edited = {**found, "telecom": phone, "extension": extension}
        return replace(world.with_resource(edited, "Practitioner/x"), edits=world.edits + 1)

    return "somebody else edits the Patient", act


def _syncing(reference: str, update: bool) -> Program:
    def sync(calls: Calls, fhir: ReplayedFhir, dosespot: ReplayedDoseSpot, trail: Trail) -> None:
        PatientSync(
            fhir=fhir,  # type: ignore[arg-type]
            claims=ClaimStore(fhir),  # type: ignore[arg-type]
            dosespot=dosespot,  # type: ignore[arg-type]
            trail=trail,  # type: ignore[arg-type]
            now=calls.now,
            wait=calls.wait,
            timing=TIMING,
        ).run(fhir.read(reference), update=update)

    return sync


_SYNCS = {
    (reference, update): _syncing(reference, update)
    for reference in (PAT, TWIN_RECORD)
    for update in (False, True)
}


@dataclass
class PatientRules:
    """The rules; `closing` is the run that somebody starts when all is over."""

    teller: Teller
    closing: CallRun
    ends: int = 0
    known: dict[World, tuple[str, ...]] = field(default_factory=dict)

    def wrong(self, before: Story, told: str, after: Story) -> Iterator[str]:
        """What is wrong with a step, or with where it led."""
        if after.world is not before.world:
            yield from _wrong_in(after.world)
        run = None if after.actor is None else after.runs[after.actor]
        if run is not None and run.steps > MOST_CALLS:
            yield f"{run.name} makes more than {MOST_CALLS} calls"
        if after.is_over and not after.acts:
            if after.world not in self.known:
                self.ends += 1
                self.known[after.world] = tuple(self._after_closing(after.world))
            yield from self.known[after.world]

    def _after_closing(self, world: World) -> Iterator[str]:
        after, run = self.teller.undisturbed(world.later(60), self.closing, MOST_CALLS)
        if run.ended != "ok":
            yield f"a run when all is over ends with: {run.ended or 'no end'}"
            return
        yield from (f"after one more run: {one}" for one in _wrong_in(after))
        yield from (f"after one more run: {one}" for one in self._unlike(after))
        again, _ = self.teller.undisturbed(after.later(60), self.closing, MOST_CALLS)
        if (again.resources, again.people, again.events) != (
            after.resources,
            after.people,
            after.events,
        ):
            yield "a second run when all is over still writes"

    def _unlike(self, world: World) -> Iterator[str]:
        pat = world.resource(PAT) or {}
        read, _ = read_patient(pat, [], Today(START))
        number = linked_id(pat)
        person = None if number is None else world.person(number)
        if person is None:
            yield "the Patient carries no id of DoseSpot's"
        elif self.closing.program is _SYNCS[PAT, True] and not _has(person, read):
            yield "DoseSpot does not know what the Patient says"
        for action, count in _happened(world).items():
            # Who carries an id is not looked at again; the Patient's own history has the link.
            if action is AuditAction.PATIENT_LINKED:
                continue
            if min(count, 1) > sum(kept == action.value for _, kept in world.events):
                yield f"no AuditEvent {action.value}"


def _has(person: Person, wanted: Patient) -> bool:
    return new_patient_record(wanted).items() <= person.stored.items()


def _wrong_in(world: World) -> Iterator[str]:
    if len(world.people) > 1:
        yield "DoseSpot has the patient twice"
    for one in world.of_type("Patient"):
        number = linked_id(one)
        if number is not None and world.person(number) is None:
            yield "the Patient carries the id of nobody"
    foreign = sum(
        extension["url"] == FOREIGN
        for one in world.of_type("Patient")
        for extension in one.get("extension", [])
    )
    if foreign != world.edits:
        yield "what somebody else wrote on the Patient is lost"
    for action, count in _happened(world).items():
        events = sum(kept == action.value for _, kept in world.events)
        if events > count:
            yield f"{events} AuditEvents {action.value} for {count} that happened"


def _happened(world: World) -> dict[AuditAction, int]:
    return {
        AuditAction.PATIENT_CREATED: sum(one.created_at > 0 for one in world.people),
        AuditAction.PATIENT_LINKED: world.links,
        AuditAction.PATIENT_CHANGED: sum(one.edits for one in world.people),
    }
