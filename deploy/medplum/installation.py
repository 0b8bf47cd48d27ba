"""What of the bots there is on a Medplum server: read once, changed by nothing here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from bots.catalog import BOTS
from deploy.medplum import wanted
from deploy.medplum.operations import WITH_OPERATION
from deploy.medplum.program_policies import policies
from deploy.medplum.server import ProjectAdmin, search
from fhir_profiles import Resource
from fhir_profiles.elements import entries, items
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.errors import FhirNotFound
from shared.runtime import known_secrets
from shared.runtime.bot import BotFunction
from shared.runtime.payload import Secret

Found = list[Resource]


@dataclass(frozen=True)
class Installation:
    """What there is.

    Attributes:
        project: the Project.
        bots: by bot identifier, the Bots that carry it; more than one is too many.
        unfinished: by bot identifier, Bots of that name that were made and got no identifier yet.
        clients: ClientApplications with our name.
        named_client: the ClientApplication that the project secrets name, if there is one.
        policies: by name, the AccessPolicies of ours; more than one is too many.
        conformance: by url, what the server has of the FHIR profiles.
        operations: by code, the OperationDefinitions with it; more than one is too many.
        memberships: ProjectMembership by reference of its profile, of all Bots and clients here.
    """

    project: Resource = field(repr=False)
    bots: Mapping[str, Found]
    unfinished: Mapping[str, Found]
    clients: Found = field(repr=False)
    named_client: Resource | None = field(repr=False)
    policies: Mapping[str, Found]
    conformance: Mapping[str, Found]
    operations: Mapping[str, Found]
    memberships: Mapping[str, Resource]

    def bot(self, bot: BotFunction) -> Resource | None:
        """The Bot resource, as far as it is there."""
        found = [*self.bots[bot.identifier], *self.unfinished[bot.identifier]]
        return found[0] if found else None

    def membership(self, resource: Resource | None) -> Resource | None:
        """The membership of a Bot or client."""
        return self.memberships.get(reference_to(resource)) if resource else None

    def policy(self, name: str) -> str | None:
        """Reference of the AccessPolicy of that name; None if there is none."""
        found = self.policies[name]
        return reference_to(found[0]) if found else None

    @property
    def secrets(self) -> dict[str, Secret]:
        """The project's secrets by name."""
        return secrets_of(self.project)


def reference_to(resource: Resource) -> str:
    """The reference of a resource that a server knows."""
    return f"{resource['resourceType']}/{resource['id']}"


def secrets_of(project: Resource) -> dict[str, Secret]:
    """The secrets of a Project by name; of several with one name the last, as bots get them."""
    return {
        str(entry.get("name")): Secret.model_validate(entry)
        for _, entry in entries(project, "secret")
    }


def look(server: ProjectAdmin, project_id: str, profiles: Sequence[Resource]) -> Installation:
    """Reads everything, in two requests and, where the secrets name a client, a third.

    Raises:
        FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
    """
    project = server.read(f"Project/{project_id}")
    answers = iter(
        server.found(
            [
                *(search("Bot", identifier=f"{MEDPLUM_BOTS}|{bot.identifier}") for bot in BOTS),
                *(search("Bot", name__exact=bot.identifier) for bot in BOTS),
                search("ClientApplication", name__exact=wanted.CLIENT_NAME),
                *(search("AccessPolicy", name__exact=one["name"]) for one in policies()),
                *(search(one["resourceType"], url=one["url"]) for one in profiles),
                *(search("OperationDefinition", code=one.code) for _, one in WITH_OPERATION),
            ]
        )
    )
    bots = {bot.identifier: next(answers) for bot in BOTS}
    unfinished = {bot.identifier: _unfinished(bot, next(answers)) for bot in BOTS}
    clients = next(answers)
    ours = {one["name"]: next(answers) for one in policies()}
    named = _named_client(server, project)
    programs = [*_all(bots), *_all(unfinished), *clients, *([named] if named else [])]
    return Installation(
        project=project,
        bots=bots,
        unfinished=unfinished,
        clients=clients,
        named_client=named,
        policies=ours,
        conformance={one["url"]: next(answers) for one in profiles},
        operations={one.code: next(answers) for _, one in WITH_OPERATION},
        memberships=_memberships(server, programs),
    )


def _unfinished(bot: BotFunction, found: Found) -> Found:
    """Of the Bots with our name those that we began: with our description, and no identifier."""
    return [
        one
        for one in found
        if not items(one, "identifier") and one.get("description") == bot.description
    ]


def _named_client(server: ProjectAdmin, project: Resource) -> Resource | None:
    named = secrets_of(project).get(known_secrets.SERVICE_ID)
    if named is None or not named.text():
        return None
    try:
        return server.read(f"ClientApplication/{quote(named.text(), safe='')}")
    except FhirNotFound:
        return None


def _memberships(server: ProjectAdmin, programs: Found) -> dict[str, Resource]:
    references = list(dict.fromkeys(reference_to(one) for one in programs))
    answers = server.found([search("ProjectMembership", profile=one) for one in references])
    return {one: found[0] for one, found in zip(references, answers, strict=True) if found}


def _all(found: Mapping[str, Found]) -> Iterable[Resource]:
    return (one for each in found.values() for one in each)
