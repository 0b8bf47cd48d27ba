"""What stands on a Medplum server where the bots are registered: pure, one rule per resource.

Each rule takes a resource as it was found (or an empty one) and gives it as it should be, with
everything of others kept as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bots.dispatch import FUNCTION
from fhir_profiles import Resource
from fhir_profiles.elements import child, entries
from fhir_profiles.project_membership import is_administrator
from fhir_profiles.systems import (
    MEDPLUM_BOT_EXTERNAL_FUNCTION_ID,
    MEDPLUM_BOTS,
    RELAY_DEPLOYED,
)
from shared.runtime.bot import BotFunction
from shared.runtime.start import Start

RUNTIME = "awslambda"
CLIENT_NAME = "prescriber-bots"
CLIENT_DESCRIPTION = "What the DoseSpot bots use when the caller's own rights are not enough."
NOT_COMPARED = ("id", "meta")
OF_HOW_IT_RUNS = (MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, RELAY_DEPLOYED)
"""Systems of identifiers that say by what a Bot is run: by one function, or by the relay."""
CRON_ELEMENTS = ("cronString", "cronTiming")
SCHEDULE = "*/15 * * * *"
OFF = "off"


@dataclass(frozen=True)
class FunctionName:
    """How a server finds the Lambda function of all bots.

    Attributes:
        name: the function's.
        alias: alias or version of the function; "" for none.
        named: whether Bots name it; otherwise the server makes a name of each Bot's id.
    """

    name: str = FUNCTION
    alias: str = "live"
    named: bool = True

    @property
    def value(self) -> str | None:
        """What each Bot says of its function; None if it says nothing."""
        if not self.named:
            return None
        return f"{self.name}:{self.alias}" if self.alias else self.name


def wanted_bot(found: Resource, bot: BotFunction, function_name: str | None) -> Resource:
    """The Bot, found by its identifier and, if it is named, with its function."""
    kept = [
        identifier
        for _, identifier in entries(found, "identifier")
        if identifier.get("system") not in OF_HOW_IT_RUNS
        or identifier.get("value") == function_name
    ]
    wanted = [{"system": MEDPLUM_BOTS, "value": bot.identifier}]
    if function_name is not None:
        named = {"system": MEDPLUM_BOT_EXTERNAL_FUNCTION_ID, "value": function_name}
        wanted.append(named)
    return {
        **found,
        "resourceType": "Bot",
        "name": bot.identifier,
        "description": bot.description,
        "identifier": [*kept, *(one for one in wanted if not _among(one, kept))],
        "runtimeVersion": RUNTIME,
        "runAsUser": bot.run_as_user,
        "timeout": bot.timeout_s,
        **({"publicWebhook": True} if Start.WEBHOOK in bot.starts else {}),
    }


def wanted_schedule(found: Resource, schedule: str | None) -> Resource:
    """The Bot that is run by a schedule.

    Args:
        found: the Bot.
        schedule: as `cronString` has it, or `OFF`; None keeps what there is, and takes `SCHEDULE`
            where there is nothing.
    """
    if schedule is None and is_scheduled(found):
        return found
    kept = {name: value for name, value in found.items() if name not in CRON_ELEMENTS}
    return kept if schedule == OFF else {**kept, "cronString": schedule or SCHEDULE}


def is_scheduled(bot: Resource) -> bool:
    """Whether a Bot has a schedule; whether the server heeds it, the project's features say."""
    return any(bot.get(name) for name in CRON_ELEMENTS)


def wanted_administrator(found: Resource, policy: str) -> Resource:
    """The ProjectMembership, an administrator's; activated where it was deactivated.

    Args:
        found: the membership of a program.
        policy: reference of the AccessPolicy that narrows what the program may do.
    """
    kept = {**found, "resourceType": "ProjectMembership", "admin": True}
    if not has_policy(found, policy):
        kept["accessPolicy"] = {"reference": policy}
    return kept if is_administrator(kept) else {**kept, "active": True}


def has_policy(membership: Resource, policy: str | None) -> bool:
    """Whether that AccessPolicy is the membership's own."""
    return child(membership, "accessPolicy").get("reference") == policy


def wanted_content(found: Resource, content: Resource) -> Resource:
    """The resource that is ours as a whole, under the id that the server gave it."""
    ours = {name: value for name, value in content.items() if name not in NOT_COMPARED}
    return {**ours, **{name: found[name] for name in NOT_COMPARED if name in found}}


def _among(wanted: Mapping[str, str], identifiers: list[Resource]) -> bool:
    return any(
        (one.get("system"), one.get("value")) == (wanted["system"], wanted["value"])
        for one in identifiers
    )
