"""Commands that make, change and delete the bots' CloudFormation stack on AWS."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deploy.cli.command import verbose_option
from deploy.cli.table import print_table

if TYPE_CHECKING:
    from deploy.aws.session import AwsAccount
    from deploy.aws.stack import ResourceChange, Stack
    from deploy.aws.upload import Bucket

DEFAULT_STACK = "prescriber-bots"
PACKAGES = Path("dist")
PARAMETERS = {
    "architecture": "Architecture",
    "memory": "MemorySize",
    "reserved_concurrency": "ReservedConcurrency",
    "log_retention": "LogRetentionDays",
    "log_key": "LogKeyArn",
    "alarm_topic": "AlarmTopicArn",
    "invoker_arn": "InvokerArn",
    "mail_identity": "MailIdentityArn",
}
"""The template's parameter behind each option."""

SWITCHES = {
    "snap_start": ("SnapStart", {True: "PublishedVersions", False: "None"}),
    "trace": ("Tracing", {True: "Active", False: "PassThrough"}),
}
"""The template's parameter behind each switch, with its values."""

NO_ALARM_TOPIC = (
    "Warning: alarms are sent nowhere. Name an SNS topic with --alarm-topic, such as"
    " arn:aws:sns:us-east-1:123456789012:on-call."
)
NO_RESERVED_CONCURRENCY = (
    "Warning: no concurrent runs are reserved for the bots, so whatever else runs in this account"
    " may keep prescribers waiting. Reserve some with --reserved-concurrency, once the account's"
    " limit allows it."
)
FORMER_FUNCTIONS = (
    "Warning: {names} are kept, because Bots may still name them. Run `prescriber-bots register"
    " --function {stack}`, and then deploy with --one-function, which deletes them."
)
DELETED = (
    "Deletes the stack {stack} of account {account} in {region}: functions, roles, alarms and logs,"
    " the queues with what is in them, and the secret {stack}/medplum for good. Medplum and"
    " DoseSpot are not touched."
)
NOTHING = "There is no stack {stack} of account {account} in {region}."
BUCKET_KEPT = "Keeps the bucket {} with the packages; --delete-bucket deletes it too."
BUCKET_DELETED = "Deletes the bucket {} with all packages."

Command = TypeVar("Command", bound=Callable[..., Any])


def _stack_name(_context: click.Context, _parameter: click.Parameter, name: str) -> str:
    from deploy.aws.deployment import checked_stack_name

    try:
        return checked_stack_name(name)
    except ValueError as error:
        raise click.BadParameter(f"--stack {error}.") from None


def place_options(command: Command) -> Command:
    """Adds what says where on AWS: `--stack`, `--region` and `--profile`."""
    for option in (
        click.option("--profile", help="Credentials of this name; without it, the environment's."),
        click.option("--region", help="Such as us-east-1; without it, the profile's."),
        click.option(
            "--stack",
            default=DEFAULT_STACK,
            show_default=True,
            callback=_stack_name,
            help="Name of the stack and of the bots' function; other names begin with it.",
        ),
    ):
        command = option(command)
    return command


