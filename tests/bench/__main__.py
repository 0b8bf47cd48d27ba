"""`python -m tests.bench [--write FILE]`: measures, prints the report, and keeps it in a file."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from tests.bench import growth, prescriptions
from tests.bench.contestants import (
    INTERPRETER,
    SNAPSHOT,
    STARTS,
    Contestant,
    Process,
    Snapshot,
    Warm,
    first_s,
    interpreter_s,
    on_node,
    our_bot,
    servers,
)
from tests.bench.package import build
from tests.bench.report import Measured, Raced, report
from tests.bench.stages import count_stages

ROUNDS = 15
WARM_UP = 10
WARM_ROUNDS = 10
AT_ONCE_S, LATE_S = 0.0, 0.04
CALLS = {AT_ONCE_S: 20, LATE_S: 2}
KINDS = ("create", "steady")
MANY_CALLS = 10_000


def main() -> None:
    """Measures everything."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="keep the report here")
    kept = parser.parse_args().write
    with TemporaryDirectory() as folder:
        text = report(_measured(Path(folder)))
    sys.stdout.write(text)
    if kept is not None:
        kept.write_text(text, encoding="utf-8")


def _measured(folder: Path) -> Measured:
    _say("Building the package and the Node bundle ...")
    size = build(folder / "package")
    bot, node = our_bot(folder / "package"), on_node(folder / "node")
    races = {}
    for delay_s, calls in CALLS.items():
        _say(f"Racing, {delay_s * 1000:.0f} ms an answer ...")
        with servers(delay_s, folder) as payloads:
            with Snapshot(folder / "package", payloads) as snapshot:
                first = _first([*node, bot], snapshot, payloads)
            warm = {kind: _warm([*node, bot], payloads, kind, calls) for kind in KINDS}
            races[delay_s] = Raced(first, warm)
    _say(f"Calling {MANY_CALLS} times ...")
    with servers(AT_ONCE_S, folder) as payloads:
        memory = _memory(bot, payloads)
    _say("Counting the calls of each stage ...")
    stages = count_stages()
    _say("Going through many members ...")
    grown = [growth.measure(members) for members in growth.SIZES]
    _say("Bringing charts in line ...")
    charts = [run for number in prescriptions.SIZES for run in prescriptions.measure(number)]
    for number in prescriptions.OPENED_WITH:
        charts += prescriptions.measure_opening(number)
    return Measured(size, races[AT_ONCE_S], races[LATE_S], memory, stages, grown, charts)


def _first(
    contestants: Sequence[Contestant], snapshot: Snapshot, payloads: Path
) -> dict[str, dict[str, float]]:
    """Medians of starts by turns, so that what slows the machine down slows down all."""
    times: dict[str, dict[str, list[float]]] = {start: defaultdict(list) for start in STARTS}
    for _ in range(ROUNDS):
        for start, kinds in STARTS.items():
            times[start][INTERPRETER].append(interpreter_s())
            for one in contestants:
                times[start][one.name].append(first_s(one, payloads, kinds))
            times[start][SNAPSHOT].append(snapshot.first_s(kinds))
    return {
        start: {name: median(took) for name, took in each.items()} for start, each in times.items()
    }


def _warm(
    contestants: Sequence[Contestant], payloads: Path, kind: str, calls: int
) -> dict[str, Warm]:
    processes = {one.name: Process(one, payloads, kind) for one in contestants}
    for process in processes.values():
        process.call(kind, min(WARM_UP, calls))
    rounds = [
        {name: process.call(kind, calls) for name, process in processes.items()}
        for _ in range(WARM_ROUNDS)
    ]
    for process in processes.values():
        process.end()
    return {
        name: Warm(
            latency_s=mean(each[name].latency_s for each in rounds),
            cpu_s=mean(each[name].cpu_s for each in rounds),
        )
        for name in processes
    }


def _memory(bot: Contestant, payloads: Path) -> list[tuple[int, Warm]]:
    looked, calls = [], 1
    with Process(bot, payloads, "steady") as process:
        for more in (1, 200, MANY_CALLS):
            calls += more
            looked.append((calls, process.call("steady", more)))
    return looked


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
