"""What all routes of the server share: the stores, the settings, and who a request comes from."""

from dataclasses import dataclass, field
from typing import Protocol

from starlette.requests import Request

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.access import EVERYTHING, Actor, rules_of
from deploy.sandbox.fhir.invoker import InvokeResult
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.repository import ChangeKind, Clock, Listener, Repository
from deploy.sandbox.fhir.sessions import Sessions
from deploy.sandbox.fhir.store import ResourceStore
from deploy.sandbox.fhir.switches import FhirSwitches

SERVER_AUTHOR = {"reference": "system", "display": "System"}


class Invoker(Protocol):
    """Runs a function by name; see LambdaInvoker."""

    def invoke(self, name: str, payload: Resource) -> InvokeResult:
        """Runs the function and waits for its result."""
        ...


@dataclass(frozen=True)
class Caller:
    """Whoever holds an access token: a membership, and what it may do."""

    membership: Resource
    actor: Actor


@dataclass(frozen=True)
class FhirBackend:
    """The server without its routes.

    Args:
        store: resources of all projects.
        sessions: sign-ins and tokens.
        invoker: runs bots; None if there is nothing to run them.
        base_url: the server's own URL, with a trailing slash.
        now: the clock.
        bot_custom_functions_enabled: whether a bot may name the function that it stands for.
        listeners: are told of every change of a resource.
        outbox: the mails that a real server would have sent.
        switches: how it behaves where versions of Medplum differ; may be turned at any time.
        first_password: of whoever is invited without one; None makes one that nobody knows.
    """

    store: ResourceStore
    sessions: Sessions
    invoker: Invoker | None
    base_url: str
    now: Clock
    bot_custom_functions_enabled: bool
    listeners: list[Listener] = field(default_factory=list)
    outbox: list[Resource] = field(default_factory=list)
    switches: FhirSwitches = field(default_factory=FhirSwitches)
    first_password: str | None = None

    @property
    def fhir_base(self) -> str:
        """FHIR base URL, with a trailing slash."""
        return f"{self.base_url}fhir/R4/"

    def caller(self, request: Request) -> Caller:
        """Whose access token a request carries.

        Raises:
            OutcomeError: 401, it carries none that is good.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        membership_id = self.sessions.membership_of(token.strip())
        membership = self.resource(f"ProjectMembership/{membership_id}")
        if scheme.lower() != "bearer" or membership is None or not membership.get("active", True):
            raise outcomes.unauthorized()
        return self.caller_as(membership)

    def caller_as(self, membership: Resource) -> Caller:
        """The caller that acts as this membership."""
        policies, profile = self.policies(membership), membership["profile"]
        actor = Actor(
            project=reference_id(membership["project"]),
            author=profile,
            admin=membership.get("admin", False),
            rules=EVERYTHING if policies is None else rules_of(policies, profile["reference"]),
        )
        return Caller(membership, actor)

    def policies(self, membership: Resource) -> list[Resource] | None:
        """The membership's access policies, or None if it has none and so no restriction."""
        pointers = [access["policy"] for access in membership.get("access", [])]
        if "accessPolicy" in membership:
            pointers.append(membership["accessPolicy"])
        if not pointers:
            return None
        found = [self.resource(pointer["reference"]) for pointer in pointers]
        return [policy for policy in found if policy is not None]

    def repository(self, actor: Actor) -> Repository:
        """Resources as an actor sees them."""
        return Repository(self.store, actor, self.now, self._tell)

    def server_repository(self, project: str, author: Resource = SERVER_AUTHOR) -> Repository:
        """Resources of a project as the server itself sees them, which may do anything.

        Args:
            project: id of the project.
            author: reference that what is written carries as `meta.author`.
        """
        return self.repository(Actor(project, author, server=True))

    def resource(self, reference: str) -> Resource | None:
        """The current resource that a reference points to, in whichever project."""
        resource_type, _, resource_id = reference.partition("/")
        stored = self.store.get(resource_type, resource_id)
        return None if stored is None or stored.deleted else stored.resource

    def membership_of_profile(self, reference: str) -> Resource | None:
        """The membership whose profile is this bot, client or person."""
        found = self.store.referring("ProjectMembership", "profile", reference)
        return found[0] if found else None

    def has_feature(self, project: str, feature: str) -> bool:
        """Whether a project, given by its id, has a feature."""
        found = self.resource(f"Project/{project}") or {}
        return feature in found.get("features", [])

    def _tell(self, change: ChangeKind, resource: Resource) -> None:
        for listener in self.listeners:
            listener(change, resource)


def reference_id(reference: Resource) -> str:
    """The id in a Reference such as {"reference": "Project/1"}."""
    return str(reference["reference"]).rpartition("/")[2]


def reference_to(resource: Resource) -> Resource:
    """A Reference with the display text that people know the resource by."""
    reference = {"reference": f"{resource['resourceType']}/{resource['id']}"}
    display = _display(resource)
    return {**reference, "display": display} if display else reference


def _display(resource: Resource) -> str:
    name = resource.get("name") or resource.get("email")
    if not isinstance(name, list):
        return name or ""
    return " ".join([*name[0].get("given", []), name[0].get("family", "")]).strip()
