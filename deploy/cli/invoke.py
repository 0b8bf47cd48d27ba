"""The command that runs one bot once, without a Medplum server."""

import json
from pathlib import Path

import click

from bots.catalog import BOTS
from deploy.cli.command import verbose_option


@click.command()
@verbose_option
@click.argument("bot", type=click.Choice([bot.name for bot in BOTS]))
@click.option(
    "--payload",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="JSON file with a Lambda payload as Medplum sends it.",
)
def invoke(bot: str, payload: Path) -> None:
    """Run one bot once on a saved payload and print its answer.

    \b
    Examples:
      prescriber-bots invoke admin_enroll --payload payload.json
    """
    try:
        event = json.loads(payload.read_bytes())
    except ValueError:
        raise click.ClickException(f"{payload} is not JSON.") from None
    handler = next(known.handler(unattended=True) for known in BOTS if known.name == bot)
    click.echo(json.dumps(handler(event, None), indent=2))
