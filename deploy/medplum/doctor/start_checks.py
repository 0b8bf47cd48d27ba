"""Does what should start Bots without a caller do so: a schedule, and DoseSpot's notifications?"""

from deploy.medplum import starting
from deploy.medplum.doctor.bot_checks import REGISTER, check_function
from deploy.medplum.doctor.finding import CheckResult, CheckVerdict, missing, note, ok
from deploy.medplum.wanted import is_scheduled
from fhir_profiles import Resource
from shared.fhir.executed import Executed, NotRun

NO_SCHEDULE = (
    "No schedule compares Practitioners with DoseSpot: what DoseSpot does not notify of is noticed"
    " when a bot runs for the prescriber. `prescriber-bots register` sets a schedule."
)
OLD_SERVER = "The server has no webhooks; Medplum 5.0.10 and later do. Upgrade it."


def check_schedule(project: Resource, bot: Resource) -> CheckResult:
    """Whether the server runs a Bot by its schedule."""
    if not is_scheduled(bot):
        return note(NO_SCHEDULE)
    ignored = starting.ignored_schedule(project, bot)
    return missing(ignored) if ignored else ok("Set, and the server heeds it.")


def check_webhook(outcome: Executed, url: str) -> CheckResult:
    """Whether DoseSpot reaches the bot, as told by what came of a probe without a sign-in."""
    if isinstance(outcome, NotRun) and outcome.status in (404, 405):
        return missing(OLD_SERVER)
    if isinstance(outcome, NotRun) and outcome.status == 403:
        return missing(
            f"The server lets nobody post to {url}: the Bot needs publicWebhook, and its"
            f" ProjectMembership an AccessPolicy. {REGISTER}"
        )
    result = check_function(outcome)
    return ok(starting.address_for_dosespot(url)) if result.verdict is CheckVerdict.OK else result
