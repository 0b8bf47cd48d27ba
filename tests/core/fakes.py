"""The two servers' clients, kept in memory: they read and replace the world of a scene.

DoseSpot is taken at its worst: a second create with the same NPI makes a second clinician, and a
stage may be begun twice.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.patient_identifier import dosespot_patient_id
from shared.dosespot.codes import TfaType
from shared.dosespot.wire import ClinicianItem, PatientItem
from shared.enrollment.rules.stages import Stage
from shared.errors import (
    DoseSpotRefused,
    EditConflict,
    FhirNotFound,
    LookUpFirst,
    RemoteUnavailable,
)
from shared.fhir.answers import Answer
from shared.fhir.batch import FoundOne
from shared.fhir.editing import Edited, edit
from shared.fhir.entries import BatchEntry
from shared.members.rules.clinician import Clinician
from shared.records.patient import Patient
from tests.builders import CLINIC_ID, membership, project
from tests.core.world import Person, Scene, numbered, value_of

CLIENT = "ClientApplication/bots"
DONE, NOT_DONE = "the answer is lost, it took effect", "it is lost on the way"
DIES_AFTER, REFUSED, BUSY = "the run dies right after", "it is refused", "it is turned away"
OF_FHIR = (DONE, NOT_DONE, DIES_AFTER)
OF_DOSESPOT = (DONE, NOT_DONE, DIES_AFTER, REFUSED, BUSY)


class Died(BaseException):
    """The process of the run was killed."""


@dataclass(frozen=True)
class FakeFhir:
    """A FHIR server, seen with the bots' own credential."""

    scene: Scene

    def read(self, reference: str) -> Resource:
        return FoundOne(self._answer(reference)).one()

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        return [self._answer(one.url) for one in entries]

    def search_all(self, resource_type: str, params: Any) -> Iterator[Resource]:
        yield from self.scene.world.of_type(resource_type)

    def put(self, resource: Resource) -> Resource:
        reference = f"{resource['resourceType']}/{resource['id']}"
        fault = self.scene.write(f"PUT {resource['resourceType']}")
        if fault == NOT_DONE:
            raise LookUpFirst("The FHIR server kept quiet.")
        before = self.scene.world.resource(reference)
        if before is None:
            raise FhirNotFound("There is no such resource.")
        if before["meta"]["versionId"] != resource["meta"]["versionId"]:
            if fault == DIES_AFTER:
                raise Died
            raise EditConflict("Somebody else was quicker.")
        self._store(resource, before)
        if fault == DIES_AFTER:
            raise Died
        if fault == DONE:
            raise LookUpFirst("The FHIR server kept quiet.")
        return self.read(reference)

    def create_if_none(self, resource: Resource, query: str) -> tuple[Resource, bool]:
        fault = self.scene.write(f"POST {resource['resourceType']}")
        if fault == NOT_DONE:
            raise RemoteUnavailable("The FHIR server kept quiet.")
        known = self._claims(query)
        key = resource["identifier"][0]["value"]
        new = {**resource, "id": key}
        if not known:
            self.scene.world = self.scene.world.with_resource(new, CLIENT)
        if fault == DIES_AFTER:
            raise Died
        if fault == DONE:
            raise RemoteUnavailable("The FHIR server kept quiet.")
        return known[0] if known else self.read(f"Basic/{key}"), not known

    def edit(self, resource: Resource, change: Callable[[Resource], Resource]) -> Edited:
        return edit(resource, change, put=self.put, read=self.read, pause=lambda _: True)

    def apply(self, resource: Resource, change: Callable[[Resource], Resource]) -> Resource:
        return self.edit(resource, change).resource

    def _store(self, resource: Resource, before: Resource) -> None:
        world = self.scene.world.with_resource(resource, CLIENT)
        links = linked_id(resource) is not None and linked_id(before) != linked_id(resource)
        self.scene.world = replace(world, links=world.links + links)

    def _answer(self, path: str) -> Answer:
        kind, _, query = path.partition("?")
        if query:
            return Answer(path, 200, _bundle(self._found(kind, query)))
        if path.startswith("Project/"):
            return Answer(path, 200, project())
        if path.endswith("/_history"):
            current = self.scene.world.resource(path.removesuffix("/_history"))
            return Answer(path, 200, _bundle([current] if current else []))
        found = self.scene.world.resource(path)
        return Answer(path, 200 if found else 404, found)

    def _found(self, kind: str, query: str) -> Sequence[Resource]:
        if kind == "Basic":
            return self._claims(query)
        asked = _asked(query)
        if kind == "ProjectMembership" and "profile" in asked:
            return self._memberships_of(asked["profile"][0])
        if kind == "ProjectMembership":
            number = int(asked["identifier"][0])
            every = self.scene.world.of_type(kind)
            return [one for one in every if number in clinician_ids(one).numbers]
        if kind == "Practitioner" and self.scene.manners.shows_doubles:
            numbers = [one.split("|")[1] for one in unquote(asked["identifier"][0]).split(",")]
            every = self.scene.world.of_type(kind)
            return [one for one in every if {i["value"] for i in one["identifier"]} & {*numbers}]
        return []

    def _memberships_of(self, profile: str) -> Sequence[Resource]:
        if profile == CLIENT:
            return [membership(id="bots", profile={"reference": CLIENT}, admin=True)]
        every = self.scene.world.of_type("ProjectMembership")
        return [one for one in every if one["profile"]["reference"] == profile]

    def _claims(self, query: str) -> Sequence[Resource]:
        key = unquote(query).rpartition("|")[2]
        found = self.scene.world.resource(f"Basic/{key}")
        return [] if found is None else [found]


