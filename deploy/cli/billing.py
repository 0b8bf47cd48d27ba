"""The command that tells how many prescribers are billed, and what they cost."""

import csv
import json
import sys
from typing import Any

import click

from deploy.cli.command import verbose_option
from deploy.cli.sign_in import base_url_option, server_at
from deploy.cli.table import print_table

BOT = "dosespot-billing-report-bot"
HEADS = ("MONTH", "CLINIC", "PRESCRIBERS", "COST")
COLUMNS = ("month", "clinicId", "prescribers", "cost", "currency")


@click.command()
@verbose_option
@base_url_option()
@click.option("--from", "first", metavar="YYYY-MM", help="The first month; by default this one.")
@click.option("--to", "last", metavar="YYYY-MM", help="The last month; by default the first.")
@click.option("--csv", "as_csv", is_flag=True, help="Print comma-separated values instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, with who is billed.")
def billing(
    base_url: str, first: str | None, last: str | None, as_csv: bool, as_json: bool
) -> None:
    """Count each clinic's prescribers and their cost by month.

    A prescriber counts from the day on which identity was proven until they left. Nothing is
    changed. An administrator of the project signs in with MEDPLUM_CLIENT_ID and
    MEDPLUM_CLIENT_SECRET, or with MEDPLUM_ACCESS_TOKEN, which is asked for if it is not set.

    \b
    Examples:
      prescriber-bots billing --base-url https://api.example.org/
      prescriber-bots billing --base-url https://api.example.org/ --from 2026-01 --to 2026-03 --csv
    """
    from deploy.cli.execute import execute, find_bot
    from deploy.medplum.server import ProjectAdmin

    if as_csv and as_json:
        raise click.UsageError("--csv and --json can't be combined; give one of them.")
    signed_in = server_at(base_url)
    server = ProjectAdmin(signed_in.http, signed_in.base_url, signed_in.credential)
    months = {"firstMonth": first, "lastMonth": last}
    given = {name: month for name, month in months.items() if month is not None}
    report = execute(server, find_bot(server, BOT), given)
    if as_json:
        click.echo(json.dumps(report, indent=2))
    elif as_csv:
        _print_csv(report)
    else:
        _print_rows(report)


def _print_csv(report: dict[str, Any]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for month in report["months"]:
        writer.writerow([{**month, **report}[name] for name in COLUMNS])


def _print_rows(report: dict[str, Any]) -> None:
    currency = report["currency"]
    rows = [
        (one["month"], str(one["clinicId"]), str(one["prescribers"]), f"{one['cost']} {currency}")
        for one in report["months"]
    ]
    print_table([HEADS, *rows])
    click.echo(f"{report['price']} {currency} for each prescriber and month.")
