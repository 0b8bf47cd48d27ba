"""Are the Bots as `register` makes them, and do their functions answer? Pure, but for the calls."""

import json

from deploy.medplum import relayed
from deploy.medplum.doctor.finding import CheckResult, missing, ok
from deploy.medplum.installation import Installation
from deploy.medplum.ledger import differing
from deploy.medplum.project_secrets import is_relayed
from deploy.medplum.wanted import FunctionName, wanted_bot
from fhir_profiles import Resource
from fhir_profiles.elements import child, entries
from fhir_profiles.project_membership import is_administrator
from shared.errors import InputRefused
from shared.fhir.executed import Failed, NotRun
from shared.runtime.bot import BotFunction

NO_ADMINISTRATOR = "The Bot's ProjectMembership has no admin right, or is deactivated."
ANOTHER_FUNCTION = "The function is not this bot's: it answers an input that the bot refuses."
REGISTER = "Run `prescriber-bots register`."
_PROBED = "prescriberBotsDoctor"
"""Stands in the bot's refusal also where the server makes an OperationOutcome of it, as Medplum
does of what the relay throws within the server."""
PROBE: Resource = {_PROBED: True}
"""An input that every bot refuses before it reads or changes anything."""

SAYS = {
    "Bots not enabled": "the project does not have the feature `bots`.",
    "Unsupported bot runtime": "Bot.runtimeVersion must be awslambda.",
    "Function not found": "there is no such Lambda function. Run `prescriber-bots deploy`, and"
    " `prescriber-bots register` with the same name (--function, --alias);"
    " the server needs botCustomFunctionsEnabled to know functions by name.",
    "ResourceNotFoundException": "there is no such Lambda function.",
    "lambda:InvokeFunction": "the Medplum server may not invoke the function. Allow its AWS role"
    " lambda:InvokeFunction on it.",
    "There is no endpoint": "the server has no AWS Lambda to ask.",
}
"""What servers say, and what it means."""


def check_bot(bot: BotFunction, found: Installation, function: FunctionName) -> CheckResult:
    """One Bot resource and its membership."""
    bots = found.bots[bot.identifier]
    if not bots:
        return missing(f"The project has no Bot with this identifier. {REGISTER}")
    if len(bots) > 1:
        ids = ", ".join(one["id"] for one in bots)
        return missing(f"{len(bots)} Bots have this identifier: {ids}. Delete all but one.")
    differences = differing(bots[0], _wanted(bots[0], bot, found, function))
    if differences:
        return missing(f"The Bot is not up to date: {'; '.join(differences)}. {REGISTER}")
    membership = found.membership(bots[0])
    if bot.admin and (membership is None or not is_administrator(membership)):
        return missing(f"{NO_ADMINISTRATOR} {REGISTER}")
    return ok("Set up, with its function and rights.")


def _wanted(
    one: Resource, bot: BotFunction, found: Installation, function: FunctionName
) -> Resource:
    """The Bot as `register` makes it."""
    if is_relayed({}, found.secrets):
        return relayed.marked(relayed.wanted_relay_bot(one, bot, None))
    return wanted_bot(one, bot, function.value)


def check_function(outcome: Resource | Failed | NotRun) -> CheckResult:
    """Whether a function refused the probe, as told by what came of it."""
    if isinstance(outcome, NotRun) and _PROBED in json.dumps(outcome.body):
        return ok("Answers.")
    if isinstance(outcome, NotRun):
        return missing(f"The server did not run the bot{_why_not(outcome)}")
    if isinstance(outcome, Failed) and outcome.error_type == InputRefused.__name__:
        return ok("Answers.")
    if isinstance(outcome, Failed):
        return missing(f"The function fails: {_one_line(outcome.sentence)}")
    return missing(f"{ANOTHER_FUNCTION} {REGISTER}")


def _why_not(not_run: NotRun) -> str:
    issues = entries(not_run.body, "issue")
    text = " ".join(str(child(issue, "details").get("text")) for _, issue in issues)
    meaning = next((means for says, means in SAYS.items() if says in text), None)
    return f" ({not_run.status}): {_one_line(text)}" if meaning is None else f": {meaning}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
