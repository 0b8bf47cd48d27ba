"""The command that enrolls many prescribers: from a file or a search, here or through a queue."""

import json
import logging
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from deploy.cli.command import is_verbose, verbose_option
from deploy.cli.progress import Progress
from deploy.cli.sign_in import Server, base_url_option, server_at
from fhir_profiles.codes import ClinicianRole, TfaType
from shared.fhir.units import HOSTED_UNITS_PER_MINUTE
from shared.runtime.log import LOGGER

if TYPE_CHECKING:
    from bots.bulk.result import Result
    from deploy.many.results import Ledger, ResultsFile
    from deploy.many.rows import Row

RESUME = "Run the same command again to go on."


@dataclass(frozen=True)
class Asked:
    """What the command line says."""

    file: str | None
    search: str | None
    results: Path
    roles: tuple[int, ...]
    init_idp: bool
    init_tfa: bool
    tfa_type: str
    concurrency: int
    share: float
    fhir_units_per_minute: int
    queue: str | None
    collect: str | None
    wait: int
    base_url: str | None
    as_json: bool

    @cached_property
    def server(self) -> Server:
        """The Medplum server, signed in."""
        if self.base_url is None:
            raise click.UsageError("--base-url is needed, or MEDPLUM_BASE_URL.")
        return server_at(self.base_url)

    @property
    def defaults(self) -> dict[str, Any]:
        """The bot's input where a row says nothing else."""
        return {
            "practitionerRoleTypes": list(self.roles),
            "initIdp": self.init_idp,
            "initTfa": self.init_tfa,
            "tfaType": self.tfa_type,
        }

    @contextmanager
    def rows(self) -> "Iterator[tuple[Iterator[Row | Result], int | None]]":
        """Whom to enroll, and how many they are where that can be told."""
        from deploy.many.rows import count_found, count_rows, file_rows, found_rows

        if self.search is not None:
            total = count_found(self.server.fhir, self.search)
            yield found_rows(self.server.fhir, self.search, self.defaults), total
        elif self.file == "-":
            yield file_rows(sys.stdin, self.defaults), None
        else:
            path = Path(str(self.file))
            with path.open(encoding="utf-8", errors="replace", newline="") as lines:
                total = count_rows(lines)
                lines.seek(0)
                yield file_rows(lines, self.defaults), total


@dataclass(frozen=True)
class Summary:
    """How a command went.

    Attributes:
        counts: of each outcome, and of the rows that were sent.
        stopped: why the command ended before the last row, if it did.
    """

    counts: Counter[str]
    stopped: str | None = None

    @property
    def is_well(self) -> bool:
        """Whether everything was done that was asked for."""
        return not (self.stopped or self.counts["refused"] or self.counts["failed"])


