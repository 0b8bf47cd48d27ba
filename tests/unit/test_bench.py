"""How the benchmark counts what a person waits for, and what it says of its targets."""

import pytest

from tests.bench.contestants import BOT, INTERPRETER, PLAIN, SAME, SNAPSHOT, STARTS, Warm
from tests.bench.report import Measured, Raced, targets
from tests.bench.stages import Counted, longest_chain


@pytest.mark.parametrize(
    ("spans", "chain"),
    [
        ([], 0),
        ([(0, 1)], 1),
        ([(0, 1), (1, 2), (2, 3)], 3),
        ([(0, 1), (0, 1), (0, 1)], 1),
        ([(0, 3), (0, 1), (1, 2), (2, 3)], 3),
        ([(0, 1), (0.5, 1.5), (1, 2)], 2),
        ([(2, 3), (0, 1)], 2),
    ],
)
def test_only_calls_that_began_after_an_answer_make_a_chain(
    spans: list[tuple[float, float]], chain: int
) -> None:
    assert longest_chain(spans) == chain


def raced(**first_s: float) -> Raced:
    """A race in which every start takes its contestant as long as given here, in seconds."""
    names = {"interpreter": INTERPRETER, "node": SAME, "plain": PLAIN, "bot": BOT}
    started = {names.get(one, SNAPSHOT): took_s for one, took_s in first_s.items()}
    warm = {SAME: Warm(8.0, 4.0), PLAIN: Warm(6.0, 3.0), BOT: Warm(1.5, 2.0)}
    return Raced(dict.fromkeys(STARTS, started), dict.fromkeys(("create", "steady"), warm))


def measured(at_once: Raced, late: Raced) -> Measured:
    """Those races, and one of each of the rest."""
    memory = [
        (2, Warm(0, 0)),
        (202, Warm(0, 0, 5_000_000, 90)),
        (10_202, Warm(0, 0, 7_500_000, 90)),
    ]
    steady = Counted("steady", "self", 4, 3, 0, 2)
    return Measured(1, at_once, late, memory, [steady], [], [])


COUNTS = """\
| Round trips of a call with nothing to do | 2 | 2.00 met |
| Writes of a call with nothing to do | 0 | 0.00 met |
| Growth over 10,000 calls, MB | 1 | 2.50 **missed** |
| Growth over 10,000 calls, objects | 100 | 0.00 met |
"""


def test_ratios_are_to_plain_node_but_for_the_same_flow() -> None:
    at_once = raced(interpreter=0.1, node=4, plain=2, bot=3, snapshot=1)
    late = raced(interpreter=0.1, node=8, plain=5, bot=3, snapshot=2)
    assert (
        targets(measured(at_once, late))
        == f"""\
## Targets

| Target; Node, plain is 1 | At most | Measured |
|---|---|---|
| First opening of a day, 40 ms an answer | 0.5 | 0.60 **missed** |
| First opening of a day, 40 ms an answer, from a snapshot | 0.35 | 0.40 **missed** |
| First call of a process, a first enrollment, 40 ms an answer | 0.7 | 0.60 met |
| First call of a process, a first enrollment, at once, from a snapshot | 0.5 | 0.50 met |
| First call of a process, a call with nothing to do, 40 ms an answer | 0.7 | 0.60 met |
| First call of a process, a call with nothing to do, at once, from a snapshot | 0.5 | 0.50 met |
| Latency of a call with nothing to do, 40 ms an answer | 0.3 | 0.25 met |
| Processor time of a call with nothing to do, 40 ms an answer | 0.5 | 0.67 **missed** |
| Processor time of a first enrollment, at once; the same flow on Node is 1 | 0.7 | 0.50 met |
{COUNTS}"""
    )


def test_without_node_there_are_no_ratios() -> None:
    alone = raced(interpreter=0.1, bot=3, snapshot=1)
    table = targets(measured(alone, alone))
    assert table.endswith(f"|---|---|---|\n{COUNTS}")
