"""Commands that work on a Medplum server: `register` and `doctor`."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bots.dispatch import FUNCTION
from deploy.cli.command import verbose_option
from deploy.cli.secret_input import (
    from_options,
    generated_relay_secret,
    generated_webhook_secret,
    prompt_for_missing,
)
from deploy.cli.sign_in import Command, base_url_option, server_at
from deploy.cli.table import print_row, terminal_width
from shared.errors import LookUpFirst, TryAgain
from shared.runtime.known_secrets import RELAY_URL

if TYPE_CHECKING:
    from deploy.medplum.doctor.finding import Check, CheckReport
    from deploy.medplum.installation import Installation
    from deploy.medplum.ledger import LedgerEntry
    from deploy.medplum.wanted import FunctionName

AGAIN = "Run `prescriber-bots register` again: it looks first and goes on from there."
STILL_MISSING = (
    "What is missing is asked for at a terminal, or taken from --secrets-file or"
    " --secrets-from-aws; `prescriber-bots doctor` checks the rest."
)

DEPLOYMENT_TIMEOUT_S = 90.0
"""A Medplum server answers `$deploy` when AWS has the function."""

FIELDS_OF_CRON = 5
NOT_CRON = "must have five fields, such as '*/15 * * * *', or be off."

WIDEST_VERDICT, WIDEST_FINDING = 9, 11
MOST_NAMED = 3


def function_options(command: Command) -> Command:
    """Adds the options that say how the Lambda function of the bots is called."""
    for option in (
        click.option(
            "--no-external-function-id",
            "named",
            is_flag=True,
            flag_value=False,
            default=True,
            help="For a server without botCustomFunctionsEnabled: it invokes"
            " medplum-bot-lambda-<bot id>.",
        ),
        click.option(
            "--alias",
            default="live",
            show_default=True,
            help='Alias or version of the function to invoke; "" for none.',
        ),
        click.option(
            "--function",
            metavar="NAME",
            default=FUNCTION,
            show_default=True,
            help="Name of the bots' function: that of the AWS stack.",
        ),
    ):
        command = option(command)
    return command


def _five_fields(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    if given in (None, "off") or len(given.split()) == FIELDS_OF_CRON:
        return given
    raise click.BadParameter(NOT_CRON)


@click.command()
@verbose_option
@base_url_option()
@function_options
@click.option(
    "--secrets-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON object with project secrets; nobody else may have access to it.",
)
@click.option(
    "--secrets-from-aws",
    metavar="NAME",
    help="Secret in AWS Secrets Manager with such a JSON object.",
)
@click.option(
    "--generate-webhook-secret",
    is_flag=True,
    help="Generate DOSESPOT_WEBHOOK_SECRET if there is none.",
)
@click.option(
    "--aws-secret",
    metavar="NAME",
    help="Also write the bots' own credential into this secret in AWS Secrets Manager.",
)
@click.option(
    "--relay",
    metavar="URL",
    help="Have the Bots pass their runs on to this HTTPS endpoint, as hosted Medplum needs it; kept"
    " as the project secret RELAY_URL.",
)
@click.option(
    "--relay-runtime",
    type=click.Choice(["awslambda", "vmcontext"]),
    help="What runs the relay's JavaScript: awslambda on hosted Medplum, vmcontext within a server"
    " of your own. Without it a Bot keeps its own; a new one gets awslambda.",
)
@click.option(
    "--status-schedule",
    metavar="CRON",
    callback=_five_fields,
    help="When to compare everybody with DoseSpot, as Bot.cronString has it (five fields);"
    " off for never. Without this option the Bot keeps its schedule, or gets */15 * * * *.",
)
@click.option("--plan", is_flag=True, help="Show what would be done without doing it.")
def register(base_url: str, plan: bool, aws_secret: str | None, **options: Any) -> None:
    """Create or update what the bots need in a Medplum project.

    Bots, their rights, the project secrets, a ClientApplication, an AccessPolicy for prescribers
    and the FHIR profiles. A second run has nothing to do. Needs a project administrator: set
    MEDPLUM_ACCESS_TOKEN, or MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET, or enter a token when
    asked. Exits with 1 if something is still missing.

    \b
    Examples:
      prescriber-bots register --base-url https://api.example.org/ --plan
      prescriber-bots register --base-url https://api.example.org/ --secrets-file secrets.json
      prescriber-bots register --base-url https://api.medplum.com/ \\
        --relay https://bots.example.org/relay
    """
    from deploy.medplum.aws_secrets import AwsSecret
    from deploy.medplum.conformance import conformance_resources
    from deploy.medplum.installation import look
    from deploy.medplum.ledger import Ledger
    from deploy.medplum.project_secrets import is_relayed
    from deploy.medplum.register import Installer, InstallOptions, refuse_what_is_wrong
    from deploy.medplum.server import ProjectAdmin

    given = from_options(options["secrets_file"], options["secrets_from_aws"])
    signed_in = server_at(base_url, DEPLOYMENT_TIMEOUT_S)
    server = ProjectAdmin(signed_in.http, signed_in.base_url, signed_in.credential)
    profiles = conformance_resources()
    found = look(server, server.project_id(), profiles)
    if options["generate_webhook_secret"]:
        given = {**generated_webhook_secret(found.secrets), **given}
    given |= {RELAY_URL: options["relay"]} if options["relay"] else {}
    given |= generated_relay_secret(given, found.secrets)
    if not plan and sys.stdin.isatty():
        given |= prompt_for_missing(given, found.secrets)
    aws = AwsSecret(aws_secret) if aws_secret else None
    relay, schedule = options["relay_runtime"], options["status_schedule"]
    order = InstallOptions(
        _function(options), given, profiles, signed_in.base_url, aws, relay, schedule
    )
    refuse_what_is_wrong(found, order)
    summary = _Summary()
    try:
        Installer(server, Ledger(server, plan=plan, report=summary.report), found, order).run()
    except (LookUpFirst, TryAgain) as error:
        happened, _, _ = str(error).partition(". ")
        raise click.ClickException(f"{happened}. {AGAIN}") from None
    if not (order.function.named or plan or is_relayed(given, found.secrets)):
        _print_function_names(look(server, server.project_id(), ()))
    summary.sum_up(plan=plan)


@click.command()
@verbose_option
@base_url_option()
@function_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
@click.option("--stack", metavar="NAME", help="Check this stack on AWS, too.")
@click.option("--region", help="Where the stack is, such as us-east-1; else the profile's.")
@click.option("--profile", help="Credentials at AWS of this name; else the environment's.")
def doctor(base_url: str, as_json: bool, stack: str | None, **options: Any) -> None:
    """Check a live installation, and say what is missing.

    Changes nothing. Signs in as `register` does. Each function is called with an input that it
    refuses, which leaves an AuditEvent as every refused call does. People are named on a terminal
    only. Exits with 1 if something is missing.

    \b
    Examples:
      prescriber-bots doctor --base-url https://api.example.org/
      prescriber-bots doctor --base-url https://api.example.org/ --json
      prescriber-bots doctor --base-url https://api.example.org/ --stack prescriber-bots
    """
    from deploy.cli.names import names_at_hand
    from deploy.medplum.doctor.examination import Examination
    from deploy.medplum.doctor.finding import CheckVerdict, examine
    from deploy.medplum.server import ProjectAdmin

    signed_in = server_at(base_url)
    server = ProjectAdmin(signed_in.http, signed_in.base_url, signed_in.credential)
    on_terminal = terminal_width() is not None and not as_json
    people = partial(names_at_hand, server) if on_terminal else _nobody
    examination = Examination(
        server, signed_in.http, signed_in.base_url, _function(options), people
    )
    of_stack = _stack_checks(stack, options, examination.ses_sender) if stack else ()
    findings = []
    for finding in examine(chain(examination.checks(), of_stack)):
        findings.append(finding)
        if not as_json and finding.needs is None:
            color = {CheckVerdict.OK: "green", CheckVerdict.MISSING: "red"}.get(finding.verdict)
            text = f"{finding.name}: {finding.sentence}"
            print_row((finding.verdict, text), (WIDEST_FINDING,), fg=color)
    in_order = not any(one.verdict is CheckVerdict.MISSING for one in findings)
    if as_json:
        checks = [vars(one) for one in findings]
        click.echo(json.dumps({"ok": in_order, "checks": checks}, indent=2))
    else:
        _print_not_checked(findings)
    sys.exit(0 if in_order else 1)


def _stack_checks(
    stack: str, options: Mapping[str, Any], sender: Callable[[], str]
) -> "Iterator[Check]":
    """The checks of a stack on AWS, with the credentials that the options name."""
    from deploy.aws.condition import StackCondition
    from deploy.aws.session import sign_in
    from deploy.medplum.doctor.stack_examination import StackExamination

    account = sign_in(options["profile"], options["region"])
    return StackExamination(StackCondition(account, stack), sender).checks()


def _nobody(_references: Sequence[str]) -> Mapping[str, str]:
    """No name: what is printed may be read by others than the operator."""
    return {}


def _print_not_checked(findings: "Sequence[CheckReport]") -> None:
    """One line for each thing that is missing: what could not be checked because of it."""
    from deploy.medplum.doctor.finding import CheckVerdict, waiting

    for needs, names in waiting(findings).items():
        several = f"and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        text = ", ".join([*names[:MOST_NAMED], *([several] if several else [])])
        sentence = f"{text}, because of {needs}"
        print_row((CheckVerdict.NOT_CHECKED, sentence), (WIDEST_FINDING,))


def _function(options: dict[str, Any]) -> "FunctionName":
    from deploy.medplum.wanted import FunctionName

    return FunctionName(options["function"], options["alias"], options["named"])


class _Summary:
    """Prints what a run does, and sums it up."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def report(self, entry: "LedgerEntry") -> None:
        """Prints one line, and one for each detail."""
        self._counts[entry.status] += 1
        print_row((entry.status, entry.what), (WIDEST_VERDICT,))
        for detail in entry.details:
            print_row(("", f"  {detail}"), (WIDEST_VERDICT,))

    def sum_up(self, *, plan: bool) -> None:
        """Prints how it went; ends with 1 where something is missing after it."""
        from deploy.medplum.ledger import EntryStatus
        from deploy.medplum.register import ASSIGN
        from fhir_profiles.systems import PRESCRIBER_POLICY

        changes = self._counts[EntryStatus.CREATED] + self._counts[EntryStatus.CHANGED]
        missing = self._counts[EntryStatus.MISSING]
        if plan:
            noun = "change" if changes == 1 else "changes"
            click.echo(f"{changes} {noun} would be made; nothing was changed.")
        elif changes:
            click.echo("1 change was made." if changes == 1 else f"{changes} changes were made.")
            click.echo(f"About the AccessPolicy {PRESCRIBER_POLICY}: {ASSIGN}")
        elif not missing:
            click.echo("Nothing to do.")
        if missing:
            click.echo(f"{missing} still missing. {STILL_MISSING}")
            sys.exit(0 if plan else 1)


def _print_function_names(found: "Installation") -> None:
    click.echo("The server invokes these functions:")
    for identifier, bots in found.bots.items():
        click.echo(f"  medplum-bot-lambda-{bots[0]['id']}  for {identifier}")
