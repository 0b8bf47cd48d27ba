"""Fills the server with projects, people, clients and bots, without going through HTTP.

For whoever sets a sandbox or a test up; everything here acts as the server itself.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.fhir.backend import SERVER_AUTHOR, FhirBackend, reference_to
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.sessions import LIFETIME_S
from deploy.sandbox.fhir.store import ProjectRows, Selection

SettingValue = str | int | bool

FIRST_ADMINISTRATOR = """
AND r.project = ? AND json_extract(r.content, '$.admin')
AND json_extract(r.content, '$.profile.reference') LIKE 'Practitioner/%'
"""


@dataclass(frozen=True)
class AddedPerson:
    """Somebody who was added: ids, what signs them in, and a token that is good for an hour.

    Args:
        profile_id: id of the Practitioner or Patient.
        membership_id: id of the ProjectMembership.
        user_id: id of the User.
        login: the body that `auth/login` takes.
        token: access token.
    """

    profile_id: str
    membership_id: str
    user_id: str
    login: dict[str, str]
    token: str


@dataclass(frozen=True)
class Client:
    """A ClientApplication that was added."""

    id: str
    secret: str
    membership_id: str


@dataclass(frozen=True)
class BotEntry:
    """A Bot that was added."""

    id: str
    membership_id: str


class Seeding:
    """The seeding interface.

    Args:
        backend: what to fill.
    """

    def __init__(self, backend: FhirBackend) -> None:
        self._backend = backend

    def add_project(
        self,
        name: str,
        secrets: Mapping[str, SettingValue] | None = None,
        system_settings: Mapping[str, SettingValue] | None = None,
        features: Sequence[str] = ("bots",),
    ) -> str:
        """Adds a project and returns its id."""
        project = str(uuid.uuid4())
        resource = {
            "resourceType": "Project",
            "id": project,
            "name": name,
            "features": list(features),
            "secret": _settings(secrets),
            "systemSetting": _settings(system_settings),
        }
        return str(self.add_resource(project, resource)["id"])

    def add_person(  # noqa: PLR0913 - a person is that much
        self,
        project: str,
        resource: Resource,
        email: str,
        password: str,
        *,
        admin: bool = False,
        identifiers: Sequence[Resource] = (),
        access_policy: Resource | None = None,
    ) -> AddedPerson:
        """Adds somebody who can sign in; one email address is one user, in however many projects.

        Args:
            project: id of the project.
            resource: the Practitioner or Patient.
            email: address to sign in with.
            password: password to sign in with.
            admin: whether the membership is an administrator's.
            identifiers: identifiers of the membership.
            access_policy: an AccessPolicy that restricts the membership.
        """
        profile = self.add_resource(project, resource)
        user = self._user(project, email)
        self._backend.sessions.set_password(email, user["id"], password)
        membership_id = self._membership(
            project, user, profile, admin, identifiers, access_policy=access_policy
        )
        token = self.token_for(membership_id)
        login = {"email": email, "password": password}
        return AddedPerson(profile["id"], membership_id, user["id"], login, token)

    def add_client(
        self,
        project: str,
        name: str,
        admin: bool = False,
        access_policy: Resource | None = None,
    ) -> Client:
        """Adds a ClientApplication with a secret; a policy may restrict its membership."""
        secret = secrets.token_hex(32)
        resource = {"resourceType": "ClientApplication", "name": name, "secret": secret}
        client = self.add_resource(project, resource)
        membership_id = self._membership(
            project, client, client, admin, access_policy=access_policy
        )
        return Client(client["id"], secret, membership_id)

    def add_bot(
        self,
        project: str,
        name: str,
        identifiers: Sequence[Resource] = (),
        run_as_user: bool = False,
        admin: bool = False,
        access_policy: Resource | None = None,
        **elements: Any,
    ) -> BotEntry:
        """Adds a Bot that runs as a Lambda function; a policy may restrict its membership."""
        resource = {
            "resourceType": "Bot",
            "name": name,
            "identifier": list(identifiers),
            "runtimeVersion": "awslambda",
            "runAsUser": run_as_user,
            **elements,
        }
        bot = self.add_resource(project, resource)
        membership_id = self._membership(project, bot, bot, admin, access_policy=access_policy)
        return BotEntry(bot["id"], membership_id)

    def add_resource(self, project: str, resource: Resource) -> Resource:
        """Adds a resource, under its own `id` if it has one, and returns it as stored.

        Its author is the project's first administrator, as if that person had set the project up.
        """
        selected = Selection("ProjectMembership", FIRST_ADMINISTRATOR, (project,))
        people = self._backend.store.find(selected, limit=1)
        author = people[0]["profile"] if people else SERVER_AUTHOR
        repository = self._backend.server_repository(project, author)
        return repository.create(resource["resourceType"], resource)[0]

    def token_for(self, membership_id: str, lifetime_s: float = LIFETIME_S) -> str:
        """A new access token that acts as a membership for so many seconds."""
        login_id = self._backend.sessions.start_login(membership_id, "openid", membership_id)
        return self._backend.sessions.issue(login_id, membership_id, lifetime_s)

    def resources(self, resource_type: str, project: str | None = None) -> list[Resource]:
        """All current resources of a type, of one project or of all."""
        within = "" if project is None else "AND r.project = ?"
        return self._backend.store.find(
            Selection(resource_type, within, () if project is None else (project,))
        )

    def resource(self, reference: str) -> Resource | None:
        """The current resource that a reference points to, in whichever project."""
        return self._backend.resource(reference)

    def rows_of(self, project: str) -> ProjectRows:
        """A project's resources as they are now, for `put_back`."""
        return self._backend.store.rows_of(project)

    def put_back(self, kept: ProjectRows) -> None:
        """Makes a project's resources again what they were; who is signed in stays so."""
        self._backend.store.put_back(kept)

    def _user(self, project: str, email: str) -> Resource:
        known = self._backend.sessions.user_of(email)
        found = self.resource(f"User/{known}")
        return found or self.add_resource(project, {"resourceType": "User", "email": email})

    def _membership(
        self,
        project: str,
        user: Resource,
        profile: Resource,
        admin: bool,
        identifiers: Sequence[Resource] = (),
        *,
        access_policy: Resource | None = None,
    ) -> str:
        membership: Resource = {
            "resourceType": "ProjectMembership",
            "project": {"reference": f"Project/{project}"},
            "user": reference_to(user),
            "profile": reference_to(profile),
            "identifier": list(identifiers),
        }
        if admin:
            membership["admin"] = True
        if access_policy is not None:
            policy = self.add_resource(project, access_policy)
            membership["accessPolicy"] = reference_to(policy)
        return str(self.add_resource(project, membership)["id"])


def _settings(values: Mapping[str, SettingValue] | None) -> list[Resource]:
    return [{"name": name, _value_field(value): value} for name, value in (values or {}).items()]


def _value_field(value: SettingValue) -> str:
    if isinstance(value, bool):
        return "valueBoolean"
    return "valueInteger" if isinstance(value, int) else "valueString"
