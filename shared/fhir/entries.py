"""What one request of type batch can ask for, each entry on its own.

Source: FHIR R4 "RESTful API", "batch/transaction": the conditions of an entry are in `ifMatch` and
`ifNoneExist`, which Medplum obeys.
"""

from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.elements import child
from shared.fhir.answers import misbehaved


@dataclass(frozen=True)
class ReadEntry:
    """A read, a search or a history; see `shared.fhir.batch`.

    Attributes:
        url: such as `Practitioner/123`, or with a query.
    """

    url: str

    def entry(self) -> Resource:
        """The entry of the Bundle."""
        return {"request": {"method": "GET", "url": self.url}}


@dataclass(frozen=True)
class CreateEntry:
    """A create that creates another resource each time; answered by `written`."""

    resource: Resource

    @property
    def url(self) -> str:
        """The type."""
        return str(self.resource["resourceType"])

    def entry(self) -> Resource:
        """The entry of the Bundle."""
        return {"resource": self.resource, "request": {"method": "POST", "url": self.url}}


@dataclass(frozen=True)
class ConditionalCreateEntry:
    """A create unless a search finds one; answered by `written` and `created`.

    Attributes:
        resource: without an id.
        query: the search, encoded for a URL; see `shared.fhir.search`.
    """

    resource: Resource
    query: str

    @property
    def url(self) -> str:
        """The type."""
        return str(self.resource["resourceType"])

    def entry(self) -> Resource:
        """The entry of the Bundle."""
        request = {"method": "POST", "url": self.url, "ifNoneExist": self.query}
        return {"resource": self.resource, "request": request}


@dataclass(frozen=True)
class UpdateEntry:
    """A write of a whole resource if it still has the version it carries; answered by `saved`."""

    resource: Resource

    @property
    def url(self) -> str:
        """The resource's reference."""
        return reference(self.resource)

    def entry(self) -> Resource:
        """The entry of the Bundle."""
        request = {"method": "PUT", "url": self.url, "ifMatch": version_tag(self.resource)}
        return {"resource": self.resource, "request": request}


BatchEntry = ReadEntry | CreateEntry | ConditionalCreateEntry | UpdateEntry


def reference(resource: Resource) -> str:
    """The reference of a resource that a server has.

    Raises:
        RemoteMisbehaved: it has no id.
    """
    try:
        return f"{resource['resourceType']}/{resource['id']}"
    except KeyError:
        raise misbehaved() from None


def version_tag(resource: Resource) -> str:
    """What `If-Match` says of the version that was read."""
    return f'W/"{child(resource, "meta").get("versionId")}"'
