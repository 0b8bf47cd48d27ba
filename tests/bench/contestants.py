"""Who is compared: programs that run the bots, and how long they take for it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any, Self

from tests.bench.canned import OPENING, events, is_as_expected
from tests.bench.package import ROOT

BOT, SNAPSHOT, SAME, PLAIN = "bot", "bot, from a snapshot", "Node", "Node, plain"
INTERPRETER = "bare interpreter"

STARTS = {"create": ("create",), "steady": ("steady",), "opening": OPENING}
"""What is run from a start: a first enrollment, a call with nothing to do, and a day's opening."""

HERE = Path(__file__).parent
PYTHON = str(Path(sys.executable).resolve())
"""The interpreter itself, not a virtual environment's link, so that nothing is looked for there."""

WITH_PACKAGE_ONLY = (PYTHON, "-I", "-S")

AS_IN_LAMBDA = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""What deploy/aws/template sets for the functions."""

FOR_SNAPSHOT = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
"""What Lambda sets where it takes a snapshot of what has started."""


@dataclass(frozen=True)
class Contestant:
    """Somebody who runs the bots.

    Attributes:
        name: for the report.
        command: given the file of payloads and names of runs, it does them and prints a line.
        one_process: whether one process runs all bots; if not, each has one of its own.
    """

    name: str
    command: tuple[str, ...]
    one_process: bool = field(default=False, kw_only=True)


@dataclass(frozen=True)
class Warm:
    """Means of many calls of one process.

    Attributes:
        latency_s: wall clock of a call.
        cpu_s: processor time of a call, of all threads.
        rss_bytes: resident memory afterwards; 0 where it was not asked.
        objects: how many objects the garbage collector knows afterwards; 0 likewise.
    """

    latency_s: float
    cpu_s: float
    rss_bytes: int = 0
    objects: int = 0


class _Program:
    """One that is told by lines what to do, and answers with lines of JSON."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **AS_IN_LAMBDA, **environment},
        )

    def told(self) -> Any:
        """The next line."""
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def asked(self, order: str) -> Any:
        """The line that answers an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return self.told()

    def require_done(
        self, name: str, kinds: Sequence[str], answers: Sequence[Mapping[str, Any]]
    ) -> None:
        """Ends the process, and raises, if one of the runs did not do what it should."""
        for kind, answer in zip(kinds, answers, strict=True):
            if not is_as_expected(kind, answer):
                self.end()
                raise RuntimeError(f"{name} did not do what {kind} asks for")

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class Process(_Program):
    """A contestant that has started; `first_s` is the time from there to its first answers."""

    def __init__(self, contestant: Contestant, payloads: Path, *kinds: str) -> None:
        started = perf_counter()
        super().__init__([*contestant.command, str(payloads), *kinds], {})
        answers = self.told()
        self.first_s = perf_counter() - started
        self.require_done(contestant.name, kinds, answers)

    def call(self, kind: str, times: int) -> Warm:
        """Runs a bot again, that many times, on the payload of that name."""
        told = self.asked(f"{kind} {times}")
        return Warm(
            told["wall_s"] / times,
            told["cpu_s"] / times,
            told.get("rss_bytes", 0),
            told.get("objects", 0),
        )


class Snapshot(_Program):
    """The bots of a package as they start from a snapshot: imported, and not called yet."""

    def __init__(
        self, package: Path, payloads: Path, python: Sequence[str] = WITH_PACKAGE_ONLY
    ) -> None:
        program = str(HERE / "snapshot_process.py")
        super().__init__([*python, program, str(package), str(payloads)], FOR_SNAPSHOT)
        self.told()

    def first_s(self, kinds: Sequence[str]) -> float:
        """Seconds from a start to the last answer of runs one after the other."""
        started = perf_counter()
        answers = self.asked(" ".join(kinds))
        took_s = perf_counter() - started
        self.require_done(SNAPSHOT, kinds, answers)
        return took_s


def first_s(contestant: Contestant, payloads: Path, kinds: Sequence[str]) -> float:
    """Seconds from a start to the last answer of runs one after the other."""
    took_s = 0.0
    for started in [kinds] if contestant.one_process else [(kind,) for kind in kinds]:
        with Process(contestant, payloads, *started) as process:
            took_s += process.first_s
    return took_s


@contextmanager
def servers(delay_s: float, folder: Path) -> Iterator[Path]:
    """Runs the stand-in servers; gives a file with the payloads of runs against them."""
    with stand_in(str(delay_s)) as urls:
        payloads = folder / "payloads.json"
        payloads.write_text(json.dumps(events(*urls)), encoding="utf-8")
        yield payloads


@contextmanager
def stand_in(*arguments: str) -> Iterator[list[str]]:
    """Runs the stand-in servers; gives the addresses of the FHIR server and of DoseSpot."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.stand_in", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield [f"http://127.0.0.1:{port}" for port in json.loads(process.stdout.readline())]
        finally:
            process.stdin.close()


def our_bot(package: Path) -> Contestant:
    """The bots of this project."""
    command = (*WITH_PACKAGE_ONLY, str(HERE / "bot_process.py"), str(package))
    return Contestant(BOT, command, one_process=True)


def on_node(folder: Path) -> list[Contestant]:
    """The flows on Node, bundled: with all that ours do, and plain; none where there is no Node."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        return []
    shutil.copytree(HERE / "node", folder, ignore=shutil.ignore_patterns("node_modules"))
    for arguments in (("ci", "--no-audit", "--no-fund", "--prefer-offline"), ("run", "bundle")):
        done = subprocess.run(
            [npm, *arguments, "--ignore-scripts"],
            cwd=folder,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            return []
    run = (node, str(folder / "bundle.mjs"))
    return [Contestant(SAME, run), Contestant(PLAIN, (*run, "plain"))]


def interpreter_s() -> float:
    """How long a bare interpreter takes to start and end."""
    started = perf_counter()
    subprocess.run([PYTHON, "-I", "-S", "-c", "pass"], check=True)
    return perf_counter() - started
