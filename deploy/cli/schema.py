"""The command that prints what the bots take and answer."""

import json
from pathlib import Path

import click

from bots.catalog import BOTS
from deploy.cli.command import verbose_option


@click.command()
@verbose_option
@click.argument("bot", required=False)
@click.option("--typescript", is_flag=True, help="Print TypeScript types instead.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write to this file instead of standard output.",
)
def schema(bot: str | None, typescript: bool, output: Path | None) -> None:
    """Print the JSON Schema of a bot's input and output.

    Without BOT, that of all bots. A BOT is named by its identifier, or by its
    folder such as admin_enroll.

    \b
    Examples:
      prescriber-bots schema dosespot-enroll-prescriber-bot
      prescriber-bots schema --typescript --output bots.ts
    """
    from deploy.reference import json_schema as schemas
    from deploy.reference import typescript as types

    chosen = [one for one in BOTS if bot in (None, one.name, one.identifier)]
    if not chosen:
        known = ", ".join(one.name for one in BOTS)
        raise click.BadParameter(f"there is no bot {bot}; the bots are {known}")
    document = schemas.json_schema(chosen)
    text = types.typescript(document) if typescript else json.dumps(document, indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
