"""Are the Bots as `register` makes them, and do their functions answer? Pure, but for the calls."""

import json
from collections.abc import Mapping

from deploy.medplum import relayed
from deploy.medplum.doctor.finding import CheckResult, missing, note, ok
from deploy.medplum.installation import Installation
from deploy.medplum.ledger import differing
from deploy.medplum.operations import wanted_operation
from deploy.medplum.program_policies import policy_name
from deploy.medplum.project_secrets import is_relayed
from deploy.medplum.wanted import FunctionName, has_policy, wanted_bot
from fhir_profiles import Resource
from fhir_profiles.elements import child, entries
from fhir_profiles.project_membership import is_administrator
from shared.errors import InputRefused
from shared.fhir.executed import Executed, Failed, NotRun
from shared.records.findings import INPUT_REFUSED
from shared.runtime import known_secrets
from shared.runtime.bot import BotFunction, CustomOperation
from shared.runtime.known_secrets import BotErrors
from shared.runtime.payload import Secret
from shared.runtime.returned import PROBE

NO_ADMINISTRATOR = "The Bot's ProjectMembership has no admin right, or is deactivated."
WIDE = "No AccessPolicy of ours narrows what its ProjectMembership may do."
ANOTHER_FUNCTION = "The function is not this bot's: it answers an input that the bot refuses."
REGISTER = "Run `prescriber-bots register`."
(_PROBED,) = PROBE
_REFUSALS = (_PROBED, INPUT_REFUSED)
"""One of them stands in the bot's refusal also where the server makes an OperationOutcome of it, as
Medplum does of what the relay throws within the server. What DoseSpot posts may have fields that
nobody knows, so the refusal of such a probe does not name it."""

RETURNED = "The server answers them with their status; so the bots return theirs."
NOT_RETURNED = (
    "The server answers them with their status, but the bots raise theirs, so people see JSON in"
    " the place of a sentence."
)
RAISED = "The server answers them with 200; so the bots raise theirs."
TAKEN_FOR_SUCCESS = (
    "The server answers them with 200, which callers take for success, but"
    f" {known_secrets.BOT_ERRORS} lets the bots return theirs."
)
OLD_FUNCTION = (
    "The function did not return an error to try: it is older than this program. Run"
    " `prescriber-bots deploy`, then `prescriber-bots register`."
)

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
    if bot.admin and not is_narrowed(membership, found, bot.name):
        return missing(f"{WIDE} {REGISTER}")
    return ok("Set up, with its function and rights.")


def check_operation(
    bot: BotFunction, operation: CustomOperation, found: Installation
) -> CheckResult:
    """The OperationDefinition that runs a Bot."""
    known, bots = found.operations[operation.code], found.bots[bot.identifier]
    if not known or not bots:
        return missing(f"The project has no OperationDefinition that runs the Bot. {REGISTER}")
    if len(known) > 1:
        ids = ", ".join(one["id"] for one in known)
        return missing(
            f"{len(known)} OperationDefinitions have this code: {ids}. Delete all but one."
        )
    wanted = wanted_operation(known[0], bot, operation, f"Bot/{bots[0]['id']}")
    differences = differing(known[0], wanted)
    if differences:
        return missing(
            f"The OperationDefinition is not up to date: {'; '.join(differences)}. {REGISTER}"
        )
    return ok("Set up, and runs the Bot.")


def _wanted(
    one: Resource, bot: BotFunction, found: Installation, function: FunctionName
) -> Resource:
    """The Bot as `register` makes it."""
    if is_relayed({}, found.secrets):
        return relayed.marked(relayed.wanted_relay_bot(one, bot, None))
    return wanted_bot(one, bot, function.value)


def is_narrowed(membership: Resource | None, found: Installation, program: str) -> bool:
    """Whether a program's membership has the program's own AccessPolicy."""
    policy = found.policy(policy_name(program))
    return policy is not None and has_policy(membership or {}, policy)


def check_function(outcome: Executed) -> CheckResult:
    """Whether a function refused the probe, as told by what came of it."""
    said = json.dumps(outcome.body) if isinstance(outcome, NotRun) else ""
    if any(refusal in said for refusal in _REFUSALS):
        return ok("Answers.")
    if isinstance(outcome, NotRun):
        return missing(f"The server did not run the bot{_why_not(outcome)}")
    if isinstance(outcome, Failed) and outcome.error_type == InputRefused.__name__:
        return ok("Answers.")
    if isinstance(outcome, Failed):
        return missing(f"The function fails: {_one_line(outcome.sentence)}")
    return missing(f"{ANOTHER_FUNCTION} {REGISTER}")


def check_bot_errors(tried: BotErrors | None, secrets: Mapping[str, Secret]) -> CheckResult:
    """Whether the bots return their errors only where the server answers them as errors.

    Args:
        tried: what the server was found to do; None if a bot did not return the probe's.
        secrets: the project's.
    """
    stored = secrets[known_secrets.BOT_ERRORS].text() if known_secrets.BOT_ERRORS in secrets else ""
    problem = known_secrets.malformed(known_secrets.BOT_ERRORS, stored) if stored else None
    if problem:
        return missing(f"{known_secrets.BOT_ERRORS} {problem}. {REGISTER}")
    returns = stored == BotErrors.RETURNED
    if tried is None:
        return missing(OLD_FUNCTION) if returns else note(OLD_FUNCTION)
    if tried is BotErrors.RETURNED:
        return ok(RETURNED) if returns else note(f"{NOT_RETURNED} {REGISTER}")
    return missing(f"{TAKEN_FOR_SUCCESS} {REGISTER}") if returns else ok(RAISED)


def _why_not(not_run: NotRun) -> str:
    issues = entries(not_run.body, "issue")
    text = " ".join(str(child(issue, "details").get("text")) for _, issue in issues)
    meaning = next((means for says, means in SAYS.items() if says in text), None)
    return f" ({not_run.status}): {_one_line(text)}" if meaning is None else f": {meaning}"


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
