"""A run that is written as one function, taken further call by call.

It is begun anew for each call and told what its earlier calls answered; so what it has come to is
the list of these answers.
"""

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pydantic import BaseModel

from fhir_profiles import Resource
from shared.errors import BotError
from shared.fhir.answers import Answer
from shared.fhir.editing import Edited, edit
from shared.fhir.entries import BatchEntry
from shared.records.patient import Patient
from tests.core.enrolling import BEGIN, GO
from tests.core.fakes import Died, FakeDoseSpot, FakeFhir, FakeTrail
from tests.core.world import START, Scene, World, numbered


class Paused(BaseException):
    """The run has made the one call that it was to make."""


@dataclass(frozen=True)
class CallRun:
    """How far a run has come.

    Attributes:
        name: the run's.
        program: what it does.
        waits: how often it has time to wait.
        phase: empty when it is over.
        answers: what its calls were answered, and in which second.
        ended: how it ended.
        since: how much DoseSpot had shown when the run last read the prescriber's record.
        steps: how many calls it has made.
    """

    name: str
    program: "Program"
    waits: int = 1
    phase: str = BEGIN
    answers: tuple[tuple[Any, int], ...] = ()
    ended: str = ""
    since: int = 0
    steps: int = 0
    first_staff: int = -1
    last_staff: int = -1

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.phase == ""

    @property
    def choices(self) -> tuple[str, ...]:
        """What it may do next."""
        return (self.phase,) if self.phase else ()

    @cached_property
    def key(self) -> Hashable:
        """Equal for runs that have the same future."""
        answers = tuple((_key(answer), second) for answer, second in self.answers)
        return self.phase, self.ended, self.since, answers

    def refreshed(self, world: World) -> "CallRun":
        """The run, whose last call took until now."""
        if not self.answers:
            return self
        (last, _), before = self.answers[-1], self.answers[:-1]
        return replace(self, answers=(*before, (last, world.second)))


@dataclass
class Calls:
    """The calls of a run: answered from memory, but for one.

    Attributes:
        scene: where the one is made.
        answers: what is remembered, and then the new answer.
        waits: how often the run may still wait.
        since: as for `CallRun`.
        made: the new call in words; empty where there was none.
    """

    scene: Scene
    answers: list[tuple[Any, int]]
    waits: int
    since: int
    place: int = 0
    made: str = ""

    def call(self, told: str, do: Callable[[], Any]) -> Any:
        """The answer to a call."""
        if self.place == len(self.answers):
            if self.made:
                raise Paused
            self.made = told
            self.answers.append((_tried(do), self.scene.world.second))
            if told.startswith("reads Practitioner"):
                self.since = max(len(self.scene.world.shown) - 1, 0)
        answer, _ = self.answers[self.place]
        self.place += 1
        if isinstance(answer, BotError):
            raise answer
        return answer

    def now(self) -> datetime:
        """The time of the last call."""
        second = self.answers[self.place - 1][1] if self.place else 0
        return START + timedelta(seconds=second)

    def wait(self, seconds: float) -> bool:
        """Waits, if the run has time."""
        self.waits -= 1
        return self.waits >= 0


@dataclass(frozen=True)
class ReplayedFhir:
    """A FHIR server as a replayed run sees it."""

    calls: Calls

    def read(self, reference: str) -> Resource:
        return self.calls.call(f"reads {reference}", lambda: self._fake.read(reference))

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        told = entries[0].url.partition("=")[0]
        return self.calls.call(f"reads {told}", lambda: self._fake.batch(entries))

    def put(self, resource: Resource) -> Resource:
        told = f"writes the {resource['resourceType']}"
        return self.calls.call(told, lambda: self._fake.put(resource))

    def create_if_none(self, resource: Resource, query: str) -> tuple[Resource, bool]:
        told = f"writes the {resource['resourceType']}"
        return self.calls.call(told, lambda: self._fake.create_if_none(resource, query))

    def edit(self, resource: Resource, change: Callable[[Resource], Resource]) -> Edited:
        return edit(resource, change, put=self.put, read=self.read, pause=lambda _: True)

    def apply(self, resource: Resource, change: Callable[[Resource], Resource]) -> Resource:
        return self.edit(resource, change).resource

    @property
    def _fake(self) -> FakeFhir:
        return FakeFhir(self.calls.scene)


