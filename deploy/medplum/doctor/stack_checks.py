"""Is a stack on AWS as it was deployed, and does nothing wait or ring there? Pure."""

from collections.abc import Sequence

from deploy.aws.condition import AlarmCondition, FunctionCondition, QueueCondition
from deploy.aws.stack import DONE, Existing
from deploy.medplum.doctor.finding import CheckResult, CheckVerdict, missing, note, ok

DEPLOY = "Run `prescriber-bots deploy`."
ASLEEP = "Inactive"
"""Lambda puts away what has not been run for long, and restores it at the next run."""
ROLLED_BACK = "UPDATE_ROLLBACK_COMPLETE"
UNDER_WAY = "_IN_PROGRESS"


def check_stack(name: str, found: Existing | None) -> CheckResult:
    """Whether the last change of the stack ended well."""
    if found is None:
        return missing(f"There is no stack {name} here. Name its region, or deploy it. {DEPLOY}")
    if found.status in DONE:
        return ok("The last deployment ended well.")
    if found.status == ROLLED_BACK:
        return note("The last deployment was rolled back; the one before is what runs.")
    if found.status.endswith(UNDER_WAY):
        return note(f"A change is under way ({found.status}). Check again when it has ended.")
    return missing(f"The stack is not as it should be ({found.status}). {DEPLOY}")


def check_functions(found: Sequence[FunctionCondition]) -> CheckResult:
    """Whether the published version of each function can be run, and has the newest code."""
    results = [(one.name, check_function(one)) for one in found]
    for verdict in (CheckVerdict.MISSING, CheckVerdict.NOTE):
        sentences = [f"{name}: {one.sentence}" for name, one in results if one.verdict is verdict]
        if sentences:
            return CheckResult(verdict, " ".join(sentences))
    versions = ", ".join(f"{one.name} {one.version}" for one in found)
    return ok(f"The versions behind the alias live: {versions}.")


def check_function(one: FunctionCondition) -> CheckResult:
    """The same of one function."""
    if one.version is None:
        return missing(f"There is no alias live, by which Medplum calls it. {DEPLOY}")
    if not one.has_own_role:
        return missing(f"Its role is none of the stack's: somebody changed it. {DEPLOY}")
    if one.state == ASLEEP:
        return note(f"Version {one.version} was not run for long: the next call may be refused.")
    if one.state not in ("", "Active"):
        return missing(f"Version {one.version} can't be run: it is {one.state}. {DEPLOY}")
    if not one.is_newest:
        return missing(f"Version {one.version}, behind the alias, is older code. {DEPLOY}")
    return ok(f"Version {one.version} is behind the alias live.")


def check_alarms(names: Sequence[str], found: Sequence[AlarmCondition]) -> CheckResult:
    """Whether all alarms are there, none rings, and somebody hears them."""
    gone = sorted(set(names) - {one.name for one in found})
    ringing = sorted(one.name for one in found if one.state == "ALARM")
    unheard = [one for one in found if not one.is_sent]
    if gone:
        return missing(f"Not there: {', '.join(gone)}. {DEPLOY}")
    if ringing:
        return missing(f"Ringing: {', '.join(ringing)}. docs/how-to/alarms.md says what to do.")
    if unheard:
        return note(
            f"{len(unheard)} of {len(found)} are sent to nobody. Name an SNS topic:"
            " `prescriber-bots deploy --alarm-topic`."
        )
    return ok(f"None of {len(found)} rings.")


def check_queues(found: Sequence[QueueCondition]) -> CheckResult:
    """Whether something failed for good, and how much waits."""
    failed = [one for one in found if one.is_dead_letters and one.waiting]
    waiting = ", ".join(f"{one.waiting} in {one.name}" for one in found)
    if failed:
        return missing(
            f"What failed for good waits: {waiting}. docs/how-to/alarms.md says what to do."
        )
    return ok(f"Waiting: {waiting}." if found else "There are none.")


def check_mail_identity(identity: str, sender: str) -> CheckResult:
    """Whether the bots may send e-mail by Amazon SES as who the project says they are.

    Args:
        identity: ARN of the identity that the stack lets them send as; may be empty.
        sender: the address that the project sends from by SES; empty if it does not.
    """
    if not sender:
        return ok("The project sends no e-mail by Amazon SES.")
    if not identity:
        return note(
            "The project sends e-mail by Amazon SES, and the stack gives no right to. Name the"
            " identity, unless the function's role has the right otherwise:"
            " `prescriber-bots deploy --mail-identity`."
        )
    name = identity.partition(":identity/")[2].casefold()
    if not _is_sent_as(name, sender.casefold()):
        return missing(
            "The stack lets the bots send as another identity than the address of the project"
            " secret MAIL_FROM. Correct either: `prescriber-bots deploy --mail-identity`."
        )
    return ok("The bots may send as the identity of the project secret MAIL_FROM.")


def _is_sent_as(identity: str, sender: str) -> bool:
    """Whether SES sends from an address as that identity: itself, its domain, or one above that."""
    domain = sender.rpartition("@")[2]
    return identity in (sender, domain) or domain.endswith(f".{identity}")


def check_invoker(attached: int, invoker: str) -> CheckResult:
    """Whether somebody may run the bots.

    Args:
        attached: to how many roles the stack's policy for Medplum's role is attached.
        invoker: the role or account that the functions themselves let in; may be empty.
    """
    if invoker:
        return ok(f"The functions let {invoker} in.")
    if attached:
        return ok("The stack's policy is attached to a role.")
    return note(
        "The policy of the output InvokePolicyArn is attached to no role. Attach it to the role of"
        " the Medplum server, unless that has rights of another kind."
    )
