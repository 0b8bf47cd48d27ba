"""Does the relay pass runs on as it should? Pure."""

from collections.abc import Mapping

from deploy.medplum.doctor.bot_checks import REGISTER
from deploy.medplum.doctor.finding import CheckResult, missing, ok
from deploy.medplum.relayed import relay_code
from deploy.relay.rules import OTHER_TIME
from shared.http.sending import Reply

SERVICE = "The relay's endpoint"
NO_RELAY = ok("The project has none, and needs none.")
NO_SECRET = missing(f"RELAY_URL is set, and RELAY_SECRET is not. {REGISTER}")
NO_ENDPOINT = (
    "What answers at RELAY_URL ({status}) is no endpoint of the relay. Give its address to"
    " `prescriber-bots register --relay`."
)


def check_code(deployed: Mapping[str, str | None]) -> CheckResult:
    """The code of each Bot, by the Bot's identifier; None if it has none."""
    differs = [name for name, code in deployed.items() if code != relay_code()]
    if differs:
        return missing(f"The code of {', '.join(differs)} is not the relay's. {REGISTER}")
    return ok(f"The relay's on {len(deployed)} Bots.")


def check_endpoint(reply: Reply) -> CheckResult:
    """Whether the endpoint refused a call that says no time and has no signature."""
    try:
        answer = reply.json()
    except ValueError:
        answer = None
    error = answer.get("error") if isinstance(answer, dict) else None
    sentence = error.get("errorMessage") if isinstance(error, dict) else None
    if (reply.status, sentence) == (OTHER_TIME.status, OTHER_TIME.sentence):
        return ok("Answers, and refuses a call that is not signed.")
    return missing(NO_ENDPOINT.format(status=reply.status))
