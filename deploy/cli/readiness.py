"""The command that tells who may prescribe, and why others can't."""

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from deploy.cli.command import verbose_option
from deploy.cli.sign_in import Server, base_url_option, server_at

BOT = "dosespot-readiness-bot"
NOT_READY = 3
WIDTHS = (49, 14, 20)
HEADS = ("PRACTITIONER", "NON-CONTROLLED", "CONTROLLED", "WHO ACTS, AND WHY")

Prescriber = dict[str, Any]


@click.command()
@verbose_option
@base_url_option()
@click.option("--practitioner", metavar="ID", help="Ask about this one; without it, everybody.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def readiness(base_url: str, practitioner: str | None, as_json: bool) -> None:
    """Tell who may prescribe and sign controlled substances, and why others can't.

    Nothing is changed. Everybody may be asked about by an administrator of the project, who signs
    in with MEDPLUM_CLIENT_ID and MEDPLUM_CLIENT_SECRET, or with MEDPLUM_ACCESS_TOKEN, which is
    asked for if it is not set. A row shows the first reason; --json gives all of them.

    Exits with 0 if everybody may prescribe, and may sign controlled substances under each DEA
    registration on record; with 3 if somebody can't; with 1 if it could not be found out.

    \b
    Examples:
      prescriber-bots readiness --base-url https://api.example.org/
      prescriber-bots readiness --base-url https://api.example.org/ --practitioner ced6426b --json
    """
    prescribers = _prescribers(server_at(base_url), practitioner)
    shown = list(prescribers) if as_json else list(_printed(prescribers))
    if as_json:
        click.echo(json.dumps({"prescribers": shown}, indent=2))
    else:
        click.echo(f"{sum(map(_is_ready, shown))} of {len(shown)} ready.")
    sys.exit(0 if all(map(_is_ready, shown)) else NOT_READY)


def _prescribers(signed_in: Server, practitioner: str | None) -> Iterator[Prescriber]:
    """What the bot tells, page by page."""
    from deploy.cli.execute import execute, find_bot
    from deploy.medplum.server import ProjectAdmin

    server = ProjectAdmin(signed_in.http, signed_in.base_url, signed_in.credential)
    bot_id = find_bot(server, BOT)
    asked = {} if practitioner is None else {"practitionerId": practitioner}
    while True:
        answer = execute(server, bot_id, asked)
        yield from answer["prescribers"]
        if answer["nextCursor"] is None:
            return
        asked = {"cursor": answer["nextCursor"]}


def _is_ready(prescriber: Prescriber) -> bool:
    registrations = prescriber["controlled"]["registrations"]
    return bool(prescriber["nonControlled"]["ready"]) and all(one["ready"] for one in registrations)


def _printed(prescribers: Iterator[Prescriber]) -> Iterator[Prescriber]:
    """The same, each one in a row as soon as it is known."""
    _print_row(HEADS)
    for one in prescribers:
        _print_row(
            (
                one["practitioner"],
                _word(one["nonControlled"]["ready"]),
                _controlled(one["controlled"]["registrations"]),
                _first_reason(one["reasons"]),
            )
        )
        yield one


def _print_row(cells: tuple[str, str, str, str]) -> None:
    padded = [cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=False)]
    click.echo("  ".join([*padded, cells[-1]]).rstrip())


def _word(ready: bool) -> str:
    return "yes" if ready else "no"


def _controlled(registrations: list[dict[str, Any]]) -> str:
    """A word for each DEA registration, with its state."""
    words = [f"{one['state'] or 'no state'}: {_word(one['ready'])}" for one in registrations]
    return ", ".join(words) or "no DEA number"


def _first_reason(reasons: list[dict[str, Any]]) -> str:
    first = reasons[0] if reasons else None
    return f"{first['owner']}: {first['sentence']} ({first['code']})" if first else ""
