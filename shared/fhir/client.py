"""Reads and conditional writes on a Medplum server, as raw JSON.

Sources: FHIR R4 "RESTful API" (batch, ETag, If-Match); Medplum ignores If-Match on PATCH, so every
change is a PUT of the whole resource with the version that was read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from time import sleep
from urllib.parse import urlencode

from fhir_profiles import Resource
from fhir_profiles.elements import items
from shared.errors import RemoteMisbehaved, RemoteUnavailable
from shared.fhir.answers import (
    SERVICE,
    WRITTEN,
    Answer,
    answers,
    explains,
    found,
    is_as_sent,
    misbehaved,
    next_query,
)
from shared.fhir.calls import FhirCalls, json_of
from shared.fhir.credential import Credential
from shared.fhir.editing import Edited, edit
from shared.fhir.entries import (
    BatchEntry,
    ConditionalCreateEntry,
    CreateEntry,
    ReadEntry,
    UpdateEntry,
    reference,
    version_tag,
)
from shared.http.sending import NO_USABLE_ANSWER, Sender, open_write, unconfirmed

PAGE_SIZE = 1000
MOST_PAGES = 1000
SAVE_SEVERAL = "save several records"


def _pause(seconds: float) -> bool:
    """Waits, without a run's time limit."""
    sleep(seconds)
    return True


