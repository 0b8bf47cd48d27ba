"""The command `prescriber-bots`: parses, calls, prints; everything else lives elsewhere.

What a command needs is imported when it runs, so that `--help` answers at once.
"""

import click

from deploy.cli import (
    aws,
    billing,
    demo,
    enroll_many,
    invoke,
    medplum,
    pages,
    readiness,
    sandbox,
    schema,
    stack,
)
from deploy.cli.command import OneLineErrors, verbose_option


@click.group(
    cls=OneLineErrors,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@verbose_option
@click.version_option(package_name="prescriber-bots")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Enroll prescribers in DoseSpot with bots that run on a Medplum server.

    `prescriber-bots COMMAND --help` explains a command.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


for command in (
    *(demo.demo, sandbox.sandbox, sandbox.functions, sandbox.dosespot, invoke.invoke),
    *(aws.package, stack.deploy, stack.destroy),
    *(medplum.register, medplum.doctor, readiness.readiness, billing.billing),
    *(enroll_many.enroll_many, schema.schema, pages.pages),
):
    main.add_command(command)