@dataclass(frozen=True)
class FakeDoseSpot:
    """DoseSpot at one clinic."""

    scene: Scene
    clinic_id: int = CLINIC_ID

    def find_clinician(self, npi: str) -> int | None:
        seen = [one.id for one in self._looked_up() if one.stored.get("NPINumber") == npi]
        return seen[0] if seen else None

    def clinician(self, clinician_id: int) -> ClinicianItem | None:
        self.scene.asked = True
        found = self.scene.world.person(clinician_id)
        return None if found is None else _clinician_item(found.id, found.record, found.locked)

    def registration_status(self, clinician_id: int) -> RegistrationStatus:
        return self._known(clinician_id).shown_status(self.scene.world.second)

    def agreement_pending(self, clinician_id: int) -> bool:
        return False

    def create_clinician(self, record: dict[str, Any], send_within_s: float) -> int:
        return self._create("create the clinician", record, send_within_s)

    def edit_clinician(
        self, clinician_id: int, record: dict[str, Any], send_within_s: float
    ) -> None:
        self._edit("change the clinician", clinician_id, record)

    def initialize_idp(self, clinician_id: int, send_within_s: float) -> bool:
        return self._begin(clinician_id, Stage.IDP, "")

    def initialize_tfa(self, clinician_id: int, tfa_type: TfaType, send_within_s: float) -> bool:
        return self._begin(clinician_id, Stage.TFA, tfa_type.value)

    def patient(self, patient_id: int) -> PatientItem | None:
        self.scene.asked = True
        found = self.scene.world.person(patient_id)
        return None if found is None else _patient_item(found.id, found.record)

    def find_patients(self, patient: Patient) -> list[PatientItem]:
        wanted = (patient.last_name, patient.birth_date)
        found = [_patient_item(one.id, one.record) for one in self._looked_up()]
        return [one for one in found if (one.LastName, one.DateOfBirth) == wanted]

    def create_patient(self, record: dict[str, Any], send_within_s: float) -> int:
        return self._create("create the patient", record, send_within_s)

    def edit_patient(self, patient_id: int, record: dict[str, Any], send_within_s: float) -> None:
        self._edit("change the patient", patient_id, record)

    def _create(self, wish: str, record: dict[str, Any], send_within_s: float) -> int:
        world, made = self.scene.world, 1001 + len(self.scene.world.people)
        new = world.with_person(Person(made, numbered(record), world.second))
        self._do(wish, lambda: new)
        return made

    def _edit(self, wish: str, person_id: int, record: dict[str, Any]) -> None:
        world, person = self.scene.world, self._known(person_id)
        changed = replace(person, record=numbered(record), edits=person.edits + 1)
        self._do(wish, lambda: world.with_person(changed))

    def _begin(self, clinician_id: int, stage: Stage, tfa_type: str) -> bool:
        world, person = self.scene.world, self._known(clinician_id)
        shown, lag = person.shown_status(world.second), self.scene.manners.status_lag
        begun = replace(
            person,
            status=stage.begun,
            lagging=(shown, world.second + lag) if lag else None,
            begun=(*person.begun, (stage.act, tfa_type)),
        )
        self._do(f"{stage.act} {tfa_type}", lambda: world.with_person(begun))
        return True

    def _do(self, wish: str, change: Callable[[], Any]) -> None:
        fault = self.scene.write(wish)
        if fault == NOT_DONE:
            raise LookUpFirst("DoseSpot kept quiet.")
        if fault == REFUSED:
            raise DoseSpotRefused("DoseSpot refused.")
        if fault == BUSY:
            raise RemoteUnavailable("DoseSpot asks for fewer calls.")
        self.scene.world = change()
        if fault == DIES_AFTER:
            raise Died
        if fault == DONE:
            raise LookUpFirst("DoseSpot kept quiet.")

    def _looked_up(self) -> list[Person]:
        """Whom the lookups show; the later come first, as the lookup of a number may."""
        world, lag = self.scene.world, self.scene.manners.look_up_lag
        return [
            one
            for one in world.people
            if one.created_at == 0 or one.created_at + lag <= world.second
        ]

    def _known(self, person_id: int) -> Person:
        found = self.scene.world.person(person_id)
        if found is None:
            raise AssertionError("nobody asks for somebody unknown")
        return found


