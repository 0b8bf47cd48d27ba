"""How long claims last, and how the pauses between looks grow."""

from datetime import timedelta

import pytest

from shared.timing import Timing


@pytest.mark.parametrize(
    ("looks", "pause_s"), [(0, 0.5), (1, 1.0), (2, 2.0), (3, 4.0), (4, 4.0), (100, 4.0)]
)
def test_pauses_grow_eightfold_and_no_further(looks: int, pause_s: float) -> None:
    assert Timing().pause_s(looks) == pause_s
    assert Timing(poll_s=0.01).pause_s(looks) == pytest.approx(pause_s / 50)


def test_a_create_is_sent_early_enough_to_show_before_the_claim_ends() -> None:
    usual = Timing()
    assert usual.claim == timedelta(seconds=45)
    assert (usual.claim_s, usual.create_s, usual.begun_s, usual.maybe_begun_s) == (45, 30, 600, 60)
    assert usual.create_s < usual.claim_s <= usual.maybe_begun_s < usual.begun_s
