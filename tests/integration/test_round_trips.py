"""What a person waits for when there is nothing to do, which is most of the time."""

import pytest

from tests.bench.stages import count, warm_handler
from tests.integration.clinic import Clinic


@pytest.mark.parametrize("bot", ["admin", "self"])
def test_a_run_with_nothing_to_do_writes_nothing_and_waits_twice(clinic: Clinic, bot: str) -> None:
    counted = count(clinic, warm_handler(clinic, bot), bot, "steady")
    assert (counted.writes, counted.chain) == (0, 2)
