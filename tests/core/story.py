"""What can happen next to one prescriber: steps of runs, faults, other people's acts, time."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from tests.core.fakes import OF_DOSESPOT, OF_FHIR
from tests.core.world import Manners, Scene, World

SLOW_S, UNDER_WAY_S = 40, 10
SLOW = f"{SLOW_S} seconds pass while calls last"
UNDER_WAY = f"{UNDER_WAY_S} seconds pass while calls are under way"
"""After the first, runs know what time it is; in the second, what they do next was sent before."""

Act = Callable[[World], World | None]
"""What somebody else does; None where it can't be done now."""


class Run(Protocol):
    """A run as a value."""

    name: str
    ended: str
    steps: int

    @property
    def is_over(self) -> bool: ...

    @property
    def key(self) -> Hashable: ...

    @property
    def choices(self) -> tuple[str, ...]: ...

    def refreshed(self, world: World) -> "Run": ...


class Runner(Protocol):
    """Takes runs further."""

    def taken(self, run: Any, choice: str) -> tuple[str, Any]: ...


@dataclass(frozen=True)
class Story:
    """How far it has come.

    Attributes:
        world: how everything stands.
        runs: how far each run has come.
        acts: what other people will still do, in their order.
        faults: how many faults may still happen.
        times: which times may still pass.
        actor: the place of the run that took the last step; None where none did.
    """

    world: World
    runs: tuple[Any, ...]
    acts: tuple[tuple[str, Act], ...] = ()
    faults: int = 0
    times: tuple[str, ...] = ()
    actor: int | None = None

    @cached_property
    def key(self) -> Hashable:
        """Equal for stories that have the same future."""
        runs = tuple(run.key for run in self.runs)
        return self.world, runs, len(self.acts), self.faults, self.times

    @property
    def is_over(self) -> bool:
        """Whether every run has ended."""
        return all(run.is_over for run in self.runs)


@dataclass(frozen=True)
class Teller:
    """Tells what can happen next.

    Attributes:
        scene: where steps are taken.
        runners: take runs further, by the type of the run.
        manners: how badly the two systems behave.
    """

    scene: Scene
    runners: Mapping[type, Runner]
    manners: Manners

    def steps(self, story: Story) -> Iterator[tuple[str, Story]]:
        """Everything that can happen next, and what comes of it."""
        for place, run in enumerate(story.runs):
            for choice in run.choices:
                yield from self._steps_of(story, place, choice)
        if story.acts:
            (told, act), *others = story.acts
            world = act(story.world)
            if world is not None:
                yield told, replace(story, world=world.seen(), acts=tuple(others), actor=None)
        if not story.is_over:
            yield from _times(story)

    def undisturbed(self, world: World, run: Any, most_steps: int) -> tuple[World, Any]:
        """The world after a run that nothing disturbs, and the run."""
        for _ in range(most_steps):
            if run.is_over:
                break
            _, run = self._taken(world, run, run.choices[0], None)
            world = self.scene.world
        return world, run

    def _steps_of(self, story: Story, place: int, choice: str) -> Iterator[tuple[str, Story]]:
        run, scene = story.runs[place], self.scene
        told, after = self._taken(story.world, run, choice, None)
        writes = tuple(scene.writes)
        yield f"{run.name}: {told}{_ending(after)}", _with(story, place, after, scene.world)
        if not story.faults:
            return
        less = replace(story, faults=story.faults - 1)
        for number, write in enumerate(writes):
            fhir = write.startswith(("PUT ", "POST "))
            for fault in OF_FHIR if fhir else OF_DOSESPOT:
                told, after = self._taken(story.world, run, choice, (number, fault))
                step = f"{run.name}: {told}; {write}: {fault}{_ending(after)}"
                yield step, _with(less, place, after, scene.world)

    def _taken(
        self, world: World, run: Any, choice: str, fault: tuple[int, str] | None
    ) -> tuple[str, Any]:
        scene = self.scene
        scene.world, scene.manners, scene.fault, scene.writes = world, self.manners, fault, []
        return self.runners[type(run)].taken(run, choice)


def _with(story: Story, place: int, run: Any, world: World) -> Story:
    runs = (*story.runs[:place], run, *story.runs[place + 1 :])
    return replace(story, world=world, runs=runs, actor=place)


def _times(story: Story) -> Iterator[tuple[str, Story]]:
    for time in dict.fromkeys(story.times):
        left = list(story.times)
        left.remove(time)
        world = story.world.later(SLOW_S if time == SLOW else UNDER_WAY_S)
        runs = story.runs
        if time == SLOW:
            runs = tuple(run.refreshed(world) for run in runs)
        yield time, replace(story, world=world, runs=runs, times=tuple(left), actor=None)


def _ending(run: Any) -> str:
    return f" [{run.ended[:60]}]" if run.ended else ""
