"""The command that enrolls many prescribers: from a file or a search, here or through a queue."""

import json
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

import click

from deploy.cli.command import verbose_option
from deploy.cli.progress import Progress
from deploy.cli.sign_in import Server, base_url_option, server_at
from fhir_profiles.codes import ClinicianRole
from shared.dosespot.codes import ROLE_NUMBERS, TfaType, role_of
from shared.fhir.units import HOSTED_UNITS_PER_MINUTE

if TYPE_CHECKING:
    from deploy.bulk.results import EnrolledEarlier
    from deploy.bulk.source import Source
    from deploy.bulk.tally import Remark, Tally
    from deploy.bulk.worker.result import PrescriberResult

RESUME = "Run the same command again to continue."


def _roles(
    _ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]
) -> tuple[ClinicianRole, ...]:
    """The roles that numbers or names stand for."""
    from deploy.bulk.cells import NOT_A_ROLE, role_number

    try:
        return tuple(role_of(role_number(value)) for value in values)
    except ValueError:
        raise click.BadParameter(f"{NOT_A_ROLE}.") from None


@dataclass(frozen=True)
class EnrollOptions:
    """What the command line says."""

    file: str | None
    search: str | None
    results: Path | None
    roles: tuple[ClinicianRole, ...]
    init_idp: bool
    init_tfa: bool
    tfa_type: str
    dry_run: bool
    concurrency: int
    share: float
    fhir_units_per_minute: int
    queue: str | None
    collect: str | None
    wait: int
    base_url: str | None
    as_json: bool

    def __post_init__(self) -> None:
        """Refuses what contradicts itself."""
        if sum(source is not None for source in (self.file, self.search, self.collect)) != 1:
            raise click.UsageError("Give one of FILE, --search and --collect.")
        if self.dry_run and self.collect is not None:
            raise click.UsageError("--dry-run enrolls nobody; leave out --collect.")
        if self.results is None and not self.dry_run:
            raise click.UsageError("--results is needed, or --dry-run.")

    @cached_property
    def server(self) -> Server:
        """The Medplum server, signed in."""
        if self.base_url is None:
            raise click.UsageError("--base-url is needed, or MEDPLUM_BASE_URL.")
        return server_at(self.base_url)

    def shows_names(self, *, err: bool) -> bool:
        """Whether people may be named on a stream: on a terminal, of a server signed in to."""
        return (sys.stderr if err else sys.stdout).isatty() and "server" in vars(self)

    @property
    def defaults(self) -> dict[str, Any]:
        """The bot's input where a row says nothing else."""
        numbers = [ROLE_NUMBERS[role] for role in self.roles]
        return {
            **({"practitionerRoleTypes": numbers} if numbers else {}),
            "initIdp": self.init_idp,
            "initTfa": self.init_tfa,
            "tfaType": self.tfa_type,
        }

    @contextmanager
    def source(self) -> "Iterator[Source]":
        """Whom to enroll."""
        from deploy.bulk.search import count_found
        from deploy.bulk.source import FileSource, SearchSource
        from deploy.bulk.text_file import text_file

        if self.search is None:
            with text_file(str(self.file)) as file:
                yield FileSource(file, self.defaults)
            return

        def count(params: Mapping[str, str]) -> int:
            server = self.server
            return count_found(server.http, server.base_url, server.credential, params)

        yield SearchSource(self.search, self.defaults, lambda: self.server.fhir, count)