@dataclass
class FakeTrail:
    """A trail whose events are kept in memory until they are written; see `Trail`.

    Attributes:
        scene: where AuditEvents are written.
        run: the run's id.
        who: who asked.
        events: keys and actions that are not written yet.
        failed: those whose writing has failed.
        keys: all that were kept.
    """

    scene: Scene
    run: str
    who: str
    events: tuple[tuple[str, str], ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    keys: frozenset[str] = frozenset()

    def did(
        self, action: AuditAction, detail: str, *, key: str, subject: str | None = None
    ) -> None:
        self._keep(key, action)

    def found(self, action: AuditAction, detail: str, *, key: str, who: str) -> None:
        self._keep(key, action)

    def recorded(
        self,
        clinician: Clinician,
        before: Resource,
        after: Resource,
        *,
        replaced: str,
        subject: str | None = None,
    ) -> None:
        self._keep(f"recorded.{after['id']}.{replaced}", AuditAction.STATUS_RECORDED)

    def begin_to_save(self) -> None:
        events, self.events = self.events, ()
        if events and not self._written(events):
            self.failed += events

    def _written(self, events: tuple[tuple[str, str], ...]) -> bool:
        """Writes AuditEvents; whether the server has said so."""
        fault = self.scene.write("POST AuditEvent")
        if fault != NOT_DONE:
            world = self.scene.world
            self.scene.world = replace(world, events=world.events | set(events))
        if fault == DIES_AFTER:
            raise Died
        return fault is None

    def save(self) -> None:
        self.begin_to_save()
        self.events, self.failed = self.failed, ()
        if self.events:
            raise RemoteUnavailable("The FHIR server kept quiet.")

    def _keep(self, key: str, action: AuditAction) -> None:
        if key not in self.keys:
            self.keys |= {key}
            self.events += ((key, action.value),)


class FakeTogether:
    """Does what it is given at once."""

    def __call__(self, *calls: Callable[[], Any]) -> tuple[Any, ...]:
        return tuple(call() for call in calls)

    def started(self, call: Callable[[], Any]) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(call())
        except Exception as error:  # noqa: BLE001 - it is raised where the result is asked for
            future.set_exception(error)
        return future


def linked_id(resource: Resource) -> int | None:
    """DoseSpot's id on a membership or a Patient."""
    if resource["resourceType"] == "Patient":
        return dosespot_patient_id(resource)
    if resource["resourceType"] != "ProjectMembership":
        return None
    numbers = clinician_ids(resource).numbers
    return numbers[0] if numbers else None


_asked = cache(parse_qs)
"""What a query asks for; the same few are asked again and again."""


def _bundle(resources: Sequence[Resource]) -> Resource:
    return {"resourceType": "Bundle", "entry": [{"resource": one} for one in resources]}


@cache
def _clinician_item(clinician_id: int, record: int, locked: bool) -> ClinicianItem:
    stored = value_of(record)
    shown = {
        **stored,
        "ClinicianId": clinician_id,
        "Roles": stored["ClinicianRoleType"],
        "Confirmed": True,
        "AccountLocked": locked,
        "ClinicInfo": [{"ClinicId": CLINIC_ID, "HasEpcs": True}],
    }
    return ClinicianItem.model_validate(shown)


@cache
def _patient_item(patient_id: int, record: int) -> PatientItem:
    return PatientItem.model_validate({**value_of(record), "PatientId": patient_id})