@click.command("enroll-many")
@verbose_option
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--search", metavar="QUERY", help="Enroll the Practitioners whom this finds.")
@click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="Add a result for each prescriber to this file, and leave out whom it has as done.",
)
@click.option(
    "--role",
    "roles",
    type=click.IntRange(1, len(ClinicianRole)),
    multiple=True,
    default=(int(ClinicianRole.PRESCRIBING_CLINICIAN),),
    show_default=True,
    help="DoseSpot role of the prescribers; may be given several times.",
)
@click.option("--init-idp", is_flag=True, help="Initialize identity proofing.")
@click.option("--init-tfa", is_flag=True, help="Initialize two-factor authentication.")
@click.option(
    "--tfa-type",
    type=click.Choice([kind.value for kind in TfaType]),
    default=TfaType.MOBILE.value,
    show_default=True,
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=16,
    show_default=True,
    help="How many to enroll at the same time.",
)
@click.option(
    "--share",
    type=click.FloatRange(0, 1, min_open=True),
    default=1.0,
    show_default=True,
    help="Part of DoseSpot's rate limits to use, where others use them too.",
)
@click.option(
    "--fhir-units-per-minute",
    type=click.IntRange(0),
    default=HOSTED_UNITS_PER_MINUTE,
    show_default=True,
    help="FHIR interaction units that the server allows, as hosted Medplum does; a first"
    " enrollment needs about 640. 0 for a server without such a limit.",
)
@click.option("--queue", metavar="URL", help="Send the rows to this SQS queue instead.")
@click.option("--collect", metavar="URL", help="Add the results in this SQS queue to the file.")
@click.option(
    "--wait",
    type=click.IntRange(0, 20),
    default=5,
    show_default=True,
    help="With --collect: for how many seconds to wait for more results.",
)
@base_url_option(required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@click.pass_context
def enroll_many(ctx: click.Context, /, **options: Any) -> None:
    """Enroll the prescribers of FILE, or those whom a search finds.

    FILE is CSV whose first line names its columns (practitionerId and, where wanted,
    practitionerRoleTypes, medicalLicenseNumbers, initIdp, initTfa, tfaType), or has one JSON object
    with the enroll bot's input per line; - is standard input. Exits with 1 unless everybody is
    enrolled as asked; the same command then goes on where it stopped.

    \b
    Examples:
      prescriber-bots enroll-many prescribers.csv --results results.jsonl
      prescriber-bots enroll-many --search 'Practitioner?active=true' --results results.jsonl
      prescriber-bots enroll-many prescribers.csv --queue https://sqs... --results results.jsonl
      prescriber-bots enroll-many --collect https://sqs... --results results.jsonl
    """
    from deploy.many.results import Ledger, ResultsFile

    asked = Asked(**options)
    if sum(source is not None for source in (asked.file, asked.search, asked.collect)) != 1:
        raise click.UsageError("Give one of FILE, --search and --collect.")
    if not is_verbose(ctx):
        LOGGER.addHandler(logging.NullHandler())
    began_s = monotonic()
    with ResultsFile(asked.results) as results, Ledger(results.done()) as ledger:
        if asked.collect is not None:
            summary = _collect(asked, results)
        elif asked.queue is not None:
            summary = _send(asked, results, ledger)
        else:
            summary = _enroll(asked, results, ledger)
        _tell(asked, summary, ledger, monotonic() - began_s)
    sys.exit(0 if summary.is_well else 1)


def _enroll(asked: Asked, results: "ResultsFile", ledger: "Ledger") -> Summary:
    """Enrolls here."""
    from bots.bulk.enrollment import BulkEnrollment
    from deploy.many.run import Run
    from shared.dosespot.limits import DoseSpotLimits
    from shared.fhir.units import FhirUnits

    units = FhirUnits(asked.fhir_units_per_minute) if asked.fhir_units_per_minute else None
    bulk = BulkEnrollment(DoseSpotLimits().share(asked.share), units, asked.concurrency)
    administrator = bulk.sign_in(asked.server.base_url, asked.server.credential)
    run = Run(lambda given: bulk.enroll(administrator, given), asked.concurrency)
    counts: Counter[str] = Counter()
    with asked.rows() as (rows, total), Progress(total) as progress, _stopping(run.stopped):
        for result in run.results(ledger.due(rows)):
            results.add(result)
            counts[result.outcome.value] += 1
            left_out = ledger.already_done + ledger.duplicates
            progress.show(counts.total() + left_out, _in_words(counts))
    reason = str(run.stopped_by or "Interrupted.") if run.stopped.is_set() else None
    return Summary(counts, stopped=reason)


def _send(asked: Asked, results: "ResultsFile", ledger: "Ledger") -> Summary:
    """Sends to a queue; what can't be sent is a result."""
    from bots.bulk.result import Result
    from deploy.many.queue import Queue

    counts: Counter[str] = Counter()

    def usable(rows: "Iterable[Row | Result]") -> "Iterator[Row]":
        for row in rows:
            if isinstance(row, Result):
                results.add(row)
                counts[row.outcome.value] += 1
            else:
                yield row

    with asked.rows() as (rows, total), Progress(total) as progress:
        for sent in Queue(str(asked.queue)).send(usable(ledger.due(rows))):
            counts["sent"] += sent
            left_out = ledger.already_done + ledger.duplicates
            progress.show(counts.total() + left_out, _in_words(counts))
    return Summary(counts)


def _collect(asked: Asked, results: "ResultsFile") -> Summary:
    """Empties a queue of results."""
    from deploy.many.queue import Queue

    counts: Counter[str] = Counter()

    def add(result: "Result") -> None:
        results.add(result)
        counts[result.outcome.value] += 1

    with Progress(None) as progress:
        for _ in Queue(str(asked.collect)).collect(add, asked.wait):
            progress.show(counts.total(), _in_words(counts))
    return Summary(counts)


@contextmanager
def _stopping(stopped: Event) -> Iterator[None]:
    """Lets the first Ctrl-C or SIGTERM only set the event; a second one ends the command."""

    def stop(number: int, _: object) -> None:
        stopped.set()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_words(counts: Counter[str]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(counts.items()))


def _tell(asked: Asked, summary: Summary, ledger: "Ledger", seconds: float) -> None:
    if summary.stopped:
        click.echo(f"Stopped: {summary.stopped} {RESUME}", err=True)
    if asked.as_json:
        told = {
            **summary.counts,
            "alreadyDone": ledger.already_done,
            "duplicates": ledger.duplicates,
            "seconds": round(seconds, 1),
            "stopped": summary.stopped,
        }
        click.echo(json.dumps(told))
        return
    left_out = {"done before": ledger.already_done, "duplicate rows": ledger.duplicates}
    words = _in_words(Counter({**summary.counts, **{k: n for k, n in left_out.items() if n}}))
    click.echo(f"{words or 'nothing to do'}; {seconds:.1f} s; results in {asked.results}")