@click.command("enroll-many")
@verbose_option
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--search", metavar="QUERY", help="Enroll the Practitioners that this search finds.")
@click.option(
    "--results",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Append a result for each prescriber to this file, and skip those it lists as done.",
)
@click.option(
    "--role",
    "roles",
    multiple=True,
    callback=_roles,
    metavar="ROLE",
    help="DoseSpot role, by number or name, for rows that name none; may be given several times.",
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
    "--dry-run",
    is_flag=True,
    help="Check everything, also with the servers, and report what would be done; change nothing.",
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
    help="Share of DoseSpot's rate limits to use, if others use them too.",
)
@click.option(
    "--fhir-units-per-minute",
    type=click.IntRange(0),
    default=HOSTED_UNITS_PER_MINUTE,
    show_default=True,
    help="FHIR interaction units that the server allows, as hosted Medplum does; a first"
    " enrollment needs about 780. 0 for a server without such a limit.",
)
@click.option("--queue", metavar="URL", help="Send the rows to this SQS queue instead.")
@click.option("--collect", metavar="URL", help="Add the results in this SQS queue to the file.")
@click.option(
    "--wait",
    type=click.IntRange(0, 20),
    default=5,
    show_default=True,
    help="With --collect: how many seconds to wait for more results.",
)
@base_url_option(required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
def enroll_many(**given: Any) -> None:
    """Enroll the prescribers in FILE, or those that a search finds.

    FILE is a table whose first line names the columns (practitionerId and optionally
    practitionerRoleTypes, medicalLicenseNumbers, initIdp, initTfa, tfaType), as CSV or as
    spreadsheets write it, or has one JSON object with the enroll bot's input per line; - is
    standard input. Roles come from a column or from --role. All rows are checked before any server
    is called. People are named on a terminal only. Exits with 1 unless everybody is enrolled as
    ordered; the same command then continues where it stopped.

    \b
    Examples:
      prescriber-bots enroll-many prescribers.csv --dry-run
      prescriber-bots enroll-many prescribers.csv --results results.jsonl
      prescriber-bots enroll-many --search 'Practitioner?active=true' --role 1 --results r.jsonl
      prescriber-bots enroll-many prescribers.csv --queue https://sqs... --results results.jsonl
      prescriber-bots enroll-many --collect https://sqs... --results results.jsonl
    """
    from deploy.bulk.results import EnrolledEarlier, ResultsFile, read_done
    from deploy.bulk.tally import Tally

    options = EnrollOptions(**given)
    began_s = monotonic()
    if options.dry_run:
        done = read_done(options.results) if options.results else ()
        tally = Tally(lambda _: None)
        with EnrolledEarlier(done) as earlier:
            with _remarks_at_end(options, tally):
                _enroll(options, tally, earlier)
            _report(options, tally, earlier, monotonic() - began_s)
    else:
        with (
            ResultsFile(cast("Path", options.results)) as results,
            EnrolledEarlier(results.done()) as earlier,
        ):
            tally = Tally(results.add)
            with _remarks_at_end(options, tally):
                if options.collect is not None:
                    _collect(options, tally)
                elif options.queue is not None:
                    _send(options, tally, earlier)
                else:
                    _enroll(options, tally, earlier)
            _report(options, tally, earlier, monotonic() - began_s)
    sys.exit(0 if tally.is_well else 1)


def _enroll(options: EnrollOptions, tally: "Tally", earlier: "EnrolledEarlier") -> None:
    """Enrolls here, or finds out what that would do."""
    from deploy.bulk.job import Job
    from deploy.bulk.run import Run
    from deploy.bulk.worker.enrollment import BulkEnrollment
    from shared.dosespot.limits import DoseSpotLimits
    from shared.fhir.units import FhirUnits

    units = FhirUnits(options.fhir_units_per_minute) if options.fhir_units_per_minute else None
    limits = DoseSpotLimits().share(options.share)
    bulk = BulkEnrollment(limits, units, options.concurrency, dry=options.dry_run)
    job = Job(tally, earlier)
    with options.source() as source:
        if not (total := job.checked(source)):
            return
        administrator = bulk.sign_in(options.server.base_url, options.server.credential)
        run = Run(lambda given: bulk.enroll(administrator, given), options.concurrency)
        with _plan(options) as show_plan, Progress(total) as progress, _stopping(run.stopped):
            for result in job.enrolled(source, run):
                show_plan(result)
                progress.show(job.examined, str(tally))
    if run.stopped.is_set():
        tally.stopped = str(run.stopped_by or "Interrupted.")


@contextmanager
def _plan(options: EnrollOptions) -> "Iterator[Callable[[PrescriberResult], None]]":
    """Says what a dry run has found out; on a terminal at the end, when its bar is complete."""
    from deploy.bulk.tally import Remark

    at_once = not options.shows_names(err=options.as_json)
    waiting: list[Remark] = []

    def show(result: "PrescriberResult") -> None:
        if options.dry_run and result.outcome.is_well:
            unchanged = result.outcome.value == "unchanged"
            words = "needs no change" if unchanged else f"would be {result.outcome.value}"
            waiting.append(Remark(result.practitionerId, words))
        if at_once:
            _print(options, waiting, err=options.as_json)
            waiting.clear()

    try:
        yield show
    finally:
        _print(options, waiting, err=options.as_json)


def _print(options: EnrollOptions, remarks: "Sequence[Remark]", *, err: bool) -> None:
    """Prints remarks, on the operator's own terminal with the names of those they are about."""
    from deploy.cli.names import names_at_hand

    names: Mapping[str, str] = {}
    if remarks and options.shows_names(err=err):
        ids = dict.fromkeys(one.practitioner_id for one in remarks if one.practitioner_id)
        names = names_at_hand(options.server.fhir, [f"Practitioner/{one}" for one in ids])
    for one in remarks:
        name = names.get(f"Practitioner/{one.practitioner_id}")
        line = f"{name} ({one.practitioner_id}) {one.words}" if name else str(one)
        click.echo(line, err=err)


def _send(options: EnrollOptions, tally: "Tally", earlier: "EnrolledEarlier") -> None:
    """Sends to a queue."""
    from deploy.bulk.job import Job
    from deploy.bulk.queue import Queue

    job = Job(tally, earlier)
    with options.source() as source:
        if not (total := job.checked(source)):
            return
        with Progress(total) as progress:
            for _ in job.sent(source, Queue(str(options.queue))):
                progress.show(job.examined, str(tally))


def _collect(options: EnrollOptions, tally: "Tally") -> None:
    """Empties a queue of results."""
    from deploy.bulk.queue import Queue

    with Progress(None) as progress:
        for _ in Queue(str(options.collect)).collect(tally.add, options.wait):
            progress.show(tally.counts.total(), str(tally))


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


@contextmanager
def _remarks_at_end(options: EnrollOptions, tally: "Tally") -> Iterator[None]:
    """Tells what there is to tell of single prescribers, also where an error ends the command."""
    try:
        yield
    finally:
        _print(options, tally.remarks, err=True)


def _report(
    options: EnrollOptions, tally: "Tally", earlier: "EnrolledEarlier", seconds: float
) -> None:
    if tally.stopped:
        click.echo(f"Stopped: {tally.stopped} {RESUME}", err=True)
    if options.as_json:
        summary = {
            **tally.counts,
            "alreadyDone": earlier.already_done,
            "duplicates": earlier.duplicates,
            "seconds": round(seconds, 1),
            "stopped": tally.stopped,
        }
        click.echo(json.dumps(summary))
        return
    left_out = {"done before": earlier.already_done, "duplicate rows": earlier.duplicates}
    tally.counts += Counter({name: number for name, number in left_out.items() if number})
    where = "nothing was changed" if options.dry_run else f"results in {options.results}"
    click.echo(f"{str(tally) or 'nothing to do'}; {seconds:.1f} s; {where}")
