"""A Medplum server as its project's administrator sees it: FHIR, the project-admin API, $execute.

Source: https://www.medplum.com/docs/api/project-admin. A bot and a client application are made
there and not over FHIR, because only so do they get their ProjectMembership.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

from deploy.medplum.relayed import binary_of_code
from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, text
from fhir_profiles.project_membership import is_administrator
from shared.errors import Misconfigured, NotAuthorized, RemoteMisbehaved
from shared.fhir.answers import failure
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.executed import Executed, executed
from shared.http.sending import Reply

NOT_ADMINISTRATOR = (
    "This token does not belong to a project administrator. Sign in as one, or set"
    " ProjectMembership.admin to true."
)

BAD_REQUEST = 400
LONGEST_REASON = 300


def search(resource_type: str, **params: str) -> str:
    """A search as a path; a double underscore in a name stands for the colon of a modifier."""
    query = {name.replace("__", ":"): value for name, value in params.items()}
    return f"{resource_type}?{urlencode(query)}"


class ProjectAdmin(FhirClient):
    """The server, seen with an administrator's token; see `FhirClient`."""

    def project_id(self) -> str:
        """The project that the token is for.

        Raises:
            NotAuthorized: the token is none of an administrator.
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        me = self.who_am_i()
        if not is_administrator(child(me, "membership")):
            raise NotAuthorized(NOT_ADMINISTRATOR)
        return str(child(me, "project").get("id"))

    def is_healthy(self) -> bool:
        """Whether the server says that it is well, as Medplum does at `healthcheck`.

        Raises:
            FhirNotFound, RemoteUnavailable: no Medplum answers there.
        """
        return self._resource("healthcheck", self._call("GET", "healthcheck")).get("ok") is True

    def create_bot(self, project: str, name: str, description: str) -> Resource:
        """A new Bot with a membership.

        Raises:
            LookUpFirst: the server did not answer.
            FhirDenied, RemoteUnavailable: as the names say.
        """
        return self._create_program(project, "Bot", name, description)

    def create_client(self, project: str, name: str, description: str) -> Resource:
        """A new ClientApplication with a secret and a membership; raises as `create_bot`."""
        return self._create_program(project, "ClientApplication", name, description)

    def create_unless_found(self, resource: Resource, path: str) -> Resource:
        """The resource as created, or the one that a search finds (FHIR's If-None-Exist).

        Raises:
            EditConflict: the search finds several.
            LookUpFirst: the server did not answer.
            FhirDenied, RemoteUnavailable: as the names say.
        """
        kind, _, query = path.partition("?")
        only = {"If-None-Exist": query}
        call = self._call(
            "POST", f"fhir/R4/{kind}", json=resource, headers=only, writes=f"create the {kind}"
        )
        return self._resource(kind, call)

    def membership_of(self, profile: str) -> Resource:
        """The ProjectMembership of a Bot or client, by reference of the profile.

        Raises:
            RemoteMisbehaved: the server made none.
        """
        (memberships,) = self.found([search("ProjectMembership", profile=profile)])
        if not memberships:
            raise RemoteMisbehaved(
                f"The FHIR server created {profile} without a ProjectMembership."
            )
        return memberships[0]

    def found(self, paths: Sequence[str]) -> list[list[Resource]]:
        """What each of several searches finds, in their order."""
        batch = Batch(self)
        searches = [batch.search(path) for path in paths]
        batch.send()
        return [one.all() for one in searches]

    def execute(self, bot_id: str, given: Resource) -> Executed:
        """What running a bot on an input comes to; see `executed`.

        Raises:
            RemoteUnavailable: the server gave no answer.
        """
        reply = self._send(self._call("POST", f"fhir/R4/Bot/{bot_id}/$execute", json=given))
        return executed(reply.status, reply.body)

    def deploy(self, bot_id: str, name: str, code: str) -> None:
        """Gives a Bot its JavaScript.

        Source: https://www.medplum.com/docs/bots/bot-basics ("Deploying a Bot").

        Args:
            bot_id: the Bot's id.
            name: of the file; its ending says of which kind of module it is.
            code: what is in it.

        Raises:
            Misconfigured: the server refuses; says why, in its words.
            LookUpFirst: the server did not answer.
            FhirDenied, RemoteUnavailable: as the names say.
        """
        body = {"code": code, "filename": name}
        wish = "deploy the Bot's code"
        call = self._call("POST", f"fhir/R4/Bot/{bot_id}/$deploy", json=body, writes=wish)
        reply = self._send(call)
        if reply.status == BAD_REQUEST:
            raise Misconfigured(f"The FHIR server did not {wish}: {_reason(reply)}")
        self._content("Bot", call, reply)

    def code_of(self, bot: Resource) -> str | None:
        """What was deployed to a Bot; None if nothing was.

        Raises:
            FhirDenied, RemoteUnavailable, RemoteMisbehaved: as the names say.
        """
        found = binary_of_code(bot)
        if found is None:
            return None
        binary = f"Binary/{found}"
        reply = self._send(self._call("GET", f"fhir/R4/{binary}", headers={"Accept": "*/*"}))
        if reply.status in (404, 410):
            return None
        if reply.status != 200:
            raise failure(reply.status, binary)
        return reply.body.decode("utf-8", "replace")

    def _create_program(self, project: str, kind: str, name: str, description: str) -> Resource:
        path = {"Bot": "bot", "ClientApplication": "client"}[kind]
        body = {"name": name, "description": description}
        path = f"admin/projects/{project}/{path}"
        return self._resource(
            kind, self._call("POST", path, json=body, writes=f"create the {kind}")
        )


def _reason(reply: Reply) -> str:
    """What the OperationOutcome of a refusal says."""
    try:
        outcome = reply.json()
    except ValueError:
        outcome = None
    issues = entries(outcome, "issue") if isinstance(outcome, dict) else []
    said = " ".join(text(child(issue, "details").get("text")) for _, issue in issues)
    return " ".join(said.split())[:LONGEST_REASON] or "no reason was given."
