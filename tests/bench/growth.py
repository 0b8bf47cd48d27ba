"""What scheduled runs cost as a clinic grows: `python -m tests.bench.growth [NUMBER ...]`.

The status sync goes through 1,000, 10,000 and 100,000 enrolled prescribers (or as many as the
arguments say), each number in a process of its own, against stand-in servers that know them all.
Calls go over loopback; what the bot waits for is skipped, so that four hours take minutes, and
everything that is told of time is told by the clock that skips.
"""

import json
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import getpagesize
from threading import Lock
from time import monotonic, process_time

from bots.sync_status.bot import sync_status
from shared.dosespot.limits import DoseSpotLimits, operation
from shared.dosespot.settings import SERVICE
from shared.fhir.units import HOSTED_UNITS_PER_MINUTE, units
from shared.http.sending import Call, Http, Reply
from shared.runtime.services import THREADS, Services
from tests.bench.contestants import stand_in
from tests.bench.members import scheduled
from tests.bench.package import ROOT

SIZES = (1_000, 10_000, 100_000)
EVERY_S, RUN_S = 900.0, 300.0
BEGIN = datetime(2026, 3, 10, tzinfo=UTC)
SLICE_S = 0.002
"""A wait is skipped bit by bit, because other threads skip at the same time."""
MB = 1_000_000


@dataclass(frozen=True)
class Grown:
    """One round through everybody.

    Attributes:
        members: how many are enrolled.
        compared: how many the round compared.
        runs: in how many scheduled runs.
        hours: from its beginning to its end, with a run every 15 minutes.
        dosespot_calls: calls to DoseSpot.
        fhir_calls: calls to the FHIR server.
        fhir_units: what they cost of hosted Medplum's units.
        most_reads: the most calls of one operation of DoseSpot in ten seconds.
        most_units: the most units in a minute.
        cpu_s: processor time.
        began_mb: resident memory after the first run.
        ended_mb: the same after the last one.
    """

    members: int
    compared: int
    runs: int
    hours: float
    dosespot_calls: int
    fhir_calls: int
    fhir_units: int
    most_reads: int
    most_units: int
    cpu_s: float
    began_mb: float
    ended_mb: float


class Skipping:
    """A clock on which waiting takes no time."""

    def __init__(self) -> None:
        self._skipped_s = 0.0
        self._lock = Lock()

    def now_s(self) -> float:
        """Seconds of this clock."""
        return monotonic() + self._skipped_s

    def sleep(self, seconds: float) -> None:
        """Skips the next bit of a wait; those who wait for longer ask again."""
        self.skip(min(seconds, SLICE_S))

    def skip(self, seconds: float) -> None:
        """Lets time pass."""
        with self._lock:
            self._skipped_s += seconds


@dataclass
class Window:
    """What is counted in the last seconds of a clock, and the most that there was at once."""

    seconds: float
    most: int = 0
    _in: deque[tuple[float, int]] = field(default_factory=deque)
    _sum: int = 0

    def add(self, now_s: float, cost: int) -> None:
        """Counts something."""
        self._in.append((now_s, cost))
        self._sum += cost
        while self._in[0][0] <= now_s - self.seconds:
            self._sum -= self._in.popleft()[1]
        self.most = max(self.most, self._sum)


class Counting:
    """A `Sender` that counts what it sends.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._http = Http(connections=THREADS)
        self._clock = clock
        self._lock = Lock()
        self.calls = {True: 0, False: 0}
        self.units = 0
        self.per_minute = Window(60.0)
        self.operations: dict[str, Window] = {}

    def send(self, call: Call) -> Reply:
        """Sends the call; see `Http.send`."""
        with self._lock:
            self._count(call)
        return self._http.send(call)

    def _count(self, call: Call) -> None:
        is_dosespot = call.service == SERVICE
        self.calls[is_dosespot] += 1
        if is_dosespot:
            window = DoseSpotLimits().window_s
            self.operations.setdefault(operation(call), Window(window)).add(self._clock(), 1)
        elif cost := units(call):
            self.units += cost
            self.per_minute.add(self._clock(), cost)


@dataclass(frozen=True)
class Context:
    """Lambda's, by the clock that skips."""

    clock: Callable[[], float]
    end_s: float

    def get_remaining_time_in_millis(self) -> int:
        """Until the run is ended."""
        return int((self.end_s - self.clock()) * 1000)


def go_round(members: int) -> Grown:
    """Runs the status sync as a schedule does until it has compared everybody."""
    clock = Skipping()
    http = Counting(clock.now_s)
    services = Services(
        http=http,
        clock=clock.now_s,
        now=lambda: BEGIN + timedelta(seconds=clock.now_s()),
        sleep=clock.sleep,
    )
    handler = sync_status.handler(lambda: services)
    begun_s, cpu_s = clock.now_s(), process_time()
    compared: list[int] = []
    began_mb = 0.0
    with stand_in("0", str(members)) as urls:
        while True:
            context = Context(clock.now_s, clock.now_s() + RUN_S)
            answer = handler(scheduled(*urls), context)
            assert answer["failed"] == answer["changed"] == 0
            compared.append(answer["checked"])
            began_mb = began_mb or _resident_mb()
            if answer["nextCursor"] is None:
                break
            clock.skip(max(0.0, begun_s + len(compared) * EVERY_S - clock.now_s()))
    return Grown(
        members=members,
        compared=sum(compared),
        runs=len(compared),
        hours=(clock.now_s() - begun_s) / 3600,
        dosespot_calls=http.calls[True],
        fhir_calls=http.calls[False],
        fhir_units=http.units,
        most_reads=max(one.most for one in http.operations.values()),
        most_units=http.per_minute.most,
        cpu_s=process_time() - cpu_s,
        began_mb=began_mb,
        ended_mb=_resident_mb(),
    )


def measure(members: int) -> Grown:
    """The same in a process of its own, so that its memory is nobody else's."""
    command = [sys.executable, "-m", "tests.bench.growth", "--one", str(members)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return Grown(**json.loads(done.stdout.splitlines()[-1]))


def rows(grown: Sequence[Grown]) -> list[str]:
    """The lines of a table in Markdown."""
    limit = DoseSpotLimits().reads
    return [
        f"| {one.members:,} | {one.compared:,} | {one.runs} | {one.hours:.2f}"
        f" | {_each(one.dosespot_calls, one)} | {_each(one.fhir_calls, one)}"
        f" | {_each(one.fhir_units, one)} | {one.most_reads} of {limit}"
        f" | {one.most_units:,} of {HOSTED_UNITS_PER_MINUTE:,}"
        f" | {one.cpu_s * 1000 / one.members:.2f} | {one.began_mb:.1f} | {one.ended_mb:.1f} |"
        for one in grown
    ]


def _each(number: int, one: Grown) -> str:
    return f"{number * 1000 / one.members:,.0f}"


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * getpagesize() / MB


def main() -> None:
    """Measures and prints."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(asdict(go_round(int(sys.argv[2])))))  # noqa: T201
        return
    for number in [int(given) for given in sys.argv[1:]] or SIZES:
        print(rows([measure(number)])[0], flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
