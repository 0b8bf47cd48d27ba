"""`python -m tests.bench [--write FILE]`: measures, prints the report, and keeps it in a file."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory

from tests.bench import growth
from tests.bench.contestants import (
    Contestant,
    Process,
    Warm,
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
    contestants = [*node, bot]
    races = {}
    for delay_s, calls in CALLS.items():
        _say(f"Racing, {delay_s * 1000:.0f} ms an answer ...")
        with servers(delay_s, folder) as payload:
            races[delay_s] = _raced(contestants, payload, calls)
    _say(f"Calling {MANY_CALLS} times ...")
    with servers(AT_ONCE_S, folder) as payload:
        memory = _memory(bot, payload)
    _say("Counting the calls of each stage ...")
    stages = count_stages()
    _say("Going through many members ...")
    grown = [growth.measure(members) for members in growth.SIZES]
    return Measured(size, races[AT_ONCE_S], races[LATE_S], memory, stages, grown)


def _raced(contestants: Sequence[Contestant], payload: Path, calls: int) -> Raced:
    """Medians of runs by turns, so that what slows the machine down slows down all."""
    interpreter: list[float] = []
    first: dict[str, list[float]] = {one.name: [] for one in contestants}
    for _ in range(ROUNDS):
        interpreter.append(interpreter_s())
        for one in contestants:
            process = Process(one, payload)
            first[one.name].append(process.first_s)
            process.end()
    first_s = {name: median(times) for name, times in first.items()}
    warm = {kind: _warm(contestants, payload, kind, calls) for kind in KINDS}
    return Raced(median(interpreter), first_s, warm)


def _warm(
    contestants: Sequence[Contestant], payload: Path, kind: str, calls: int
) -> dict[str, Warm]:
    processes = {one.name: Process(one, payload) for one in contestants}
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


def _memory(bot: Contestant, payload: Path) -> list[tuple[int, Warm]]:
    process = Process(bot, payload)
    looked, calls = [], 1
    for more in (1, 200, MANY_CALLS):
        calls += more
        looked.append((calls, process.call("steady", more)))
    process.end()
    return looked


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
