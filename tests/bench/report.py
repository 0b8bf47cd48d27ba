"""The benchmark's report, as Markdown."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import prescriptions
from tests.bench.contestants import BOT, INTERPRETER, PLAIN, SAME, SNAPSHOT, Warm
from tests.bench.growth import Grown, rows
from tests.bench.prescriptions import ChartRun
from tests.bench.stages import Counted

MB = 1_000_000
CALLS = {"create": "a first enrollment", "steady": "a call with nothing to do"}
OPENING = "first opening of a day"

HEAD = """\
# Benchmarks

The last run of `make bench`, which writes this file. Trust the ratios, not the milliseconds.

"Node" is what Medplum's own way would be: the same flows written with `@medplum/core`, bundled by
esbuild, one call after the other (`tests/bench/node`), and each bot in processes of its own, as
Medplum makes each a Lambda function. "Node, plain" is what the targets are measured against; where
one says "the same flow", it is "Node", which adds what our bots do beside: they claim a prescriber
before they create them, leave AuditEvents, and look whether the DoseSpot id is on another
membership too. Ours is the function of all bots, in one process.

A first enrollment is `auth/me`, the records, DoseSpot's token, the lookup, the create, the link,
record, status and agreements of the new clinician, and the status on the Practitioner.
A call with nothing to do, which is what most are, reads the same and finds all as it should be.
Both are calls of the self-enroll bot.
The first opening of a day is what an app's hook calls, one after the other: self-enroll, patient
sync and iframe, for an enrolled prescriber with nothing to do and a patient whom DoseSpot has.
Nothing has started yet, and there is no token of DoseSpot's.

