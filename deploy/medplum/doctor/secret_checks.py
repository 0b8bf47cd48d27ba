"""Are the project secrets there and well-formed? Pure; only names are told, never values."""

from collections.abc import Mapping

from deploy.medplum.doctor.finding import CheckResult, missing, note, ok
from deploy.medplum.project_secrets import OPTIONAL, guess, is_known
from shared.runtime import known_secrets
from shared.runtime.payload import Secret

PUSH_ONLY = "Only push notifications need it."
REGISTER = "Give it to `prescriber-bots register`."


def check_secret(name: str, secrets: Mapping[str, Secret]) -> CheckResult:
    """One of the bots' secrets."""
    text = secrets[name].text() if name in secrets else ""
    if not text and name in OPTIONAL:
        return ok("The project has none, and needs none.")
    if not text:
        others = [other for other in secrets if not is_known(other)]
        lacking = f"The project has none{guess(name, others) or '.'}"
        if name == known_secrets.WEBHOOK_SECRET:
            return note(f"{lacking} {PUSH_ONLY}")
        return missing(f"{lacking} {REGISTER}")
    problem = known_secrets.malformed(name, text)
    return missing(f"{name} {problem}. {REGISTER}") if problem else ok("Set and well-formed.")
