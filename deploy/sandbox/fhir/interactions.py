"""FHIR's REST interactions as values: a request in, a reply out, the same for HTTP and batches.

See https://hl7.org/fhir/R4/http.html. Neither HTTP nor Bundles are known here.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.history import history_bundle
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.query import parse, parse_paging
from deploy.sandbox.fhir.repository import Repository
from deploy.sandbox.fhir.search import bundle

ETAG = re.compile(r'(?:W/)?"([^"]+)"')


@dataclass(frozen=True)
class Interaction:
    """One request.

    Args:
        method: GET, POST, PUT, PATCH or DELETE.
        path: what follows the FHIR base URL, without a query.
        query: what follows the question mark.
        body: parsed JSON; of a PATCH, the JSON Patch.
        if_match: as the header If-Match has it.
        if_none_exist: as the header If-None-Exist has it.
    """

    method: str
    path: str
    query: str = ""
    body: Any = None
    if_match: str | None = None
    if_none_exist: str | None = None


@dataclass(frozen=True)
class FhirReply:
    """What came of it; `resource` is what was read or written, unless that is an outcome."""

    status: int
    body: Resource
    resource: Resource | None = field(default=None)


def perform(repository: Repository, interaction: Interaction, base: str) -> FhirReply:
    """Does what is asked for and replies, whatever comes of it.

    Args:
        repository: on whose behalf.
        interaction: the request.
        base: FHIR base URL, with a trailing slash.
    """
    try:
        return _perform(repository, interaction, base)
    except outcomes.OutcomeError as error:
        return FhirReply(error.status, error.outcome)


def _perform(repository: Repository, interaction: Interaction, base: str) -> FhirReply:
    match (interaction.method, *interaction.path.strip("/").split("/")):
        case ("GET", kind) | ("POST", kind, "_search"):
            return _search(repository, kind, interaction.query, base)
        case ("POST", kind):
            created, new = repository.create(kind, interaction.body, interaction.if_none_exist)
            return FhirReply(201 if new else 200, created, created)
        case ("GET", kind, resource_id):
            return _found(repository.read(kind, resource_id))
        case ("GET", kind, resource_id, "_history"):
            return _history(repository, kind, resource_id, interaction.query, base)
        case ("GET", kind, resource_id, "_history", version_id):
            return _found(repository.read_version(kind, resource_id, version_id))
        case ("PUT", kind, resource_id):
            version = _version(interaction.if_match)
            return _found(repository.update(kind, resource_id, interaction.body, version))
        case ("PATCH", kind, resource_id):
            return _found(repository.patch(kind, resource_id, interaction.body))
        case ("DELETE", kind, resource_id):
            repository.delete(kind, resource_id)
            return FhirReply(200, outcomes.ok())
        case _:
            raise outcomes.not_found()


def _found(resource: Resource) -> FhirReply:
    return FhirReply(200, resource, resource)


def _search(repository: Repository, resource_type: str, query: str, base: str) -> FhirReply:
    request = parse(resource_type, query)
    page = repository.search(request)
    return FhirReply(200, bundle(request, query, page.resources, page.total, base))


def _history(
    repository: Repository, resource_type: str, resource_id: str, query: str, base: str
) -> FhirReply:
    versions, total = repository.history(resource_type, resource_id, parse_paging(query))
    return FhirReply(200, history_bundle(f"{resource_type}/{resource_id}", versions, total, base))


def _version(if_match: str | None) -> str | None:
    if if_match is None:
        return None
    found = ETAG.fullmatch(if_match.strip())
    if not found:
        raise outcomes.invalid("Invalid If-Match header")
    return found[1]


def etag(resource: Resource) -> str:
    """The weak entity tag of a resource's version."""
    return f'W/"{resource["meta"]["versionId"]}"'