All talk to the same stand-in servers, which answer at once or after 40 ms, without TLS, and take
turns.
Without a snapshot, measured is from the start of a process. From one, it is from the fork of a
process that has imported all bots and called nothing, which is what Lambda's SnapStart restores.
What Lambda itself needs, to restore too, comes on top for all.
Starts are medians of 15, later calls means of the calls 11 to 210 of a process (3 to 22 where an
answer takes 40 ms).
"""


@dataclass(frozen=True)
class Raced:
    """What came of one race, in seconds.

    Attributes:
        first_s: from a start to the answer, by what is run (see `STARTS`) and by contestant.
        warm: a later call, by its kind and by contestant.
    """

    first_s: Mapping[str, Mapping[str, float]]
    warm: Mapping[str, Mapping[str, Warm]]

    def first_ratio(self, start: str, name: str) -> float:
        """A start of ours against that of plain Node."""
        return self.first_s[start][name] / self.first_s[start][PLAIN]

    def latency_ratio(self, kind: str, other: str) -> float:
        """The bot's later calls against another's."""
        return self.warm[kind][BOT].latency_s / self.warm[kind][other].latency_s

    def cpu_ratio(self, kind: str, other: str) -> float:
        """Processor time of the bot's later calls against another's."""
        return self.warm[kind][BOT].cpu_s / self.warm[kind][other].cpu_s


@dataclass(frozen=True)
class Measured:
    """Everything.

    Attributes:
        package_bytes: size of what runs.
        at_once: the race where answers come at once.
        late: the race where they take 40 ms.
        memory: after how many calls it was looked at, and what it was then.
        stages: the calls of each stage.
        grown: rounds of the status sync through more and more members.
        charts: charts of more and more prescriptions, brought in line.
    """

    package_bytes: int
    at_once: Raced
    late: Raced
    memory: Sequence[tuple[int, Warm]]
    stages: Sequence[Counted]
    grown: Sequence[Grown]
    charts: Sequence[ChartRun]


def report(measured: Measured) -> str:
    """The whole report."""
    parts = [HEAD, _machine(), targets(measured), _first(measured), _warm(measured)]
    more = [_stages(measured.stages), _memory(measured), growth_table(measured.grown)]
    more.append(charts_table(measured.charts))
    return "\n".join([*parts, *more])


def _machine() -> str:
    node = _version("node")
    with Path("/proc/cpuinfo").open(encoding="utf-8") as lines:
        model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "?")
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores of {model},"
        f" {platform.system()} {platform.release().split('-')[0]}, Python"
        f" {platform.python_version()}, Node {node}; load averages when it ended: {load}.\n"
    )


def _version(program: str) -> str:
    if shutil.which(program) is None:
        return "not installed"
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return done.stdout.strip().removeprefix("v")


def targets(measured: Measured) -> str:
    """What was to be reached, and whether it was; without Node, only what needs no comparison."""
    has_node = PLAIN in measured.at_once.first_s["create"]
    judged = [*(_ratios(measured) if has_node else ()), *_counts(measured)]
    rows = [
        f"| {words} | {most:g} | {value:.2f} {'met' if value <= most else '**missed**'} |"
        for words, most, value in judged
    ]
    return _table("Targets", ["Target; Node, plain is 1", "At most", "Measured"], rows)


def _ratios(measured: Measured) -> Iterator[tuple[str, float, float]]:
    at_once, late = measured.at_once, measured.late
    opening = f"{OPENING.capitalize()}, 40 ms an answer"
    yield opening, 0.5, late.first_ratio("opening", BOT)
    yield f"{opening}, from a snapshot", 0.35, late.first_ratio("opening", SNAPSHOT)
    for kind, call in CALLS.items():
        first = f"First call of a process, {call}"
        yield f"{first}, 40 ms an answer", 0.7, late.first_ratio(kind, BOT)
        yield f"{first}, at once, from a snapshot", 0.5, at_once.first_ratio(kind, SNAPSHOT)
    nothing = f"{CALLS['steady']}, 40 ms an answer"
    yield f"Latency of {nothing}", 0.3, late.latency_ratio("steady", PLAIN)
    yield f"Processor time of {nothing}", 0.5, late.cpu_ratio("steady", PLAIN)
    same = f"Processor time of {CALLS['create']}, at once; the same flow on Node is 1"
    yield same, 0.7, at_once.cpu_ratio("create", SAME)


def _counts(measured: Measured) -> Iterator[tuple[str, float, float]]:
    steady = [counted for counted in measured.stages if counted.stage == "steady"]
    yield "Round trips of a call with nothing to do", 2, max(one.chain for one in steady)
    yield "Writes of a call with nothing to do", 0, max(one.writes for one in steady)
    (_, warmed), (_, many) = measured.memory[-2:]
    yield "Growth over 10,000 calls, MB", 1, (many.rss_bytes - warmed.rss_bytes) / MB
    yield "Growth over 10,000 calls, objects", 100, many.objects - warmed.objects


def _first(measured: Measured) -> str:
    at_once, late = measured.at_once.first_s, measured.late.first_s
    rows = [
        f"| {words} | {name} | {_ms(took_s)} | {_ms(late[start][name])} |"
        for start, words in {**CALLS, "opening": f"the {OPENING}"}.items()
        for name, took_s in at_once[start].items()
        if name != INTERPRETER
    ]
    told = (
        f"\nA bare interpreter starts and ends in {_ms(at_once['create'][INTERPRETER])} ms."
        f" The bots ran from {measured.package_bytes / MB:.1f} MB with byte code.\n"
    )
    heads = ["ms", "", "Answers at once", "40 ms an answer"]
    return _table("From a start to the answer", heads, rows) + told


def _warm(measured: Measured) -> str:
    late = measured.late.warm
    rows = [
        f"| {CALLS[kind]} | {name} | {_ms(at_once.latency_s)} | {_ms(at_once.cpu_s)} |"
        f" {_ms(late[kind][name].latency_s)} | {_ms(late[kind][name].cpu_s)} |"
        for kind, raced in measured.at_once.warm.items()
        for name, at_once in raced.items()
    ]
    heads = ["ms", "", "Answers at once", "processor", "40 ms an answer", "processor"]
    return _table("Later calls of a process", heads, rows)


def _stages(stages: Sequence[Counted]) -> str:
    rows = [
        f"| {one.stage} | {one.bot} | {one.fhir} | {one.dosespot} | {one.writes} | {one.chain} |"
        for one in stages
    ]
    heads = ["Stage", "Bot", "FHIR calls", "DoseSpot calls", "of these, writes", "Longest chain"]
    told = (
        "\nThe chain is what a person waits for: calls of which each began after the one before had"
        " been answered.\nTokens are there already. A FHIR batch is one call; AuditEvents are no"
        " writes here.\n"
    )
    return _table("Calls of each stage", heads, rows) + told


def _memory(measured: Measured) -> str:
    rows = [
        f"| {calls:,} | {one.rss_bytes / MB:.1f} | {one.objects:,} |"
        for calls, one in measured.memory
    ]
    return _table("Memory", ["Calls", "Resident, MB", "Objects"], rows)


def growth_table(grown: Sequence[Grown]) -> str:
    """What a scheduled round costs as a clinic grows."""
    heads = [
        *("Members", "Compared", "Runs", "Hours"),
        *("DoseSpot calls per 1,000", "FHIR calls per 1,000", "FHIR units per 1,000"),
        *("Most reads of DoseSpot in 10 s", "Most FHIR units in a minute"),
        *("Processor, ms each", "MB after the first run", "MB after the last"),
    ]
    told = (
        "\n`python -m tests.bench.growth` measures this alone.\n"
        "A scheduled run starts every 15 minutes and may take five. Stand-in servers know so many"
        " enrolled prescribers,\nof whom nothing has changed, and answer at once. What the bot"
        " waits for, to keep to its share of DoseSpot's\nlimits, is skipped, and counted in the"
        " hours. The limits beside are the servers' own.\n"
    )
    return _table("A clinic that grows", heads, rows(grown)) + told


def charts_table(runs: Sequence[ChartRun]) -> str:
    """What it costs to bring a patient's prescriptions into the chart."""
    heads = [
        *("Run", "Prescriptions", "Created", "DoseSpot calls", "FHIR calls", "Longest chain"),
        *("Seconds", "Memory, MB", "Answer, MB"),
    ]
    told = (
        "\n`python -m tests.bench.prescriptions` measures this alone.\n"
        "The prescriptions are of 40 drugs, at 12 pharmacies, 50 to a page of DoseSpot's; answers"
        " take 40 ms.\nDrugs and pharmacies are looked up once per process. The memory is by how"
        " much the process has grown at most\nsince before its first run; a first sync holds its"
        " answer, which is all that it created.\nThe app's opening is the patient sync, and then"
        " the syncs of prescriptions and history together, for today.\n"
    )
    return _table("A chart that is brought in line", heads, prescriptions.table(runs)) + told


def _table(heading: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    head = f"| {' | '.join(heads)} |"
    return "\n".join([f"## {heading}\n", head, "|---" * len(heads) + "|", *rows, ""])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