class FhirClient(FhirCalls):
    """A FHIR server, seen with one credential, whose token is sent to no other address.

    Args:
        http: sends the calls.
        base_url: the server's base URL with a trailing slash, without `fhir/R4/`.
        credential: gives the token.
        pause: waits for seconds before something is repeated; returns False, at once, if there is
            no time for it. A run gives its `Pace.wait`.
    """

    def __init__(
        self,
        http: Sender,
        base_url: str,
        credential: Credential,
        pause: Callable[[float], bool] = _pause,
    ) -> None:
        super().__init__(http, base_url, credential)
        self._pause = pause

    def who_am_i(self) -> Resource:
        """What `auth/me` says of the token: `profile`, `membership`, `project`, perhaps `user`."""
        return self._resource("auth/me", self._call("GET", "auth/me"))

    def read(self, reference: str) -> Resource:
        """One resource, such as `Practitioner/123`.

        Raises:
            FhirNotFound, FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        return self._resource(reference, self._call("GET", f"fhir/R4/{reference}"))

    def history(self, of: str) -> list[Resource]:
        """The versions of a resource, such as `PractitionerRole/123`, newest first.

        A Medplum server shows the newest 100 and does not say that there are older ones (its
        source, `readHistory`); in each, `meta.author` names who wrote it. Raises as `read` does.
        """
        return [one for page in self._pages(f"{of}/_history", "") for one in found(page)]

    def batch(self, entries: Sequence[BatchEntry]) -> list[Answer]:
        """Reads, creates and conditional writes in one request, each with an answer of its own.

        The answers come in the order of the entries. Searches and histories are read to their last
        page.

        Raises:
            LookUpFirst: the batch writes, and the server did not answer, or answered in another
                format.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: the batch as a whole failed.
        """
        body = {
            "resourceType": "Bundle",
            "type": "batch",
            "entry": [one.entry() for one in entries],
        }
        writes = any(isinstance(one, CreateEntry | UpdateEntry) for one in entries)
        wish = SAVE_SEVERAL if writes else ""
        call = self._call("POST", "fhir/R4/", json=body, writes=wish)
        reply = self._send(call)
        try:
            bundle = self._content("batch", call, reply)
            answered = answers([one.url for one in entries], bundle, reply.after_silence)
        except (RemoteMisbehaved, RemoteUnavailable):
            if reply.status in WRITTEN and any(not isinstance(one, ReadEntry) for one in entries):
                raise open_write(SERVICE, SAVE_SEVERAL, NO_USABLE_ANSWER) from None
            raise
        return [self._whole(one) for one in answered]

    def create_together(self, resources: Sequence[Resource]) -> None:
        """Creates resources in one request.

        Raises:
            LookUpFirst: the server did not answer.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: one of them could not be created.
        """
        for answer in self.batch([CreateEntry(one) for one in resources]):
            answer.written()

    def create_if_none(self, resource: Resource, query: str) -> tuple[Resource, bool]:
        """Creates a resource unless a search finds one; one step on the server, so never twice.

        Asking again gives the same result, so a lost answer does no harm.

        Args:
            resource: without an id.
            query: the search, such as `identifier=http://example.org|1`, encoded for a URL.

        Returns:
            The resource as the server has it, and whether it was created now; also if the answer
            was lost, and the server now has exactly what it was sent.

        Raises:
            EditConflict: the search finds several.
            LookUpFirst: the answer is not the resource.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        kind = resource["resourceType"]
        only = {"If-None-Exist": query}
        call = self._call("POST", f"fhir/R4/{kind}", json=resource, headers=only)
        written, reply = self._written(kind, f"create the {kind}", call)
        lost = reply.after_silence and is_as_sent(resource, written)
        return written, reply.status == 201 or lost

    def create_if_none_together(
        self, wanted: Sequence[tuple[Resource, str]]
    ) -> list[tuple[Resource, bool]]:
        """As `create_if_none`, for several resources, each with its query, in one request."""
        created = self.batch([ConditionalCreateEntry(one, query) for one, query in wanted])
        return [
            (answer.written(), answer.created or answer.was_created_from(one))
            for answer, (one, _) in zip(created, wanted, strict=True)
        ]

    def invite(self, project: str, invitation: Resource) -> Resource:
        """Makes somebody a member of a project.

        Source: Medplum, "Invite User Endpoint" (`admin/projects/{id}/invite`).

        Args:
            project: id of the project.
            invitation: the endpoint's body.

        Returns:
            The ProjectMembership; an OperationOutcome if somebody was invited but no e-mail could
            be sent.

        Raises:
            EditConflict: the user is a member already.
            LookUpFirst: the server did not answer.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        path = f"admin/projects/{project}/invite"
        headers = {"Content-Type": "application/json"}
        wish = "invite the prescriber"
        call = self._call("POST", path, json=invitation, headers=headers, writes=wish)
        return self._resource("invitation", call)

    def send_email(self, mail: Mapping[str, str]) -> None:
        """Hands a mail to the server's own `email/v1/send`; never a second time by itself.

        Only an OperationOutcome says what became of it: whatever else answers, and with which
        status, the mail may have been sent.

        Args:
            mail: the endpoint's body, such as `to`, `subject` and `text`.

        Raises:
            FhirDenied: the project may not send mail, or the token is not an administrator's.
            LookUpFirst: the server did not say whether it sent the mail.
            RemoteUnavailable, RemoteMisbehaved: it did not send it.
        """
        headers = {"Content-Type": "application/json"}
        wish = "send an e-mail"
        call = self._call("POST", "email/v1/send", json=mail, headers=headers, writes=wish)
        reply = self._send(call)
        if not explains(json_of(reply)):
            raise unconfirmed(call)
        self._content("email", call, reply)

    def search_all(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Resource]:
        """Every resource that a search finds, page by page; a page is asked for when it is needed.

        Only the query of a `next` link is followed, so that the token stays at the base URL.

        Args:
            resource_type: the type.
            params: the search's. Without `_sort` it goes by `_lastUpdated`, in which order alone
                Medplum shows more than 11,000 (its docs, "Paginated Search"); what is written
                meanwhile may then come twice. Without `_count` there are PAGE_SIZE to a page.
        """
        query = urlencode({"_sort": "_lastUpdated", "_count": str(PAGE_SIZE), **params})
        # So no page is still held while the next one is read.
        yield from chain.from_iterable(map(found, self._pages(resource_type, query)))

    def apply(self, resource: Resource, change: Callable[[Resource], Resource]) -> Resource:
        """The resource as the server has it after a change; see `edit`."""
        return self.edit(resource, change).resource

    def edit(self, resource: Resource, change: Callable[[Resource], Resource]) -> Edited:
        """Writes a change of one resource; writes nothing if it changes nothing.

        Where somebody else wrote in between, or the answer was lost, the resource is read again
        and the change is applied to what it is now, after a pause that grows each time.

        Args:
            resource: as it was read.
            change: gives the changed resource; called once per attempt.

        Raises:
            EditConflict: others kept writing, or there is no time to try again.
            LookUpFirst: the same, and whether the last write took effect is unknown.
            FhirDenied, FhirNotFound, RemoteUnavailable: as the names say.
        """
        return edit(resource, change, put=self.put, read=self.read, pause=self._pause)

    def put(self, resource: Resource) -> Resource:
        """Writes a resource if it still has the version that it carries; returns it as written.

        Raises:
            EditConflict: it has another version by now.
            LookUpFirst: whether it was written is unknown.
            FhirDenied, FhirNotFound, RemoteUnavailable, RemoteMisbehaved: it was not.
        """
        url, version = reference(resource), {"If-Match": version_tag(resource)}
        wish, path = f"save the {resource['resourceType']}", f"fhir/R4/{url}"
        call = self._call("PUT", path, json=resource, headers=version, writes=wish)
        return self._written(url, wish, call)[0]

    def _pages(self, path: str, query: str) -> Iterator[Resource]:
        """The Bundles of a search or a history, page by page.

        Only the query of a `next` link is followed, so that the token stays at the base URL.
        """
        seen: set[str] = set()
        following: str | None = query
        while following is not None:
            if following in seen or len(seen) == MOST_PAGES:
                raise misbehaved()
            seen.add(following)
            url = f"fhir/R4/{path}?{following}" if following else f"fhir/R4/{path}"
            page = self._resource(path, self._call("GET", url))
            yield page
            following = next_query(page)
            del page

    def _whole(self, answer: Answer) -> Answer:
        """The answer to a search or a history with all that its further pages hold."""
        first = answer.resource
        following = next_query(first) if first is not None else None
        if answer.status != 200 or first is None or following is None:
            return answer
        more = self._pages(answer.url.partition("?")[0], following)
        pages = (items(page, "entry") for page in (first, *more))
        whole = {"resourceType": "Bundle", "entry": list(chain.from_iterable(pages))}
        return replace(answer, resource=whole)