@dataclass(frozen=True)
class ReplayedDoseSpot:
    """DoseSpot as a replayed run sees it."""

    calls: Calls
    clinic_id: int = FakeDoseSpot.clinic_id

    def clinician(self, clinician_id: int) -> Any:
        return self.calls.call("asks for the record", lambda: self._fake.clinician(clinician_id))

    def registration_status(self, clinician_id: int) -> Any:
        ask = self._fake.registration_status
        return self.calls.call("asks for the status", lambda: ask(clinician_id))

    def patient(self, patient_id: int) -> Any:
        return self.calls.call("asks for the record", lambda: self._fake.patient(patient_id))

    def find_patients(self, patient: Patient) -> Any:
        return self.calls.call("searches", lambda: tuple(self._fake.find_patients(patient)))

    def create_patient(self, record: dict[str, Any], send_within_s: float) -> int:
        create = self._fake.create_patient
        return self.calls.call("creates", lambda: create(record, send_within_s))

    def edit_patient(self, patient_id: int, record: dict[str, Any], send_within_s: float) -> None:
        edit = self._fake.edit_patient
        self.calls.call("changes the record", lambda: edit(patient_id, record, send_within_s))

    @property
    def _fake(self) -> FakeDoseSpot:
        return FakeDoseSpot(self.calls.scene)


@dataclass
class ReplayedTrail(FakeTrail):
    """A trail that writes each AuditEvent once, however often its run is replayed."""

    calls: Calls | None = None

    def _written(self, events: tuple[tuple[str, str], ...]) -> bool:
        assert self.calls is not None
        write = super()._written
        return bool(self.calls.call("writes AuditEvents", lambda: write(events)))


Program = Callable[[Calls, ReplayedFhir, ReplayedDoseSpot, ReplayedTrail], None]


@dataclass(frozen=True)
class CallRunner:
    """Takes runs further in a scene, call by call."""

    scene: Scene

    def taken(self, run: CallRun, choice: str) -> tuple[str, CallRun]:
        """The run after a call, with the call in words."""
        calls = Calls(self.scene, list(run.answers), run.waits, run.since)
        phase, ended = GO, ""
        try:
            ended = _done(run, calls)
            phase = ""
        except Paused:
            pass
        except Died:
            phase, ended = "", "died"
        return calls.made or "ends", replace(
            run,
            phase=phase,
            ended=ended,
            answers=tuple(calls.answers) if phase else (),
            since=calls.since,
            steps=run.steps + 1,
        )


def _done(run: CallRun, calls: Calls) -> str:
    """How the run ends, if it does."""
    trail = ReplayedTrail(calls.scene, run.name, f"Practitioner/{run.name}", calls=calls)
    ended = "ok"
    try:
        run.program(calls, ReplayedFhir(calls), ReplayedDoseSpot(calls), trail)
    except BotError as error:
        ended = f"{type(error).__name__}: {error}"
    with suppress(BotError):
        trail.save()
    return ended


def _tried(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except BotError as error:
        return error


def _key(answer: Any) -> Hashable:
    if isinstance(answer, BotError):
        return type(answer).__name__, str(answer)
    if isinstance(answer, Answer):
        return answer.status, numbered(answer.resource)
    if isinstance(answer, list | tuple):
        return tuple(_key(one) for one in answer)
    if isinstance(answer, dict):
        return numbered(answer)
    # DoseSpot's records are made once for what they say.
    return id(answer) if isinstance(answer, BaseModel) else answer
