"""Running a bot of a Medplum server from the command line."""

from typing import Any

import click

from deploy.medplum.server import ProjectAdmin, search
from fhir_profiles.systems import MEDPLUM_BOTS
from shared.fhir.executed import Failed, NotRun


def find_bot(server: ProjectAdmin, identifier: str) -> str:
    """The id of a Bot, given by its identifier without the system.

    Raises:
        click.ClickException: there is none.
        BotError: the server could not be asked.
    """
    (found,) = server.found([search("Bot", identifier=f"{MEDPLUM_BOTS}|{identifier}")])
    if not found:
        raise click.ClickException(
            f"The server has no {identifier}. Install the bots with prescriber-bots register."
        )
    return str(found[0]["id"])


def execute(server: ProjectAdmin, bot_id: str, given: dict[str, Any]) -> dict[str, Any]:
    """The answer of a bot, of those that answer with an object, to an input.

    Raises:
        click.ClickException: the bot or the server refused; says what to do.
        RemoteUnavailable: the server gave no answer.
    """
    outcome = server.execute(bot_id, given)
    if isinstance(outcome, Failed):
        raise click.ClickException(outcome.sentence)
    if isinstance(outcome, NotRun):
        raise click.ClickException(
            f"The server answered {outcome.status} when it was asked to run the bot."
        )
    if isinstance(outcome, list):
        raise click.ClickException("The server runs another function for this bot.")
    return outcome
