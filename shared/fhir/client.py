"""Reads and conditional writes on a Medplum server, as raw JSON.

Sources: FHIR R4 "RESTful API" (batch, ETag, If-Match); Medplum ignores If-Match on PATCH, so every
change is a PUT of the whole resource with the version that was read.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlencode, urlsplit

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries
from shared.errors import (
    EditConflict,
    FhirDenied,
    FhirNotFound,
    LookUpFirst,
    RemoteMisbehaved,
    RemoteUnavailable,
)
from shared.http import Call, Reply, Sender, unavailable, unconfirmed, with_token

SERVICE = "The FHIR server"
FHIR_JSON = "application/fhir+json"
HEADERS = {"Accept": FHIR_JSON, "X-Medplum": "extended"}
"""Without the last one a Medplum server keeps `meta.author` and `meta.project` to itself (its
documentation: `MedplumClientOptions.extendedMode`)."""
HEADERS_OF_JSON = {**HEADERS, "Content-Type": FHIR_JSON}
PAGE_SIZE = 1000
EDIT_ATTEMPTS = 5


@dataclass(frozen=True)
class Answer:
    """One entry of a batch's answer; what was asked decides which of the two is called.

    Attributes:
        asked: what was asked for, such as `Practitioner/123`.
        status: the entry's HTTP status.
        resource: its resource, if any.
    """

    asked: str
    status: int
    resource: Resource | None

    def one(self) -> Resource:
        """The resource that was read.

        Raises:
            FhirNotFound: there is none, or it is deleted.
            FhirDenied: the token may not read it.
            RemoteUnavailable: the server could not tell.
        """
        if self.status == 200 and self.resource is not None:
            return self.resource
        raise _failure(self.status, self.asked)

    def written(self) -> Resource:
        """The resource that was created, or was there; raises as `one` does."""
        if self.status in (200, 201) and self.resource is not None:
            return self.resource
        raise _failure(self.status, self.asked)

    def all(self) -> list[Resource]:
        """The resources that a search found; raises as `one` does."""
        return list(_found(self.one()))


class Credential(Protocol):
    """Where a client has its token from."""

    def token(self) -> str:
        """A bearer token."""

    def forget(self, token: str) -> bool:
        """Hears that the server refuses the token; answers whether there can be another."""


@dataclass(frozen=True)
class GivenToken:
    """A token that somebody else obtained, such as the one in a bot's payload."""

    value: str = field(repr=False)

    def token(self) -> str:
        """The token."""
        return self.value

    def forget(self, _token: str) -> bool:
        """There is no other."""
        return False


def send_as(credential: Credential, http: Sender, call: Call) -> Reply:
    """Sends a call with a token; one that is refused is replaced once, if it can be."""
    token = credential.token()
    reply = http.send(with_token(call, token))
    if reply.status == 401 and credential.forget(token):
        reply = http.send(with_token(call, credential.token()))
    return reply


