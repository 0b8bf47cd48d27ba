"""How the benchmark counts what a person waits for."""

import pytest

from tests.bench.stages import longest_chain


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
