"""Everything that two runs can do to one patient, call by call, with faults and time."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.core.explorer import explore
from tests.core.patients import (
    TWIN_RECORD,
    PatientRules,
    known_patient,
    patient_sync,
    phone_changes,
    practice,
)
from tests.core.replaying import CallRun, CallRunner
from tests.core.story import SLOW, UNDER_WAY, Act, Story, Teller
from tests.core.world import Manners, Scene, World

TIMES = (SLOW, UNDER_WAY)
FORMER = {"telecom": [{"system": "phone", "use": "mobile", "value": "345-123-9999"}]}


@dataclass(frozen=True)
class Tale:
    """Where a story begins, and the run at its end."""

    world: World
    runs: tuple[CallRun, ...]
    acts: tuple[tuple[str, Act], ...] = ()
    faults: int = 1
    times: tuple[str, ...] = ()
    closing: CallRun = field(default_factory=lambda: patient_sync("closing"))


P, Q = patient_sync("P"), patient_sync("Q")
UPDATING = patient_sync("closing", update=True)
UPDATES = (patient_sync("P", update=True), patient_sync("Q", update=True))
BEFORE = known_patient(**FORMER)

TALES = {
    "new: one, slow": Tale(practice(), (P,), times=(SLOW,)),
    "new: two records of one person": Tale(
        practice(twice=True), (P, patient_sync("Q", TWIN_RECORD))
    ),
    "change: two, edited": Tale(BEFORE, UPDATES, (phone_changes(),), 0, closing=UPDATING),
}
LONG_TALES = {
    "new: one, and time": Tale(practice(), (P,), times=TIMES),
    "new: two": Tale(practice(), (P, Q)),
    "change: one, and time": Tale(BEFORE, UPDATES[:1], times=TIMES, closing=UPDATING),
    "new: two, and time": Tale(practice(), (P, Q), faults=0, times=TIMES),
    "new: three": Tale(practice(), (P, Q, patient_sync("R")), faults=0),
    "change: two, edited, a fault": replace(TALES["change: two, edited"], faults=1),
}


def tell(tale: Tale, record_property: Callable[[str, object], None]) -> None:
    scene = Scene()
    teller = Teller(scene, {CallRun: CallRunner(scene)}, Manners(look_up_lag=20))
    rules = PatientRules(teller, tale.closing)
    start = Story(tale.world.seen(), tale.runs, tale.acts, tale.faults, tale.times)
    explored = explore(start, lambda story: story.key, teller.steps, rules.wrong)
    record_property("interleavings", explored.states)
    print(f"{explored.states} states, {explored.steps} steps, {rules.ends} ends")  # noqa: T201 - what was tried
    assert not explored.wrong, str(explored)
    assert rules.ends > 0


@pytest.mark.parametrize("name", TALES)
def test_no_story_breaks_a_rule(name: str, record_property: Callable[..., None]) -> None:
    tell(TALES[name], record_property)


@pytest.mark.torture
@pytest.mark.parametrize("name", LONG_TALES)
def test_no_long_story_breaks_a_rule(name: str, record_property: Callable[..., None]) -> None:
    tell(LONG_TALES[name], record_property)
