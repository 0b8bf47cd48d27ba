"""The search itself: it sees every state, and tells the shortest story of a broken rule."""

from collections.abc import Iterator

from tests.core.explorer import Explored, explore

Place = tuple[int, int]


def moves(place: Place) -> Iterator[tuple[str, Place]]:
    across, down = place
    if across < 3:
        yield "right", (across + 1, down)
    if down < 3:
        yield "down", (across, down + 1)


def test_every_state_is_seen_once() -> None:
    found = explore((0, 0), lambda place: place, moves, lambda *_: ())
    assert found == Explored(states=16, steps=24)


def test_the_shortest_story_is_told() -> None:
    def wrong(before: Place, told: str, after: Place) -> list[str]:
        return ["here"] if after == (2, 1) else []

    found = explore((0, 0), lambda place: place, moves, wrong)
    assert (len(found.story), found.wrong) == (3, ("here",))
    assert sorted(found.story) == ["down", "right", "right"]
    assert str(found).splitlines()[-1] == "  => here"


def test_states_with_one_future_are_one() -> None:
    found = explore((0, 0), sum, moves, lambda *_: ())
    assert found.states == 7
