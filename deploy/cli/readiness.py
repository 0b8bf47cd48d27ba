"""The command that tells who may prescribe, and why others can't."""

import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from deploy.cli.command import verbose_option
from deploy.cli.sign_in import base_url_option, server_at
from deploy.cli.table import print_row, terminal_width

if TYPE_CHECKING:
    from deploy.medplum.server import ProjectAdmin

BOT = "dosespot-readiness-bot"
NOT_READY = 3
WIDTHS = (49, 14, 20)
HEADS = ("PRACTITIONER", "NON-CONTROLLED", "CONTROLLED", "WHO ACTS, AND WHY")
WIDTHS_ON_TERMINAL = (14, 13)
HEADS_ON_TERMINAL = ("NON-CONTROLLED", "CONTROLLED", "PRESCRIBER, WHO ACTS, AND WHY")

PrescriberVerdict = dict[str, Any]


@click.command()
@verbose_option
@base_url_option()
@click.option("--practitioner", metavar="ID", help="Practitioner to check; without it, everybody.")
@click.option(
    "--organization", metavar="ID", help="Organization of the clinic; needed if there are several."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead.")
def readiness(
    base_url: str, practitioner: str | None, organization: str | None, as_json: bool
) -> None:
    """Say who can prescribe, and why others can't.

    About controlled substances and all others. Nothing is changed. Everybody may be asked about
    by an administrator of the project, who signs in with MEDPLUM_CLIENT_ID and
    MEDPLUM_CLIENT_SECRET, or with MEDPLUM_ACCESS_TOKEN, which is asked for if it is not set. A row
    shows the first reason; --json gives all of them. Names are shown on a terminal only.

    Exits with 0 if everybody may prescribe, and may sign controlled substances under each DEA
    registration on record; with 3 if somebody can't; with 1 if it could not be found out.

    \b
    Examples:
      prescriber-bots readiness --base-url https://api.example.org/
      prescriber-bots readiness --base-url https://api.example.org/ --practitioner ced6426b --json
    """
    from deploy.medplum.server import ProjectAdmin

    signed_in = server_at(base_url)
    server = ProjectAdmin(signed_in.http, signed_in.base_url, signed_in.credential)
    pages = _pages(server, practitioner, organization)
    shown = [one for page in (pages if as_json else _printed(server, pages)) for one in page]
    if as_json:
        click.echo(json.dumps({"prescribers": shown}, indent=2))
    else:
        click.echo(f"{sum(map(_is_ready, shown))} of {len(shown)} ready.")
    sys.exit(0 if all(map(_is_ready, shown)) else NOT_READY)


def _pages(
    server: "ProjectAdmin", practitioner: str | None, organization: str | None
) -> Iterator[list[PrescriberVerdict]]:
    """What the bot says, page by page."""
    from deploy.cli.execute import execute, find_bot

    bot_id = find_bot(server, BOT)
    clinic = {} if organization is None else {"organizationId": organization}
    params = clinic if practitioner is None else {"practitionerId": practitioner, **clinic}
    while True:
        answer = execute(server, bot_id, params)
        yield answer["prescribers"]
        if answer["nextCursor"] is None:
            return
        params = {"cursor": answer["nextCursor"], **clinic}


def _is_ready(prescriber: PrescriberVerdict) -> bool:
    registrations = prescriber["controlled"]["registrations"]
    return bool(prescriber["nonControlled"]["ready"]) and all(one["ready"] for one in registrations)


def _printed(
    server: "ProjectAdmin", pages: Iterator[list[PrescriberVerdict]]
) -> Iterator[list[PrescriberVerdict]]:
    """The same, each page in rows as soon as it is known; people have names on a terminal only."""
    on_terminal = terminal_width() is not None
    print_row(*((HEADS_ON_TERMINAL, WIDTHS_ON_TERMINAL) if on_terminal else (HEADS, WIDTHS)))
    for page in pages:
        if on_terminal:
            _print_named(server, page)
        else:
            for one in page:
                print_row((one["practitioner"], *_verdicts(one), _first_reason(one)), WIDTHS)
        yield page


def _print_named(server: "ProjectAdmin", page: list[PrescriberVerdict]) -> None:
    """A page for the operator's own eyes: name, reference and reason below each other."""
    from deploy.cli.names import names_of

    names = names_of(server, [one["practitioner"] for one in page])
    for one in page:
        reference = one["practitioner"]
        text = f"{names[reference]}\n{reference}\n{_first_reason(one)}"
        print_row((*_verdicts(one), text), WIDTHS_ON_TERMINAL)


def _verdicts(one: PrescriberVerdict) -> tuple[str, str]:
    non_controlled, controlled = one["nonControlled"], one["controlled"]
    return _word(non_controlled["ready"]), _controlled(controlled["registrations"])


def _word(ready: bool) -> str:
    return "yes" if ready else "no"


def _controlled(registrations: list[dict[str, Any]]) -> str:
    """A word for each DEA registration, with its state."""
    words = [f"{one['state'] or 'no state'}: {_word(one['ready'])}" for one in registrations]
    return ", ".join(words) or "no DEA number"


def _first_reason(one: PrescriberVerdict) -> str:
    first = one["reasons"][0] if one["reasons"] else None
    return f"{first['owner']}: {first['sentence']} ({first['code']})" if first else ""
