"""Everything that two and three runs can do to one prescriber, with faults, time and other people.

Each story is searched through as a whole: every order of the runs' steps, at each write a lost
answer (took effect or not), a refusal or the run's death, and time that passes anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from fhir_profiles.codes import RegistrationStatus as Status
from shared.dosespot.codes import TfaType
from shared.enrollment.rules.stages import Stage
from tests.core.enrolling import Run, Runner
from tests.core.explorer import explore
from tests.core.prescriber_rules import PrescriberRules
from tests.core.prescribers import (
    OTHER,
    admin,
    clinic,
    comes_to,
    enrolled,
    own,
    somebody_edits,
    staff_deactivates,
    staff_locks,
)
from tests.core.replaying import CallRun, CallRunner
from tests.core.statuses import status_sync
from tests.core.story import SLOW, UNDER_WAY, Act, Story, Teller
from tests.core.world import Manners, Scene, World

TIMES = (SLOW, UNDER_WAY)
WORST = Manners(look_up_lag=20, status_lag=55)
IDP, TFA = frozenset({Stage.IDP}), frozenset({Stage.TFA})


@dataclass(frozen=True)
class Tale:
    """Where a story begins, and how its end is judged; see `Story` and `PrescriberRules`."""

    world: World
    runs: tuple[Run | CallRun, ...]
    acts: tuple[tuple[str, Act], ...] = ()
    faults: int = 1
    times: tuple[str, ...] = ()
    manners: Manners = WORST
    closing: Run = field(default_factory=lambda: admin("closing", waits=3))
    expected: str = "ok"
    strict: bool = True
    pause_s: int = 60


def new(*runs: Run) -> Callable[[], Tale]:
    """A tale of somebody whom DoseSpot does not know."""
    return lambda: Tale(clinic(), runs)


def known(status: Status, *runs: Run | CallRun, acts: tuple = (), **rest) -> Callable[[], Tale]:
    """A tale of somebody who is enrolled."""
    return lambda: Tale(enrolled(status), runs, acts, **rest)


def of_two_records(**rest) -> Tale:
    """Two Practitioners carry the same NPI."""
    runs = (admin("A"), admin("B", practitioner=OTHER))
    return Tale(clinic(twice=True), runs, **rest)


TWO_LICENSES = (admin("A", licenses=("L1",)), admin("B", licenses=("L2",)))
BEGINS_TFA = admin("A", stages=TFA, tfa_type=TfaType.TOKEN)
SIGNS = Status.TFA_ACTIVATED_SUCCESS
LOCK_AND_EDIT = (staff_locks(), somebody_edits())

TALES: dict[str, Callable[[], Tale]] = {
    "new: admin, and time": lambda: replace(new(admin("A"))(), times=TIMES),
    "new: admin, self": new(admin("A"), own("S")),
    "new: found unlinked": lambda: Tale(
        enrolled(Status.PENDING, linked=False), (admin("A"), own("S"))
    ),
    "two records, search behind": lambda: of_two_records(
        manners=replace(WORST, shows_doubles=False), expected=""
    ),
    "two records, search shows": lambda: of_two_records(expected="RecordsRefused"),
    "IDP: admin, self": known(Status.PENDING, admin("A", stages=IDP), own("S")),
    "IDP: self, and time": known(
        Status.PENDING, own("S"), times=TIMES, closing=own("closing", waits=3), pause_s=50
    ),
    "TFA: token chosen, self": known(
        Status.IDP_SUCCESS,
        admin("A", licenses=("L1",), tfa_type=TfaType.TOKEN),
        own("S"),
        faults=0,
    ),
    "two licenses": known(Status.IDP_SUCCESS, *TWO_LICENSES, faults=0),
    "locked, edited: admin, status sync": known(
        SIGNS, admin("A"), status_sync("Y"), acts=LOCK_AND_EDIT, faults=0
    ),
}

LONG_TALES: dict[str, Callable[[], Tale]] = {
    "new: admin, admin": new(admin("A"), admin("B")),
    "new: self, and time": lambda: replace(new(own("S"))(), times=TIMES),
    "new: self, self": new(own("S"), own("T")),
    "TFA: admin, self": known(Status.IDP_SUCCESS, BEGINS_TFA, own("S")),
    "two licenses, a fault": known(Status.IDP_SUCCESS, *TWO_LICENSES),
    "locked, edited: admin, self": known(SIGNS, admin("A"), own("S"), acts=LOCK_AND_EDIT, faults=0),
    "deactivated: license, self": known(
        Status.IDP_SUCCESS, TWO_LICENSES[0], own("S"), acts=(staff_deactivates(),), faults=0
    ),
    "new: three runs": lambda: replace(new(admin("A"), own("S"), own("T"))(), faults=0),
    "new: admin, self, and time": lambda: replace(
        new(admin("A"), own("S"))(), faults=0, times=TIMES
    ),
    "IDP: admin, self, and time": known(
        Status.PENDING, admin("A", stages=IDP), own("S"), times=TIMES
    ),
    "IDP: admin, self, status sync": known(
        Status.PENDING, admin("A", stages=IDP), own("S"), status_sync("Y"), faults=0
    ),
    "TFA: admin, self, and time": known(Status.IDP_SUCCESS, BEGINS_TFA, own("S"), times=TIMES),
    "locked, edited: admin, status sync, a fault": known(
        SIGNS, admin("A"), status_sync("Y"), acts=LOCK_AND_EDIT
    ),
    "locked, edited: admin, self, a fault": known(SIGNS, admin("A"), own("S"), acts=LOCK_AND_EDIT),
    "deactivated: license, self, a fault": known(
        Status.IDP_SUCCESS, TWO_LICENSES[0], own("S"), acts=(staff_deactivates(),), strict=False
    ),
    "two licenses, and time": known(Status.IDP_SUCCESS, *TWO_LICENSES, faults=0, times=TIMES),
    "two licenses, slow, a fault": known(Status.IDP_SUCCESS, *TWO_LICENSES, times=(SLOW,)),
    "activated, locked, edited: two status syncs": known(
        Status.TFA_ACTIVATE_INIT,
        status_sync("X"),
        status_sync("Y"),
        acts=(comes_to(SIGNS, Status.TFA_ACTIVATE_INIT), *LOCK_AND_EDIT),
    ),
}


def tell(tale: Tale, record_property: Callable[[str, object], None]) -> None:
    scene = Scene()
    runners = {Run: Runner(scene, tale.world), CallRun: CallRunner(scene)}
    teller = Teller(scene, runners, tale.manners)
    rules = PrescriberRules(teller, tale.closing, tale.expected, tale.strict, tale.pause_s)
    start = Story(tale.world.seen(), tale.runs, tale.acts, tale.faults, tale.times)
    explored = explore(start, lambda story: story.key, teller.steps, rules.wrong)
    record_property("interleavings", explored.states)
    print(f"{explored.states} states, {explored.steps} steps, {rules.ends} ends")  # noqa: T201 - what was tried
    assert not explored.wrong, str(explored)
    assert rules.ends > 0


@pytest.mark.parametrize("name", TALES)
def test_no_story_breaks_a_rule(name: str, record_property: Callable[..., None]) -> None:
    tell(TALES[name](), record_property)


@pytest.mark.torture
@pytest.mark.parametrize("name", LONG_TALES)
def test_no_long_story_breaks_a_rule(name: str, record_property: Callable[..., None]) -> None:
    tell(LONG_TALES[name](), record_property)
