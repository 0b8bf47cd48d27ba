"""Puts the bots on a server, or mends what differs there. A second run finds nothing to do.

The order is such that an interruption leaves nothing half done that a second run can't complete:
the credential before the secret that names it, and a Bot gets the identifier by which others find
it when its rights are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bots.catalog import BOTS
from deploy.medplum import program_policies, project_secrets, starting, wanted
from deploy.medplum.aws_secrets import AwsSecret
from deploy.medplum.error_trial import tried
from deploy.medplum.installation import Installation, reference_to
from deploy.medplum.ledger import EntryStatus, Ledger, LedgerEntry
from deploy.medplum.operations import WITH_OPERATION, operation_name, wanted_operation
from deploy.medplum.relaying import RelayDeployment
from deploy.medplum.server import ProjectAdmin, search
from deploy.medplum.wanted import FunctionName
from fhir_profiles import Resource
from fhir_profiles.elements import items
from fhir_profiles.project_settings import with_secrets
from shared.errors import Misconfigured
from shared.runtime import known_secrets
from shared.runtime.bot import BotFunction, CustomOperation
from shared.runtime.start import Start

FEATURE = "bots"
NO_FEATURE = (
    "Have a super administrator of the server add `bots` to Project.features; until then the server"
    " runs no bot."
)
NOT_TRIED = (
    "A plan runs no bot: what the server does with an error that a bot returns is tried later."
)
NOT_KNOWN = (
    "No bot could be run to find out what the server does with an error that a bot returns. Bots"
    " raise their errors unless this is `returned`; run this again when their functions are there."
)
NOT_YET = "new"
"""Stands in a plan for the id of what is not there yet."""
ASSIGN = (
    "It restricts nobody until it is assigned, and until then every member can read the"
    " ClientApplication's secret. Choose it as Access Policy of a member in the Medplum App"
    " (Project Admin, Users), or set ProjectMembership.accessPolicy."
)


@dataclass(frozen=True)
class InstallOptions:
    """What somebody wants of one run.

    Attributes:
        function: how the server finds the bots' function.
        secrets: values that are given now.
        profiles: FHIR conformance resources.
        base_url: the server's, for the secret in AWS.
        aws_secret: where the credentials are kept for what runs in AWS.
        relay_runtime: `runtimeVersion` of Bots that the relay runs; None keeps what they have.
        schedule: when to compare everybody with DoseSpot; see `wanted.wanted_schedule`.
    """

    function: FunctionName
    secrets: Mapping[str, str] = field(repr=False)
    profiles: Sequence[Resource]
    base_url: str
    aws_secret: AwsSecret | None = None
    relay_runtime: str | None = None
    schedule: str | None = None


def refuse_what_is_wrong(found: Installation, order: InstallOptions) -> None:
    """Makes sure, before anything is written, that everything can be.

    Raises:
        Misconfigured: lists everything that somebody has to sort out first.
    """
    problems = [
        *project_secrets.problems(order.secrets, found.secrets),
        *_twice(found),
        *_without_membership(found),
    ]
    if problems:
        raise Misconfigured(f"Nothing was changed. Correct this first: {'; '.join(problems)}.")


class Installer:
    """One run.

    Args:
        server: the server.
        ledger: writes and keeps account, or only tells.
        found: what there is.
        order: what is wanted.
    """

    def __init__(
        self, server: ProjectAdmin, ledger: Ledger, found: Installation, order: InstallOptions
    ) -> None:
        self._server = server
        self._ledger = ledger
        self._found = found
        self._order = order
        self._project = str(found.project["id"])
        self._with_secrets = found.project
        self._lacking = None if FEATURE in items(found.project, "features") else NO_FEATURE
        self._relay = (
            RelayDeployment(server, ledger, order.relay_runtime, self._lacking)
            if project_secrets.is_relayed(order.secrets, found.secrets)
            else None
        )
        self._policies: dict[str, str] = {}

    def run(self) -> None:
        """Does everything; the ledger hears of each thing in its turn.

        Raises:
            EditConflict, LookUpFirst, RemoteUnavailable, FhirDenied: a write failed; a second run
                goes on from there.
        """
        if self._lacking:
            self._ledger.report(
                LedgerEntry("project feature bots", EntryStatus.MISSING, (self._lacking,))
            )
        for content in program_policies.policies():
            self._policy(content)
        secrets = {**self._order.secrets, **self._service_secrets()}
        texts = project_secrets.merged(secrets, self._found.secrets)
        self._secrets(texts)
        self._aws_secret(texts)
        for content in self._order.profiles:
            self._profile(content)
        ids = {bot.name: self._bot(bot) for bot in BOTS}
        for bot, operation in WITH_OPERATION:
            self._operation(bot, operation, f"Bot/{ids[bot.name] or NOT_YET}")
        self._bot_errors(ids[BOTS[0].name])

    def _service_secrets(self) -> dict[str, str]:
        """Makes the ClientApplication, and gives its credential; nothing if others gave one."""
        found, what = self._found, f"ClientApplication {wanted.CLIENT_NAME}"
        if _has_other_client(found, self._order.secrets):
            note = (
                f"{known_secrets.SERVICE_ID} names another ClientApplication; its rights are up to"
                " you"
            )
            self._ledger.report(LedgerEntry(what, EntryStatus.KEPT, (note,)))
            return {}
        known = found.clients[0] if found.clients else None
        name, description = wanted.CLIENT_NAME, wanted.CLIENT_DESCRIPTION
        make = partial(self._server.create_client, self._project, name, description)
        client = self._ledger.settle(what, known, make, lambda one: one)
        self._administrator(what, known, client, program_policies.SERVICE)
        id_and_secret = (client.get("id", ""), client.get("secret", ""))
        return dict(zip(project_secrets.SERVICE, id_and_secret, strict=True))

    def _secrets(self, texts: Mapping[str, str]) -> None:
        stored = self._found.secrets
        changed = {
            name: text
            for name, text in texts.items()
            if name not in stored or stored[name].text() != text
        }
        self._write_secrets(changed)
        optional = (*project_secrets.OPTIONAL, *project_secrets.further_keys(texts, ()))
        given = [name for name in optional if name in texts]
        for name in (*project_secrets.NEEDED, *given):
            status = EntryStatus.CHANGED if name in stored else EntryStatus.CREATED
            if name not in changed:
                status = EntryStatus.UNCHANGED if name in texts else EntryStatus.MISSING
            self._ledger.report(LedgerEntry(f"secret {name}", status))

    def _write_secrets(self, changed: Mapping[str, str]) -> None:
        if changed and not self._ledger.plan:
            self._with_secrets = self._server.apply(
                self._with_secrets, lambda project: with_secrets(project, changed)
            )

    def _bot_errors(self, bot_id: str) -> None:
        """Tries what the server does with an error that a bot returns, and keeps the answer."""
        name, what = known_secrets.BOT_ERRORS, f"secret {known_secrets.BOT_ERRORS}"
        value = self._order.secrets.get(name)
        if value is None and not self._ledger.plan:
            value = tried(self._server, bot_id)
        if value is None:
            note = NOT_TRIED if self._ledger.plan else NOT_KNOWN
            self._ledger.report(LedgerEntry(what, EntryStatus.KEPT, (note,)))
            return
        stored = self._found.secrets
        status = EntryStatus.CHANGED if name in stored else EntryStatus.CREATED
        if name in stored and stored[name].text() == value:
            status = EntryStatus.UNCHANGED
        else:
            self._write_secrets({name: value})
        self._ledger.report(LedgerEntry(what, status))

    def _aws_secret(self, texts: Mapping[str, str]) -> None:
        aws = self._order.aws_secret
        if aws is None:
            return
        credential = {name: texts[name] for name in project_secrets.SERVICE if name in texts}
        relay = (
            {known_secrets.RELAY_SECRET: texts[known_secrets.RELAY_SECRET]} if self._relay else {}
        )
        values = {"MEDPLUM_BASE_URL": self._order.base_url, **credential, **relay}
        complete = len(credential) == len(project_secrets.SERVICE)
        status = aws.status_of(values) if complete else EntryStatus.MISSING
        if status in (EntryStatus.CREATED, EntryStatus.CHANGED) and not self._ledger.plan:
            aws.write(values)
        self._ledger.report(LedgerEntry(f"AWS secret {aws.name}", status))

    def _profile(self, content: Resource) -> None:
        kind, url = content["resourceType"], content["url"]
        found = self._found.conformance[url]
        self._content(f"{kind} {url}", found, content, search(kind, url=url))

    def _policy(self, content: Resource) -> None:
        name = content["name"]
        path = search("AccessPolicy", name__exact=name)
        found = self._found.policies[name]
        settled = self._content(f"AccessPolicy {name}", found, content, path)
        self._policies[name] = f"AccessPolicy/{settled.get('id', NOT_YET)}"

    def _content(self, what: str, found: list[Resource], content: Resource, path: str) -> Resource:
        """Something that is ours as a whole."""
        make = partial(self._server.create_unless_found, content, path)
        known = found[0] if found else None
        change = partial(wanted.wanted_content, content=content)
        return self._ledger.settle(what, known, make, change)

    def _bot(self, bot: BotFunction) -> str:
        """Makes or mends a Bot, and gives its id; in a plan none where there is no Bot yet."""
        known, what = self._found.bot(bot), f"Bot {bot.identifier}"
        created = known
        if known is None and not self._ledger.plan:
            created = self._server.create_bot(self._project, bot.identifier, bot.description)
        membership: Resource = {}
        if bot.admin:
            membership = self._administrator(what, known, created, bot.name)
        started = partial(self._started, bot)
        if self._relay:
            settled = self._relay.settle(bot, known, created, started)
        else:
            function = self._order.function.value
            settled = self._ledger.settle(
                what,
                known,
                lambda: created or {},
                lambda one: started(wanted.wanted_bot(one, bot, function)),
            )
        self._tell_of_starts(bot, settled, membership)
        return str((created or {}).get("id", ""))

    def _operation(self, bot: BotFunction, operation: CustomOperation, bot_reference: str) -> None:
        """Makes or mends the OperationDefinition that runs a Bot."""
        found = self._found.operations[operation.code]
        content = wanted_operation({}, bot, operation, bot_reference)
        path = search("OperationDefinition", code=operation.code)
        self._ledger.settle(
            f"operation {operation_name(operation)}",
            found[0] if found else None,
            partial(self._server.create_unless_found, content, path),
            lambda one: wanted_operation(one, bot, operation, bot_reference),
        )

    def _started(self, bot: BotFunction, found: Resource) -> Resource:
        """The Bot with a schedule, where it is for one."""
        by_schedule = Start.CRON in bot.starts
        return wanted.wanted_schedule(found, self._order.schedule) if by_schedule else found

    def _tell_of_starts(self, bot: BotFunction, settled: Resource, membership: Resource) -> None:
        """Says what somebody has to do elsewhere, so that what should start a Bot does."""
        ignored = starting.ignored_schedule(self._found.project, settled)
        if ignored is not None:
            what = f"project feature {starting.FEATURE}"
            self._ledger.report(LedgerEntry(what, EntryStatus.MISSING, (ignored,)))
        if Start.WEBHOOK in bot.starts and "id" in membership:
            url = starting.webhook_url(self._order.base_url, membership)
            note = starting.address_for_dosespot(url)
            self._ledger.report(LedgerEntry("push notifications", EntryStatus.NOTE, (note,)))

    def _administrator(
        self, what: str, known: Resource | None, program: Resource | None, name: str
    ) -> Resource:
        """Makes a Bot's or client's membership an administrator's, under a policy of its own."""
        policy = self._policies[program_policies.policy_name(name)]
        return self._ledger.settle(
            f"membership of {what}",
            self._found.membership(known),
            lambda: self._server.membership_of(reference_to(program or {})),
            lambda one: wanted.wanted_administrator(one, policy),
        )


