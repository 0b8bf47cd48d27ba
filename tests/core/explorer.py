"""A breadth-first search through everything that can happen, which tells the shortest story.

It knows nothing of what it searches: a state has a key, steps lead to other states, and a rule
says what is wrong with a step or a state.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

S = TypeVar("S")

Key = Callable[[S], Hashable]
Steps = Callable[[S], Iterable[tuple[str, S]]]
Wrong = Callable[[S, str, S], Iterable[str]]


@dataclass(frozen=True)
class Explored(Generic[S]):
    """What a search saw.

    Attributes:
        states: how many different states.
        steps: how many steps led to them, or to one that was known.
        wrong: what the first broken rule says; empty where none is broken.
        story: the steps that led there, shortest first.
    """

    states: int
    steps: int
    wrong: tuple[str, ...] = ()
    story: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The story, one step a line, and what is wrong at its end."""
        told = [f"{number:3}. {step}" for number, step in enumerate(self.story, 1)]
        return "\n".join(["", *told, *(f"  => {one}" for one in self.wrong)])


def explore(start: S, key: Key[S], steps: Steps[S], wrong: Wrong[S]) -> Explored[S]:
    """Visits every state that can be reached, until a rule is broken.

    Args:
        start: where the story begins.
        key: equal for states that have the same future.
        steps: what can happen next, in words, and where that leads.
        wrong: which rules a step breaks: the state before, the step, the state after.
    """
    first = key(start)
    came_from: dict[Hashable, tuple[Hashable, str] | None] = {first: None}
    level, taken = [(first, start)], 0
    while level:
        following = []
        for known, state in level:
            for told, after in steps(state):
                taken += 1
                if broken := tuple(wrong(state, told, after)):
                    story = (*_story(came_from, known), told)
                    return Explored(len(came_from), taken, broken, story)
                reached = key(after)
                if reached not in came_from:
                    came_from[reached] = (known, told)
                    following.append((reached, after))
        level = following
    return Explored(len(came_from), taken)


def _story(
    came_from: dict[Hashable, tuple[Hashable, str] | None], end: Hashable
) -> tuple[str, ...]:
    told: list[str] = []
    while (before := came_from[end]) is not None:
        end, step = before
        told.append(step)
    return tuple(reversed(told))
