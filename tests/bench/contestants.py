"""Who is compared: processes that run one enrollment each, and how long they take for it."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench.canned import events
from tests.bench.package import ROOT

BOT, SAME, PLAIN = "bot", "Node", "Node, plain"

HERE = Path(__file__).parent
PYTHON = str(Path(sys.executable).resolve())
"""The interpreter itself, not a virtual environment's link, so that nothing is looked for there."""

AS_IN_LAMBDA = {"PYDANTIC_DISABLE_PLUGINS": "__all__"}
"""What deploy/aws/template sets for the functions."""


@dataclass(frozen=True)
class Contestant:
    """Somebody who runs the bot.

    Attributes:
        name: for the report.
        command: runs the bot on the payload file that is its last argument; answers with a line.
    """

    name: str
    command: tuple[str, ...]


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


class Process:
    """A contestant that has started; `first_s` is the time from there to its first answer."""

    def __init__(self, contestant: Contestant, payload: Path) -> None:
        started = perf_counter()
        self._process = subprocess.Popen(
            [*contestant.command, str(payload)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **AS_IN_LAMBDA},
        )
        answer = self._line()
        self.first_s = perf_counter() - started
        if answer["status"] != "created":
            raise RuntimeError(f"{contestant.name} did not enroll anybody")

    def call(self, kind: str, times: int) -> Warm:
        """Runs the bot again, that many times, on the payload of that name."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{kind} {times}\n")
        self._process.stdin.flush()
        told = self._line()
        return Warm(
            told["wall_s"] / times,
            told["cpu_s"] / times,
            told.get("rss_bytes", 0),
            told.get("objects", 0),
        )

    def end(self) -> None:
        """Ends the process."""
        self._process.kill()
        self._process.communicate()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return dict(json.loads(self._process.stdout.readline()))


@contextmanager
def servers(delay_s: float, folder: Path) -> Iterator[Path]:
    """Runs the stand-in servers; gives a file with the payload of a run against them."""
    with stand_in(str(delay_s)) as urls:
        (payload := folder / "payload.json").write_text(json.dumps(events(*urls)), encoding="utf-8")
        yield payload


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
    """The bot of this project."""
    return Contestant(BOT, (PYTHON, "-I", "-S", str(HERE / "bot_process.py"), str(package)))


def on_node(folder: Path) -> list[Contestant]:
    """The flow on Node, bundled: all of it, and the plain one; none where Node is not at hand."""
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
