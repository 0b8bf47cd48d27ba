"""What is read together, in one request: each question gives what will hold its answer.

An entry that failed raises only when its answer is used: what is not needed does no harm.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fhir_profiles import Resource
from fhir_profiles.elements import child, items, text
from shared.fhir.answers import Answer, failure, found, kind_of, misbehaved, next_query
from shared.fhir.entries import BatchEntry, ReadEntry


class Batching(Protocol):
    """A client that sends batches; `FhirClient` is one."""

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        """The answers to the entries, in their order."""


@dataclass
class _Question:
    """A question of a batch.

    Attributes:
        answer: None until the batch is sent.
    """

    answer: Answer | None = None

    def _resource(self) -> Resource:
        if self.answer is None:
            raise ValueError("the batch has not been sent")
        if self.answer.status == 200 and self.answer.resource is not None:
            return self.answer.resource
        raise failure(self.answer.status, self.answer.url)

    def _whole(self) -> Resource:
        bundle = self._resource()
        if next_query(bundle) is not None:
            raise misbehaved()
        return bundle


class FoundOne(_Question):
    """One resource."""

    @property
    def is_there(self) -> bool:
        """Whether the resource could be read."""
        return self.answer is not None and self.answer.status == 200

    def one(self) -> Resource:
        """The resource.

        Raises:
            FhirNotFound: there is none, or it is deleted.
            FhirDenied: the token may not read it.
            RemoteUnavailable: the server could not say.
        """
        return self._resource()


class FoundAll(_Question):
    """Any number of resources."""

    def all(self) -> list[Resource]:
        """The resources.

        Raises:
            RemoteMisbehaved: there are more of them than the answer holds.
            BotError: as `FoundOne.one` does.
        """
        return list(found(self._whole()))


class FoundVersions(_Question):
    """The versions of a resource."""

    def versions(self) -> list[Resource | None]:
        """The versions, the newest first; raises as `FoundAll.all` does.

        Empty for a deletion, which FHIR R4 shows by its method and Medplum by the status 410
        (its source, `readHistory`); None for what can't be read.
        """
        whole = self._whole()
        kind = kind_of(self.answer.url) if self.answer else ""
        return [_version(entry, kind) for entry in items(whole, "entry")]


FoundT = TypeVar("FoundT", bound=_Question)


class Batch:
    """Questions that go to a FHIR server in one request.

    Args:
        fhir: sends it.
    """

    def __init__(self, fhir: Batching) -> None:
        self._fhir = fhir
        self._unsent: list[tuple[ReadEntry, _Question]] = []

    def read(self, reference: str) -> FoundOne:
        """Asks for a resource, such as `Practitioner/123`."""
        return self._ask(reference, FoundOne())

    def search(self, url: str) -> FoundAll:
        """Asks for all that a search finds, such as `Practitioner?name=Smith`."""
        return self._ask(url, FoundAll())

    def memberships_of(self, profile: str) -> FoundAll:
        """Asks for the ProjectMemberships of a profile, given by reference."""
        return self.search(f"ProjectMembership?profile={profile}")

    def history(self, reference: str) -> FoundVersions:
        """Asks for the versions of a resource."""
        return self._ask(f"{reference}/_history", FoundVersions())

    def send(self) -> None:
        """Sends what was asked since the last time, if anything was.

        Raises:
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: the batch as a whole failed.
        """
        unsent, self._unsent = self._unsent, []
        if not unsent:
            return
        answers = self._fhir.batch([entry for entry, _ in unsent])
        for (_, question), answer in zip(unsent, answers, strict=True):
            question.answer = answer

    def _ask(self, url: str, question: FoundT) -> FoundT:
        self._unsent.append((ReadEntry(url), question))
        return question


def _version(entry: Any, kind: str) -> Resource | None:
    """The version of a resource of that type in an entry of a history; see `versions`."""
    if not isinstance(entry, dict):
        return None
    resource = entry.get("resource")
    if isinstance(resource, dict):
        return resource if resource.get("resourceType") == kind else None
    deleted = child(entry, "request").get("method") == "DELETE"
    gone = text(child(entry, "response").get("status"))[:3] == "410"
    return {} if resource is None and (deleted or gone) else None