@click.command()
@verbose_option
@place_options
@click.option(
    "--zip",
    "package",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Package to deploy; without it, the newest one that `prescriber-bots package` built.",
)
@click.option("--bucket", help="Bucket for the package; without it, one is created for the stack.")
@click.option("--plan", is_flag=True, help="Show what would change without changing it.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option("--architecture", metavar="arm64|x86_64", help="Processor; initially arm64.")
@click.option("--memory", metavar="MB", help="Memory of each function; initially 1024.")
@click.option(
    "--snap-start/--no-snap-start",
    default=None,
    help="Start from a snapshot where the runtime can; initially on. AWS charges for keeping it.",
)
@click.option("--trace/--no-trace", default=None, help="Record AWS X-Ray traces; initially off.")
@click.option(
    "--reserved-concurrency",
    metavar="NUMBER",
    help="Concurrent runs to reserve for the bots, which are also the most they get; initially"
    " none, because a new AWS account has only 10 in all.",
)
@click.option("--log-retention", metavar="DAYS", help="How long to keep logs; initially 30.")
@click.option("--log-key", metavar="ARN", help="KMS key that logs are encrypted with.")
@click.option("--alarm-topic", metavar="ARN", help="SNS topic that alarms are sent to.")
@click.option(
    "--invoker-arn",
    metavar="ARN",
    help="Role or account that may run the bots, where Medplum is in another AWS account.",
)
@click.option(
    "--mail-identity",
    metavar="ARN",
    help="Identity of Amazon SES that the bots may send e-mail as, for MAIL_CHANNEL=ses.",
)
@click.option(
    "--function-name",
    "function_names",
    multiple=True,
    metavar="FUNCTION=NAME",
    help="Another name of a function. A bot so named gets a function of its own, such as"
    " admin_enroll=medplum-bot-lambda-<bot id> for a Medplum server without custom function names;"
    " such a server runs $LATEST, not the published version.",
)
@click.option(
    "--relay/--no-relay",
    default=None,
    help="Have an endpoint for the relay of a Medplum that can't name functions; initially none.",
)
@click.option(
    "--one-function", is_flag=True, help="Delete the functions that single bots have of their own."
)
@click.option(
    "--tag", "tags", multiple=True, metavar="KEY=VALUE", help="Tag for everything that is created."
)
def deploy(  # noqa: PLR0913 - one for each option
    *,
    stack: str,
    region: str | None,
    profile: str | None,
    package: Path | None,
    bucket: str | None,
    plan: bool,
    as_json: bool,
    function_names: tuple[str, ...],
    one_function: bool,
    relay: bool | None,
    tags: tuple[str, ...],
    **options: Any,
) -> None:
    """Create or update the bots' CloudFormation stack on AWS.

    An option that is left out keeps the stack's current value; an empty one restores the default.

    \b
    Examples:
      prescriber-bots deploy --region us-east-1 --plan
      prescriber-bots deploy --region us-east-1 --alarm-topic arn:aws:sns:us-east-1:1234:on-call
      prescriber-bots deploy --stack staging-bots --memory 2048
    """
    from deploy.aws.deployment import Deployment, own_bucket
    from deploy.aws.session import in_words, sign_in
    from deploy.aws.upload import newest_package

    names = _names(function_names, one_function=one_function) | _relay(stack, wanted=relay)
    settings = _settings(options) | names
    wanted_tags = dict(_pair(tag, "--tag needs KEY=VALUE") for tag in tags)
    package = package or newest_package(PACKAGES)
    account = sign_in(profile, region)
    with in_words():
        found, own = _stack(account, stack), own_bucket(stack, account)
        name = bucket or _value(found, "CodeBucket") or own
        deployment = Deployment(
            found, _bucket(account, name), name == own, package, settings, wanted_tags
        )
        if plan:
            _show_plan(stack, deployment.plan(), as_json=as_json)
        else:
            changed = deployment.apply()
            _show_outputs(found, changed=changed, as_json=as_json)
            _warn(found)


@click.command()
@verbose_option
@place_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--delete-bucket", is_flag=True, help="Delete the stack's own bucket too.")
def destroy(
    stack: str, region: str | None, profile: str | None, yes: bool, delete_bucket: bool
) -> None:
    """Delete the bots' stack on AWS, after saying what will be lost.

    \b
    Examples:
      prescriber-bots destroy --region us-east-1
      prescriber-bots destroy --stack staging-bots --yes --delete-bucket
    """
    from deploy.aws.deployment import own_bucket
    from deploy.aws.session import in_words, sign_in

    account = sign_in(profile, region)
    with in_words():
        found, bucket = _stack(account, stack), _bucket(account, own_bucket(stack, account))
        existing, has_bucket = found.existing(), bucket.exists()
        goes = DELETED if existing else NOTHING
        click.echo(goes.format(stack=stack, account=account.id, region=account.region))
        if has_bucket:
            click.echo((BUCKET_DELETED if delete_bucket else BUCKET_KEPT).format(bucket.name))
        deletes_bucket = has_bucket and delete_bucket
        if not (existing or deletes_bucket):
            return
        if not yes:
            click.confirm("Go on?", abort=True)
        if existing:
            found.delete(existing)
        if deletes_bucket:
            bucket.delete()
        click.echo("Deleted.")


def _stack(account: "AwsAccount", name: str) -> "Stack":
    from deploy.aws.stack import Stack

    def report(line: str) -> None:
        click.echo(line, err=True)

    return Stack(account.session.client("cloudformation"), name, report)


def _bucket(account: "AwsAccount", name: str) -> "Bucket":
    from deploy.aws.upload import Bucket

    return Bucket(account.session.client("s3"), name, account.id)


def _value(stack: "Stack", parameter: str) -> str:
    existing = stack.existing()
    return existing.parameters.get(parameter, "") if existing else ""


def _settings(options: Mapping[str, Any]) -> dict[str, str]:
    given = {name: value for name, value in options.items() if value is not None}
    texts = {PARAMETERS[name]: given[name] for name in PARAMETERS.keys() & given.keys()}
    switched = [(SWITCHES[name], given[name]) for name in SWITCHES.keys() & given.keys()]
    return texts | {name: values[on] for (name, values), on in switched}


def _names(given: Sequence[str], *, one_function: bool) -> dict[str, str]:
    """The parameters with names of functions; "" for one that is not to be there."""
    from deploy.aws.template.functions import FUNCTIONS, OF_ONE_BOT

    by_name = {function.name: function for function in (*FUNCTIONS, *OF_ONE_BOT)}
    known = f"--function-name needs FUNCTION=NAME, with a FUNCTION of: {', '.join(by_name)}"
    pairs = [_pair(each, known) for each in given]
    if any(function not in by_name for function, _ in pairs):
        raise click.BadParameter(f"{known}.")
    none = {function.name_parameter: "" for function in OF_ONE_BOT} if one_function else {}
    return none | {by_name[function].name_parameter: name for function, name in pairs}


def _relay(stack: str, *, wanted: bool | None) -> dict[str, str]:
    """The parameter with the name of the relay's endpoint; "" where it is not to be there."""
    from deploy.aws.template.functions import RELAY_ENDPOINT

    if wanted is None:
        return {}
    return {RELAY_ENDPOINT.name_parameter: RELAY_ENDPOINT.name_in(stack) if wanted else ""}


def _warn(stack: "Stack") -> None:
    """Says what is not safe to leave alone."""
    from deploy.aws.template.functions import former_functions

    existing = stack.existing()
    values = existing.parameters if existing else {}
    if not values.get("AlarmTopicArn"):
        click.echo(NO_ALARM_TOPIC, err=True)
    if not values.get("ReservedConcurrency"):
        click.echo(NO_RESERVED_CONCURRENCY, err=True)
    former = former_functions(stack.name, values)
    if former:
        click.echo(FORMER_FUNCTIONS.format(names=", ".join(former), stack=stack.name), err=True)


def _pair(given: str, need: str) -> tuple[str, str]:
    name, separator, value = given.partition("=")
    if not separator:
        raise click.BadParameter(f"{need}.")
    return name, value


def _show_plan(stack: str, changes: "Sequence[ResourceChange]", *, as_json: bool) -> None:
    if as_json:
        shown = [vars(change) for change in changes]
        click.echo(json.dumps({"stack": stack, "changes": shown}, indent=2))
        return
    rows = [(each.action, each.resource, each.kind, each.replacement) for each in changes]
    if rows:
        print_table([("Action", "Resource", "Type", "Replacement"), *rows])
    noun = "change" if len(rows) == 1 else "changes"
    click.echo(f"{len(rows) or 'No'} {noun} of {stack}; nothing was changed.")


def _show_outputs(stack: "Stack", *, changed: bool, as_json: bool) -> None:
    existing = stack.existing()
    outputs = existing.outputs if existing else {}
    if as_json:
        shown = {"stack": stack.name, "changed": changed, "outputs": outputs}
        click.echo(json.dumps(shown, indent=2))
        return
    print_table(sorted(outputs.items()))
    click.echo(f"{stack.name} is deployed." if changed else f"{stack.name} is already up to date.")
