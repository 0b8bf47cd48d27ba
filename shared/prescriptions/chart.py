"""The resources of one patient that say what DoseSpot has: found, created, kept in line.

A chart can be long, so of each resource only a digest of our parts is kept, which says whether
anything is to be written; a resource that has to change is read again then. What was written is the
answer, so it is kept, but no element of it twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from shared.errors import BotError, RecordsDisagree
from shared.fhir.answers import Answer
from shared.fhir.batch import Batch
from shared.fhir.editing import Edited
from shared.fhir.entries import BatchEntry, ConditionalCreateEntry, reference
from shared.fhir.search import by_identifier
from shared.prescriptions.alike import Alike
from shared.prescriptions.rules.owned import OwnedPart, digest, in_line
from shared.together import Together

CREATED_AT_ONCE = 100
"""So many creates make a request that a Medplum server answers in less than a second."""

ANOTHERS = (
    "{kind}.subject: DoseSpot's medication {key} is in the chart of another Patient, so it was left"
    " there. If both are the same person, merge the two Patients."
)


class ChartServer(Protocol):
    """A FHIR server that shows and keeps charts; `FhirClient` is one."""

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        """The answers to the entries, in their order."""

    def search_all(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Resource]:
        """Everything that a search finds."""

    def edit(self, resource: Resource, change: Callable[[Resource], Resource]) -> Edited:
        """Writes a change of one resource, unless it changes nothing."""


@dataclass(frozen=True)
class ChartKind:
    """What of a chart says what DoseSpot has.

    Attributes:
        resource_type: such as `MedicationRequest`.
        system: of the identifier by which an entry is known.
        parts: which parts of such a resource are ours.
    """

    resource_type: str
    system: str
    parts: Sequence[OwnedPart]


@dataclass(frozen=True)
class WantedEntry:
    """What should stand in the chart.

    Attributes:
        key: DoseSpot's id, as text.
        resource: without an id.
        parts: of it what is sure; all else stays as it is in the chart.
    """

    key: str
    resource: Resource
    parts: Sequence[OwnedPart]


@dataclass(frozen=True)
class ChartEntryKept:
    """What is kept of a resource in the chart, and the identifier by which it is known."""

    reference: str
    digest: bytes
    status: str
    identifier: Resource


@dataclass
class Brought:
    """What came of bringing some entries in line.

    Attributes:
        written: the resources that were created or changed, as the server has them.
        unchanged: how many were in line.
        failures: by key, why one could not be brought in line.
    """

    written: list[Resource] = field(default_factory=list)
    unchanged: int = 0
    failures: dict[str, BotError] = field(default_factory=dict)


class Chart:
    """The chart, as far as it says what DoseSpot has.

    Args:
        fhir: may read and write the patient's chart.
        together: writes several at the same time.
        patient: reference of the Patient.
        kind: which part of the chart.
    """

    def __init__(
        self, fhir: ChartServer, together: Together, patient: str, kind: ChartKind
    ) -> None:
        self._fhir = fhir
        self._together = together
        self._patient = patient
        self._kind = kind
        self._kept: dict[str, ChartEntryKept] = {}
        self._alike = Alike()

    def look(self, keys: Sequence[str] = ("",)) -> None:
        """Reads what is in the chart, or just some entries.

        Raises:
            BotError: whatever the server raises.
        """
        tokens = ",".join(f"{self._kind.system}|{key}" for key in keys)
        params = {"subject": self._patient, "identifier": tokens}
        for resource in self._fhir.search_all(self._kind.resource_type, params):
            self._keep(resource)

    def entries(self) -> Mapping[str, ChartEntryKept]:
        """What is in the chart, by key."""
        return self._kept

    def reference_of(self, key: str) -> str:
        """The reference of an entry, "" if there is none."""
        kept = self._kept.get(key)
        return kept.reference if kept else ""

    def bring(self, wanted: Sequence[WantedEntry]) -> Brought:
        """Brings entries in line, each on its own: one that fails is told and stops no other.

        Raises:
            BotError: a request as a whole failed.
        """
        brought = Brought()
        by_key = {one.key: one for one in wanted}
        new = [one for one in by_key.values() if one.key not in self._kept]
        to_change = self._created(new, brought)
        others = [one for one in by_key.values() if self._may_differ(one)]
        brought.unchanged += len(by_key) - len(new) - len(others)
        to_change += self._read(others, brought)
        self._change(to_change, brought)
        return brought

    def _may_differ(self, wanted: WantedEntry) -> bool:
        kept = self._kept.get(wanted.key)
        if kept is None or wanted.parts is not self._kind.parts:
            return kept is not None
        return kept.digest != digest(self._kind.parts, wanted.resource)

    def _created(
        self, wanted: Sequence[WantedEntry], brought: Brought
    ) -> list[tuple[WantedEntry, Resource]]:
        """Creates what is not there yet; returns what turned out to be there already."""
        found: list[tuple[WantedEntry, Resource]] = []
        chunks = [
            wanted[start : start + CREATED_AT_ONCE]
            for start in range(0, len(wanted), CREATED_AT_ONCE)
        ]
        begun = [self._begun_to_create(some) for some in chunks]
        for some, answers in zip(chunks, begun, strict=True):
            for one, answer in zip(some, answers.result(), strict=True):
                try:
                    resource = answer.written()
                except BotError as error:
                    brought.failures[one.key] = error
                    continue
                if answer.created or answer.was_created_from(one.resource):
                    self._keep(resource)
                    brought.written.append(self._alike.of(resource))
                else:
                    found.append((one, resource))
        return found

    def _begun_to_create(self, wanted: Sequence[WantedEntry]) -> Future[list[Answer]]:
        entries = [self._create(one) for one in wanted]
        return self._together.started(lambda: self._fhir.batch(entries))

    def _create(self, wanted: WantedEntry) -> ConditionalCreateEntry:
        return ConditionalCreateEntry(
            wanted.resource, by_identifier(self._kind.system, [wanted.key])
        )

    def _read(
        self, wanted: Sequence[WantedEntry], brought: Brought
    ) -> list[tuple[WantedEntry, Resource]]:
        batch = Batch(self._fhir)
        asked = [(one, batch.read(self._kept[one.key].reference)) for one in wanted]
        batch.send()
        found: list[tuple[WantedEntry, Resource]] = []
        for one, answer in asked:
            try:
                found.append((one, answer.one()))
            except BotError as error:
                brought.failures[one.key] = error
        return found

    def _change(self, to_change: Sequence[tuple[WantedEntry, Resource]], brought: Brought) -> None:
        begun = [(one, self._begun(one, stored)) for one, stored in to_change]
        for one, change in begun:
            try:
                edited = change.result()
            except BotError as error:
                brought.failures[one.key] = error
                continue
            self._keep(edited.resource)
            if edited.replaced is None:
                brought.unchanged += 1
            else:
                brought.written.append(self._alike.of(edited.resource))

    def _begun(self, wanted: WantedEntry, stored: Resource) -> Future[Edited]:
        return self._together.started(
            lambda: self._fhir.edit(stored, lambda found: self._in_line(wanted, found))
        )

    def _in_line(self, wanted: WantedEntry, found: Resource) -> Resource:
        if child(found, "subject").get("reference") != self._patient:
            raise RecordsDisagree(ANOTHERS.format(kind=self._kind.resource_type, key=wanted.key))
        return in_line(wanted.parts, found, wanted.resource)

    def _keep(self, resource: Resource) -> None:
        now, status = digest(self._kind.parts, resource), text(resource.get("status"))
        for _, identifier in entries(resource, "identifier"):
            if identifier.get("system") == self._kind.system:
                kept = ChartEntryKept(reference(resource), now, status, identifier)
                self._kept[text(identifier.get("value"))] = kept
