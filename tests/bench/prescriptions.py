"""What it costs to bring a chart in line: `python -m tests.bench.prescriptions [NUMBER ...]`.

A patient has 1,000 prescriptions, and then 5,000 (or as many as the arguments say), of 40 drugs, at
12 pharmacies. Measured are the first sync, one with nothing new in a process that has just begun,
and one in the same process again, against stand-in servers that answer after 40 ms. The first sync
answers with everything that it created; what that takes is told apart.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from resource import RUSAGE_SELF, getrusage
from threading import Lock
from time import monotonic
from typing import Any

from bots.prescriptions_sync.bot import prescriptions_sync
from shared.dosespot.settings import SERVICE
from shared.http.sending import Call, Http, Reply
from shared.runtime.services import THREADS, Services
from tests.bench.charts import asked
from tests.bench.package import ROOT
from tests.bench.stages import Span, longest_chain

SIZES = (1_000, 5_000)
LATE_S = 0.04
DAYS = ("2020-01-01", "2030-12-31")
FIRST, COLD, WARM = "first sync", "nothing new, new process", "nothing new"
KB_PER_MB = 1_000


@dataclass(frozen=True)
class ChartRun:
    """One run of the bot.

    Attributes:
        what: which of the three.
        prescriptions: how many the patient has.
        written: how many MedicationRequests the run created.
        dosespot: calls to DoseSpot.
        fhir: calls to the FHIR server.
        chain: how many calls had to wait for the one before.
        seconds: from the payload to the answer.
        memory_mb: by how much the process then had grown at most, since before its first run.
        answer_mb: what the answer takes as JSON.
    """

    what: str
    prescriptions: int
    written: int
    dosespot: int
    fhir: int
    chain: int
    seconds: float
    memory_mb: float
    answer_mb: float


class Watching:
    """A `Sender` that notes when which call was on its way."""

    def __init__(self) -> None:
        self._http = Http(connections=THREADS)
        self._lock = Lock()
        self.spans: list[Span] = []
        self.services: list[str] = []

    def send(self, call: Call) -> Reply:
        """Sends the call; see `Http.send`."""
        began = monotonic()
        reply = self._http.send(call)
        with self._lock:
            self.spans.append((began, monotonic()))
            self.services.append(call.service)
        return reply

    def clear(self) -> None:
        """Forgets what was noted."""
        self.spans, self.services = [], []


def run_once(urls: Sequence[str], number: int, names: Sequence[str]) -> list[ChartRun]:
    """Runs the bot as often as there are names, in this process."""
    http = Watching()
    handler = prescriptions_sync.handler(lambda: Services(http=http), unattended=True)
    before = _most_mb()
    runs: list[ChartRun] = []
    for name in names:
        http.clear()
        began = monotonic()
        answer: list[Any] = handler(asked(*urls, *DAYS), None)
        seconds = monotonic() - began
        dosespot = http.services.count(SERVICE)
        runs.append(
            ChartRun(
                what=name,
                prescriptions=number,
                written=len(answer),
                dosespot=dosespot,
                fhir=len(http.services) - dosespot,
                chain=longest_chain(http.spans),
                seconds=seconds,
                memory_mb=_most_mb() - before,
                answer_mb=len(json.dumps(answer)) / 1e6,
            )
        )
    return runs


def measure(number: int) -> list[ChartRun]:
    """The three runs for a patient with so many prescriptions, the first in its own process."""
    with _servers(number) as urls:
        return [
            run for names in ((FIRST,), (COLD, WARM)) for run in _in_a_process(urls, number, names)
        ]


def table(runs: Sequence[ChartRun]) -> list[str]:
    """The lines of a table in Markdown."""
    return [
        f"| {one.what} | {one.prescriptions:,} | {one.written:,} | {one.dosespot:,} | {one.fhir:,}"
        f" | {one.chain:,} | {one.seconds:.2f} | {one.memory_mb:.1f} | {one.answer_mb:.1f} |"
        for one in runs
    ]


@contextmanager
def _servers(number: int) -> Iterator[list[str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.charts", str(LATE_S), str(number)],
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


def _in_a_process(urls: Sequence[str], number: int, names: Sequence[str]) -> list[ChartRun]:
    command = [sys.executable, "-m", "tests.bench.prescriptions", "--one", str(number)]
    done = subprocess.run(
        [*command, *urls, *names], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ChartRun(**one) for one in json.loads(done.stdout.splitlines()[-1])]


def _most_mb() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / KB_PER_MB


def main() -> None:
    """Measures and prints."""
    if sys.argv[1:2] == ["--one"]:
        number, fhir_url, dosespot_url, *names = sys.argv[2:]
        runs = run_once([fhir_url, dosespot_url], int(number), names)
        print(json.dumps([asdict(one) for one in runs]))  # noqa: T201
        return
    for number in [int(given) for given in sys.argv[1:]] or SIZES:
        print("\n".join(table(measure(number))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
