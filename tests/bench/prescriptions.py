"""What it costs to bring a chart in line: `python -m tests.bench.prescriptions [NUMBER ...]`.

A patient has 1,000 prescriptions, and then 5,000 (or as many as the arguments say), of 40 drugs, at
12 pharmacies. Measured are the first sync, one with nothing new in a process that has just begun,
and one in the same process again, against stand-in servers that answer after 40 ms. The first sync
answers with everything that it created; what that takes is told apart.

Measured is too what Medplum's provider app calls when its medications page opens: the patient sync,
and then the syncs of prescriptions and history together, for today. The patient has 20
prescriptions then, and then 200, which were all written earlier and are all open.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from bots.medication_history.bot import medication_history
from bots.patient_sync.bot import patient_sync
from bots.prescriptions_sync.bot import prescriptions_sync
from shared.dosespot.settings import SERVICE
from shared.http.sending import Call, Http, Reply
from shared.runtime.bot import BotFunction
from shared.runtime.services import THREADS, Services
from tests.bench.charts import about_patient, asked
from tests.bench.package import ROOT
from tests.bench.stages import Span, longest_chain

SIZES = (1_000, 5_000)
OPENED_WITH = (20, 200)
LATE_S = 0.04
DAYS = ("2020-01-01", "2030-12-31")
TODAY = ("2026-03-20", "2026-03-20")
FIRST, COLD, WARM = "first sync", "nothing new, new process", "nothing new"
OPENED_COLD, OPENED = "the app's opening, new process", "the app's opening"
KB_PER_MB = 1_000
STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class ChartRun:
    """One run of the bot.

    Attributes:
        what: which of them.
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
    services = Services(http=http)
    before = _most_mb()
    runs: list[ChartRun] = []
    for name in names:
        http.clear()
        run = _opened if name in (OPENED_COLD, OPENED) else _synced
        began = monotonic()
        answer = run(services, urls)
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


def _synced(services: Services, urls: Sequence[str]) -> list[Any]:
    return _run(prescriptions_sync, services, asked(*urls, *DAYS))


def _opened(services: Services, urls: Sequence[str]) -> list[Any]:
    """The app's three calls; returns what the last two answer."""
    _run(patient_sync, services, about_patient(*urls))
    with ThreadPoolExecutor(2) as pool:
        both = [
            pool.submit(_run, bot, services, asked(*urls, *TODAY))
            for bot in (prescriptions_sync, medication_history)
        ]
    return [one for answer in both for one in answer.result()]


def _run(bot: BotFunction, services: Services, payload: dict[str, Any]) -> Any:
    return bot.handler(lambda: services, unattended=True)(payload, None)


def measure(number: int) -> list[ChartRun]:
    """The three runs for a patient with so many prescriptions, the first in its own process."""
    return _measured(number, ((FIRST,), (COLD, WARM)))


def measure_opening(number: int) -> list[ChartRun]:
    """What the app calls, in a new process and again, once the chart is filled with so many."""
    return _measured(number, ((FIRST,), (OPENED_COLD, OPENED)))[1:]


def _measured(number: int, in_a_row: Sequence[Sequence[str]]) -> list[ChartRun]:
    with _servers(number) as urls:
        return [run for names in in_a_row for run in _in_a_process(urls, number, names)]


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
    """The most memory that this program took; `ru_maxrss` counts what it was forked from too."""
    (line,) = re.findall(r"^VmHWM:\s+(\d+) kB$", STATUS.read_text("ascii"), re.MULTILINE)
    return int(line) / KB_PER_MB


def main() -> None:
    """Measures and prints."""
    if sys.argv[1:2] == ["--one"]:
        number, fhir_url, dosespot_url, *names = sys.argv[2:]
        runs = run_once([fhir_url, dosespot_url], int(number), names)
        print(json.dumps([asdict(one) for one in runs]))  # noqa: T201
        return
    for number in [int(given) for given in sys.argv[1:]] or SIZES:
        print("\n".join(table(measure(number))), flush=True)  # noqa: T201
    for number in OPENED_WITH:
        print("\n".join(table(measure_opening(number))), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
