"""What the FHIR server's answers mean: the entries of a batch, and the table of statuses.

Sources: FHIR R4 "RESTful API"; which status a Medplum server gives was measured.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import entries
from shared.errors import (
    BotError,
    EditConflict,
    FhirDenied,
    FhirNotFound,
    RemoteMisbehaved,
    RemoteUnavailable,
)
from shared.http.sending import NO_USABLE_ANSWER, open_write

SERVICE = "The FHIR server"

WRITTEN = (200, 201)
"""Statuses of a write that took effect, if the answer is the resource."""


@dataclass(frozen=True)
class _Meaning:
    """What a status means that is not a success.

    Attributes:
        statuses: the HTTP statuses.
        error: what is raised.
        sentence: with the resource's type as `kind`.
        no_effect: whether a write that is answered so is known to have changed nothing.
    """

    statuses: Collection[int]
    error: type[BotError]
    sentence: str
    no_effect: bool = True


_UNAVAILABLE = "The FHIR server could not answer for {kind}. Try again."
_MEANINGS = (
    _Meaning(
        (401,), FhirDenied, "The FHIR server no longer accepts the access token. Sign in again."
    ),
    _Meaning((403,), FhirDenied, "The FHIR server does not allow access to this {kind}."),
    _Meaning((404, 410), FhirNotFound, "The FHIR server has no such {kind}. Check the id."),
    _Meaning(
        (409, 412),
        EditConflict,
        "The {kind} was changed by someone else in the meantime. Run the bot again.",
    ),
    _Meaning((429,), RemoteUnavailable, _UNAVAILABLE),
    _Meaning(range(500, 1000), RemoteUnavailable, _UNAVAILABLE, no_effect=False),
)
_OTHERWISE = _Meaning(
    (), RemoteMisbehaved, "The FHIR server answered {status} for {kind}.", no_effect=False
)


@dataclass(frozen=True)
class Answer:
    """One entry of a batch's answer, and what it means where the entry was a write.

    Attributes:
        url: what was asked for, such as `Practitioner/123`.
        status: the entry's HTTP status.
        resource: its resource, if any; all pages of a search are in it.
        explained: whether the server gave an OperationOutcome.
        after_silence: as for the `Reply` of the batch.
    """

    url: str
    status: int
    resource: Resource | None
    explained: bool = False
    after_silence: bool = False

    @property
    def created(self) -> bool:
        """Whether a conditional create made the resource now."""
        return self.status == 201

    def was_created_from(self, sent: Resource) -> bool:
        """Whether a conditional create made the resource before, and that answer was lost."""
        return self.after_silence and is_as_sent(sent, self.resource or {})

    def written(self) -> Resource:
        """The resource that was created, or was there.

        Raises:
            LookUpFirst: whether there is one now is unknown.
            FhirDenied, EditConflict, RemoteUnavailable, RemoteMisbehaved: it was not.
        """
        if self.status not in WRITTEN:
            raise failure(self.status, self.url)
        return self._is_there(f"create the {kind_of(self.url)}")

    def saved(self) -> Resource:
        """The resource as a conditional PUT wrote it.

        Raises:
            EditConflict: it has another version by now.
            LookUpFirst: whether it was written is unknown.
            FhirDenied, FhirNotFound, RemoteUnavailable, RemoteMisbehaved: it was not.
        """
        wish = f"save the {kind_of(self.url)}"
        if self.status not in WRITTEN:
            raise write_failure(self.status, self.url, wish, explained=self.explained)
        return self._is_there(wish)

    def _is_there(self, wish: str) -> Resource:
        """The resource, which has to be in the answer to what wrote it."""
        if self.resource is not None and is_about(self.url, self.resource):
            return self.resource
        raise open_write(SERVICE, wish, NO_USABLE_ANSWER)


def failure(status: int, url: str) -> BotError:
    """What a failed read means, or a failed write that is known to have had no effect."""
    meaning = _meaning(status)
    return meaning.error(meaning.sentence.format(kind=kind_of(url), status=status))


def write_failure(status: int, url: str, wish: str, *, explained: bool) -> BotError:
    """What the failure of a write means, which must not count as undone unless it is.

    Args:
        status: the HTTP status.
        url: what it was about, such as `Practitioner/123`.
        wish: what the server was asked to do.
        explained: whether it gave an OperationOutcome.
    """
    # Anything in front of the FHIR server may answer 400 too, but explains nothing.
    if _meaning(status).no_effect or (status == 400 and explained):
        return failure(status, url)
    return open_write(SERVICE, wish, f"answered {status}")


def misbehaved() -> RemoteMisbehaved:
    """The error for an answer in another format."""
    return RemoteMisbehaved(
        "The FHIR server's answer does not have the format that FHIR specifies."
    )


def explains(body: Any) -> bool:
    """Whether JSON is an OperationOutcome, which only the FHIR server itself writes."""
    return isinstance(body, dict) and body.get("resourceType") == "OperationOutcome"


def is_about(url: str, body: Any) -> bool:
    """Whether JSON is the resource with that reference, or one of that type.

    A write counts as done only then: something in between may answer 200 too.
    """
    kind, _, known_id = url.partition("/")
    found_id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(found_id, str) or body.get("resourceType") != kind:
        return False
    return found_id == known_id if known_id else bool(found_id)


def is_as_sent(sent: Resource, stored: Resource) -> bool:
    """Whether a server has just what it was sent; `id` and `meta` are its own to write."""
    return all(stored.get(name) == value for name, value in sent.items() if name != "meta")


def answers(urls: list[str], bundle: Resource, after_silence: bool = False) -> list[Answer]:
    """The entries of a batch's answer, in the order of the URLs.

    Raises:
        RemoteMisbehaved: it has another format.
    """
    answered = bundle.get("entry")
    if not isinstance(answered, list) or len(answered) != len(urls):
        raise misbehaved()
    return [
        replace(_answer(url, entry), after_silence=after_silence)
        for url, entry in zip(urls, answered, strict=True)
    ]


def found(bundle: Resource) -> Iterator[Resource]:
    """The resources in a Bundle."""
    for _, entry in entries(bundle, "entry"):
        resource = entry.get("resource")
        if isinstance(resource, dict) and not explains(resource):
            yield resource


def next_query(bundle: Resource) -> str | None:
    """The query of the `next` link as it stands there; None on the last page.

    Raises:
        RemoteMisbehaved: it has none, so that the next page can't be asked for.
    """
    for _, link in entries(bundle, "link"):
        if link.get("relation") == "next":
            _, _, query = str(link.get("url")).partition("#")[0].partition("?")
            if not query:
                raise misbehaved()
            return query
    return None


def _answer(url: str, entry: Any) -> Answer:
    try:
        response = entry["response"]
        status = int(str(response["status"])[:3])
    except (KeyError, TypeError, ValueError):
        raise misbehaved() from None
    resource = entry.get("resource")
    outcomes = (response.get("outcome"), resource)
    return Answer(
        url=url,
        status=status,
        resource=resource if isinstance(resource, dict) else None,
        explained=any(explains(one) for one in outcomes),
    )


def _meaning(status: int) -> _Meaning:
    return next((one for one in _MEANINGS if status in one.statuses), _OTHERWISE)


def kind_of(url: str) -> str:
    """The type of what was asked for, such as `Practitioner` of `Practitioner/123`."""
    return re.split(r"[/?]", url)[0]