def _has_other_client(found: Installation, given: Mapping[str, str]) -> bool:
    """Whether the bots have the credential of a ClientApplication that is not ours."""
    if known_secrets.SERVICE_ID in given:
        return True
    ours = [client["id"] for client in found.clients]
    return found.named_client is not None and found.named_client["id"] not in ours


def _twice(found: Installation) -> list[str]:
    several = {
        **{f"Bots with the identifier {name}": bots for name, bots in found.bots.items()},
        f"ClientApplications called {wanted.CLIENT_NAME}": found.clients,
        **{f"AccessPolicies called {name}": each for name, each in found.policies.items()},
        **{f"resources with the url {url}": each for url, each in found.conformance.items()},
        **{f"OperationDefinitions of {code}": each for code, each in found.operations.items()},
    }
    return [
        f"there are {len(each)} {what} ({', '.join(one['id'] for one in each)}), delete all but one"
        for what, each in several.items()
        if len(each) > 1
    ]


def _without_membership(found: Installation) -> list[str]:
    """Programs that need rights and have no membership to get them by; only Medplum makes one."""
    ours = [found.bot(bot) for bot in BOTS if bot.admin] + found.clients[:1]
    return [
        f"{reference_to(one)} has no ProjectMembership, delete it and it is created again"
        for one in ours
        if one is not None and found.membership(one) is None
    ]
