"""The benchmark's report, as Markdown."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.contestants import BOT, PLAIN, SAME, Warm
from tests.bench.growth import Grown, rows
from tests.bench.stages import Counted

MB = 1_000_000
CALLS = {"create": "a first enrollment", "steady": "a call with nothing to do"}

HEAD = """\
# Benchmarks

The last run of `make bench`, which writes this file. Trust the ratios, not the milliseconds.

Compared are two calls of the self-enroll bot.
A first enrollment is `auth/me`, the records, DoseSpot's token, the lookup, the create, the link,
record, status and agreements of the new clinician, and the status on the Practitioner.
A call with nothing to do, which is what most are, reads the same and finds all as it should be.
Before it creates, the bot claims the prescriber; it leaves AuditEvents, and looks whether the
DoseSpot id is on another membership too.
"Node" is the same flow written with `@medplum/core`, bundled by esbuild, one call after the other
(`tests/bench/node`). "Node, plain" leaves out the claim, the AuditEvents and that look.
All talk to the same stand-in servers, which answer at once or after 40 ms, without TLS, and take
turns.
Measured is from the start of the process; what Lambda itself needs comes on top for both.
First calls are medians of 15 processes, later ones means of the calls 11 to 210 of a process (3 to
22 where an answer takes 40 ms).
"""


@dataclass(frozen=True)
class Raced:
    """Medians of one race, in seconds.

    Attributes:
        interpreter_s: start and end of a bare interpreter.
        first_s: process start to answered first call, by contestant.
        warm: a later call, by its kind and by contestant.
    """

    interpreter_s: float
    first_s: Mapping[str, float]
    warm: Mapping[str, Mapping[str, Warm]]

    def first_ratio(self, other: str) -> float:
        """The bot's first call against another's."""
        return self.first_s[BOT] / self.first_s[other]

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
    """

    package_bytes: int
    at_once: Raced
    late: Raced
    memory: Sequence[tuple[int, Warm]]
    stages: Sequence[Counted]
    grown: Sequence[Grown]


def report(measured: Measured) -> str:
    """The whole report."""
    parts = [HEAD, _machine(), _targets(measured), _cold(measured), _warm(measured)]
    more = [_stages(measured.stages), _memory(measured), growth_table(measured.grown)]
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


def _targets(measured: Measured) -> str:
    rows = []
    if SAME in measured.at_once.first_s:
        for words, most, same, plain in _ratios(measured):
            rows.append(
                f"| {words} | {most:g} | {_verdict(same, most)} | {_verdict(plain, most)} |"
            )
    rows += [
        f"| {words} | {most:g} | {_verdict(value, most)} | |"
        for words, most, value in _counts(measured)
    ]
    heads = ["Target", "At most", f"Measured; {SAME} is 1", f"{PLAIN} is 1"]
    return _table("Targets", heads, rows)


def _verdict(value: float, most: float) -> str:
    return f"{value:.2f} {'met' if value <= most else '**missed**'}"


def _ratios(measured: Measured) -> Iterator[tuple[str, float, float, float]]:
    races = (("answers at once", 1.0, measured.at_once), ("40 ms an answer", 0.7, measured.late))
    for when, most, race in races:
        ratios = (race.first_ratio(SAME), race.first_ratio(PLAIN))
        yield f"First call of a new process, {when}", most, *ratios
    for kind, call in CALLS.items():
        for when, _, race in races:
            ratios = (race.cpu_ratio(kind, SAME), race.cpu_ratio(kind, PLAIN))
            yield f"Processor time of {call}, {when}", 0.5, *ratios
            ratios = (race.latency_ratio(kind, SAME), race.latency_ratio(kind, PLAIN))
            yield f"Latency of {call}, {when}", 0.5, *ratios


def _counts(measured: Measured) -> Iterator[tuple[str, float, float]]:
    steady = [counted for counted in measured.stages if counted.stage == "steady"]
    yield "Round trips of a call with nothing to do", 2, max(one.chain for one in steady)
    yield "Writes of a call with nothing to do", 0, max(one.writes for one in steady)
    (_, warmed), (_, many) = measured.memory[-2:]
    yield "Growth over 10,000 calls, MB", 1, (many.rss_bytes - warmed.rss_bytes) / MB
    yield "Growth over 10,000 calls, objects", 100, many.objects - warmed.objects


def _cold(measured: Measured) -> str:
    interpreter = measured.at_once.interpreter_s
    rows = [f"| bare interpreter | {_ms(interpreter)} | | 1.0 |"]
    for name, first_s in measured.at_once.first_s.items():
        late_s = measured.late.first_s[name]
        rows.append(f"| {name} | {_ms(first_s)} | {_ms(late_s)} | {first_s / interpreter:.1f} |")
    heads = ["ms", "Answers at once", "40 ms an answer", "At once; interpreter is 1"]
    size = f"\nThe bot ran from {measured.package_bytes / MB:.1f} MB with byte code.\n"
    return _table("From process start to the first answer", heads, rows) + size


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


def _table(heading: str, heads: Sequence[str], rows: Sequence[str]) -> str:
    head = f"| {' | '.join(heads)} |"
    return "\n".join([f"## {heading}\n", head, "|---" * len(heads) + "|", *rows, ""])


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f}"