class FhirClient:
    """A FHIR server, seen with one credential, whose token is sent to no other address.

    Args:
        http: sends the calls.
        base_url: the server's base URL with a trailing slash, without `fhir/R4/`.
        credential: gives the token.
    """

    def __init__(self, http: Sender, base_url: str, credential: Credential) -> None:
        self._http = http
        self._base_url = base_url
        self._credential = credential

    def who_am_i(self) -> Resource:
        """What `auth/me` says of the token: `profile`, `membership`, `project`, perhaps `user`."""
        return self._resource("auth/me", self._call("GET", "auth/me"))

    def read(self, reference: str) -> Resource:
        """One resource, such as `Practitioner/123`.

        Raises:
            FhirNotFound, FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        return self._resource(reference, self._call("GET", f"fhir/R4/{reference}"))

    def read_together(self, *paths: str) -> list[Answer]:
        """Reads and searches in one request; the answers come in the order of the paths."""
        return self._batch([("GET", path, {}) for path in paths])

    def create_together(self, resources: Sequence[Resource]) -> None:
        """Creates resources in one request.

        Raises:
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: one of them could not be created.
        """
        for answer in self._batch(
            [("POST", one["resourceType"], {"resource": one}) for one in resources]
        ):
            answer.written()

    def create_if_none(self, resource: Resource, query: str) -> tuple[Resource, bool]:
        """Creates a resource unless a search finds one; one step on the server, so never twice.

        What is asked for stays true when it is asked again, so a lost answer does no harm.

        Args:
            resource: without an id.
            query: the search, such as `identifier=http://example.org|1`, encoded for a URL.

        Returns:
            The resource as the server has it, and whether it was created now.

        Raises:
            EditConflict: the search finds several.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        kind = resource["resourceType"]
        only = {"If-None-Exist": query}
        call = self._call("POST", f"fhir/R4/{kind}", json=resource, headers=only)
        reply = self._send(call)
        return self._content(kind, call, reply), reply.status == 201

    def create_if_none_together(
        self, wanted: Sequence[tuple[Resource, str]]
    ) -> list[tuple[Resource, bool]]:
        """As `create_if_none`, for several resources, each with its query, in one request."""
        answers = self._batch(
            [
                ("POST", one["resourceType"], {"resource": one, "request": {"ifNoneExist": query}})
                for one, query in wanted
            ]
        )
        return [(answer.written(), answer.status == 201) for answer in answers]

    def invite(self, project: str, invitation: Resource) -> Resource:
        """Makes somebody a member of a project.

        Source: Medplum, "Invite User Endpoint" (`admin/projects/{id}/invite`).

        Args:
            project: id of the project.
            invitation: the endpoint's body.

        Returns:
            The ProjectMembership; an OperationOutcome where somebody was invited, and no e-mail
            could be sent.

        Raises:
            EditConflict: the user is a member already.
            LookUpFirst: the server kept quiet.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        path = f"admin/projects/{project}/invite"
        headers = {"Content-Type": "application/json"}
        wish = "invite the prescriber"
        call = self._call("POST", path, json=invitation, headers=headers, writes=wish)
        return self._resource("invitation", call)

    def search_all(self, resource_type: str, params: Mapping[str, str]) -> Iterator[Resource]:
        """Every resource that a search finds, page by page.

        Only the query of a `next` link is followed, so that the token stays at the base URL.
        """
        query = urlencode({**params, "_count": str(PAGE_SIZE)})
        seen = {""}
        while query not in seen:
            seen.add(query)
            call = self._call("GET", f"fhir/R4/{resource_type}?{query}")
            bundle = self._resource(resource_type, call)
            yield from _found(bundle)
            query = _next_query(bundle)

    def apply(self, resource: Resource, change: Callable[[Resource], Resource]) -> Resource:
        """Writes a change of one resource, and nothing where it changes nothing.

        Where somebody else wrote in between, or the answer was lost, the resource is read again
        and the change is applied to what it is now.

        Args:
            resource: as it was read.
            change: gives the changed resource; called once per attempt.

        Returns:
            The resource as the server has it now.

        Raises:
            EditConflict: others kept writing.
            LookUpFirst: the server kept quiet about the writes.
            FhirDenied, FhirNotFound, RemoteUnavailable: as the names say.
        """
        reference = _reference(resource)
        for attempt in range(1, EDIT_ATTEMPTS + 1):
            changed = change(resource)
            if changed == resource:
                break
            try:
                return self.put(changed)
            except (EditConflict, LookUpFirst):
                if attempt == EDIT_ATTEMPTS:
                    raise
                resource = self.read(reference)
        return resource

    def put(self, resource: Resource) -> Resource:
        """Writes a resource if it still has the version that it carries; returns it as written.

        Raises:
            EditConflict: it has another version by now.
            LookUpFirst: the server kept quiet.
            FhirDenied, FhirNotFound, RemoteUnavailable: as the names say.
        """
        reference = _reference(resource)
        version = {"If-Match": f'W/"{child(resource, "meta").get("versionId")}"'}
        wish, path = f"save the {resource['resourceType']}", f"fhir/R4/{reference}"
        call = self._call("PUT", path, json=resource, headers=version, writes=wish)
        return self._resource(reference, call)

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        writes: str = "",
    ) -> Call:
        """A call; one that must not be repeated blindly says what it `writes`."""
        return Call(
            service=SERVICE,
            wish=writes or "answer",
            method=method,
            url=f"{self._base_url}{path}",
            headers={**(HEADERS if json is None else HEADERS_OF_JSON), **(headers or {})},
            json=json,
            writes=bool(writes),
        )

    def _send(self, call: Call) -> Reply:
        return send_as(self._credential, self._http, call)

    def _batch(self, asked: Sequence[tuple[str, str, Resource]]) -> list[Answer]:
        """The answers to a batch, in order; each of its entries is a method, a URL and the rest."""
        entries = [
            {**rest, "request": {"method": method, "url": url, **rest.get("request", {})}}
            for method, url, rest in asked
        ]
        body = {"resourceType": "Bundle", "type": "batch", "entry": entries}
        answered = self._resource("batch", self._call("POST", "fhir/R4/", json=body)).get("entry")
        if not isinstance(answered, list) or len(answered) != len(entries):
            raise _misbehaved()
        return [_answer(url, entry) for (_, url, _), entry in zip(asked, answered, strict=True)]

    def _resource(self, asked: str, call: Call) -> Resource:
        return self._content(asked, call, self._send(call))

    def _content(self, asked: str, call: Call, reply: Reply) -> Resource:
        if reply.status not in (200, 201):
            raise _failure(reply.status, asked)
        try:
            resource = reply.json()
        except ValueError:
            raise unconfirmed(call) if call.writes else unavailable(SERVICE) from None
        if not isinstance(resource, dict):
            raise unconfirmed(call) if call.writes else _misbehaved()
        return resource


def _reference(resource: Resource) -> str:
    try:
        return f"{resource['resourceType']}/{resource['id']}"
    except KeyError:
        raise _misbehaved() from None


def _failure(status: int, asked: str) -> Exception:
    """What a failed read or write means."""
    reference = re.split(r"[/?]", asked)[0]
    if status == 401:
        return FhirDenied("The FHIR server no longer accepts the access token. Sign in again.")
    if status == 403:
        return FhirDenied(f"The FHIR server does not allow access to this {reference}.")
    if status in (404, 410):
        return FhirNotFound(f"The FHIR server has no such {reference}. Check the id.")
    if status in (409, 412):
        return EditConflict(
            f"The {reference} was changed by somebody else meanwhile. Run the bot again."
        )
    if status == 429 or status >= 500:
        return RemoteUnavailable(f"The FHIR server could not answer for {reference}. Try again.")
    return RemoteMisbehaved(f"The FHIR server answered {status} for {reference}.")


def _misbehaved() -> RemoteMisbehaved:
    return RemoteMisbehaved("The FHIR server's answer does not have the form that FHIR describes.")


def _answer(asked: str, entry: Any) -> Answer:
    try:
        status = int(str(entry["response"]["status"])[:3])
    except (KeyError, TypeError, ValueError):
        raise _misbehaved() from None
    resource = entry.get("resource")
    return Answer(asked, status, resource if isinstance(resource, dict) else None)


def _found(bundle: Resource) -> Iterator[Resource]:
    for _, entry in entries(bundle, "entry"):
        resource = entry.get("resource")
        if isinstance(resource, dict) and resource.get("resourceType") != "OperationOutcome":
            yield resource


def _next_query(bundle: Resource) -> str:
    for _, link in entries(bundle, "link"):
        if link.get("relation") == "next":
            return urlencode(parse_qsl(urlsplit(str(link.get("url"))).query))
    return ""
