"""The Tasks in a patient's chart that tell what to do in DoseSpot."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.elements import entries, text
from fhir_profiles.systems import PRESCRIPTION_TASK
from shared.errors import BotError
from shared.fhir.answers import Answer
from shared.fhir.editing import Edited
from shared.fhir.entries import BatchEntry, ConditionalCreateEntry
from shared.fhir.search import by_identifier
from shared.prescriptions.rules.tasks import (
    at_clinic,
    closed,
    is_at_clinic,
    is_open,
    originals,
    reopened,
)


class TaskServer(Protocol):
    """A FHIR server that keeps Tasks; `FhirClient` is one."""

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        """The answers to the entries, in their order."""

    def search_all(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Resource]:
        """Everything that a search finds."""

    def edit(self, resource: Resource, change: Callable[[Resource], Resource]) -> Edited:
        """Writes a change of one resource, unless it changes nothing."""


class TaskBoard:
    """The Tasks of one patient, each known by its key.

    Args:
        fhir: may read and write the patient's Tasks.
        patient: reference of the Patient.
        assigners: references of the Organizations of the clinic that they are about; none for the
            project's own.
    """

    def __init__(self, fhir: TaskServer, patient: str, assigners: Sequence[str] = ()) -> None:
        self._fhir = fhir
        self._assigners = assigners
        self._patient = patient
        self._tasks: dict[str, Resource] = {}

    def look(self) -> None:
        """Reads the Tasks.

        Raises:
            BotError: whatever the server raises.
        """
        params = {"patient": self._patient, "identifier": f"{PRESCRIPTION_TASK}|"}
        for task in self._fhir.search_all("Task", params):
            if not is_at_clinic(task, self._assigners):
                continue
            for _, identifier in entries(task, "identifier"):
                if identifier.get("system") == PRESCRIPTION_TASK:
                    self._tasks[text(identifier.get("value"))] = task

    def has(self, key: str) -> bool:
        """Whether there is such a Task."""
        return key in self._tasks

    def open_ones(self) -> dict[str, Resource]:
        """The Tasks that somebody still has to do, by key."""
        return {key: task for key, task in self._tasks.items() if is_open(task)}

    def originals(self) -> dict[int, int]:
        """By id of each prescription that a pharmacy requested, the one that it is to replace."""
        found: dict[int, int] = {}
        for task in self._tasks.values():
            found.update(originals(task))
        return found

    def open(self, wanted: Mapping[str, Resource]) -> list[BotError]:
        """Makes sure that Tasks are there and open, each once; returns what failed."""
        new = {key: task for key, task in wanted.items() if key not in self._tasks}
        failures = self._create(new) if new else []
        return failures + self._edit(wanted.keys() & self._tasks.keys(), reopened)

    def close(self, keys: Sequence[str]) -> list[BotError]:
        """Closes those of the Tasks that are there and open; returns what failed."""
        return self._edit(keys, closed)

    def _create(self, tasks: Mapping[str, Resource]) -> list[BotError]:
        failures: list[BotError] = []
        asked = [
            ConditionalCreateEntry(
                at_clinic(task, self._assigners), by_identifier(PRESCRIPTION_TASK, [key])
            )
            for key, task in tasks.items()
        ]
        for key, answer in zip(tasks, self._fhir.batch(asked), strict=True):
            try:
                self._tasks[key] = answer.written()
            except BotError as error:
                failures.append(error)
        return failures

    def _edit(
        self, keys: Sequence[str] | set[str], change: Callable[[Resource], Resource]
    ) -> list[BotError]:
        failures: list[BotError] = []
        for key in sorted(keys):
            task = self._tasks.get(key)
            if task is None or change(task) is task:
                continue
            try:
                self._tasks[key] = self._fhir.edit(task, change).resource
            except BotError as error:
                failures.append(error)
        return failures
