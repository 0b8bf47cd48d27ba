"""Whatever fails, once or twice, wherever: the run ends, and the next one finishes the work."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from fhir_profiles.claim import Claim
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import RegistrationStatus
from shared.enrollment.rules.situation import Order
from shared.errors import BotError, DoseSpotRefused, LookUpFirst, RemoteUnavailable
from tests.builders import CLINICIAN_ID
from tests.core.one_run import World
from tests.core.situations import CHANGED, IDP, JANE, KEY, OTHER, admin, by_herself

PORTS = {
    "fhir": ("records", "records again", "write claim", "read claim", "link", "write status"),
    "dosespot": ("ask", "create", "edit", "begin", "status"),
}
CALLS = [(port, name) for port, names in PORTS.items() for name in names]
MOST = 60
"""Calls of one run to either system."""


def new() -> World:
    return World()


def found() -> World:
    return World(JANE)


def outdated() -> World:
    world = World(JANE, linked=True)
    world.dosespot.due = CHANGED
    return world


def known_to_a_claim() -> World:
    world = World()
    world.fhir.store(Claim(KEY))
    return world


STARTS = (new, found, outdated, known_to_a_claim)
ORDERS = (admin(stages=frozenset({IDP})), by_herself())


def effects(world: World, name: str) -> dict[str, Callable[[], None]]:
    """What a call that is disturbed does all the same, if anything, before it fails."""

    def created() -> None:
        new_id = CLINICIAN_ID + world.dosespot.created
        world.dosespot.created += 1
        world.dosespot.known[new_id] = replace(JANE, id=new_id)

    def changed() -> None:
        world.dosespot.due = None

    def begun() -> None:
        world.dosespot.reach(RegistrationStatus.IDP_INITIALIZE_SUCCESS)

    done = {"create": created, "edit": changed, "begin": begun}
    return {"nothing": lambda: None, **({"all": done[name]} if name in done else {})}


def disturbances(name: str) -> Iterator[tuple[str, BotError]]:
    """How a call can go wrong: what it does, and what it says."""
    yield "nothing", RemoteUnavailable("down")
    if name in ("create", "edit", "begin"):
        yield "nothing", DoseSpotRefused("no")
        yield "nothing", LookUpFirst("?")
        yield "all", LookUpFirst("?")


def disturbed(world: World, port: str, name: str, skipped: int, how: tuple[str, BotError]) -> None:
    """Lets a call go wrong after so many of its kind that don't."""
    effect, failure = how

    def fail() -> None:
        effects(world, name)[effect]()
        raise failure

    planned = (world.fhir if port == "fhir" else world.dosespot).before[name]
    planned.extend([None] * max(0, skipped - len(planned)))
    planned.append(fail)


def is_over(world: World, order: Order) -> bool:
    """Runs once; whether it came to its end without an error."""
    try:
        world.run(order)
    except BotError:
        return False
    finally:
        assert len(world.calls) <= MOST, world.calls
    return True


def finished(world: World) -> tuple[Any, ...]:
    """What is so once everything is done: who is known and linked, the status, the claim."""
    claim = world.fhir.claim
    (one,) = world.dosespot.known.values()
    is_free = claim.holder is None and claim.announced is None
    return (
        one.id,
        clinician_ids(world.fhir.membership).numbers,
        one.status,
        world.dosespot.due,
        is_free,
    )


DONE = (
    CLINICIAN_ID,
    (CLINICIAN_ID,),
    RegistrationStatus.IDP_INITIALIZE_SUCCESS,
    None,
    True,
)


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize("order", ORDERS, ids=["admin", "herself"])
@pytest.mark.parametrize(("port", "name"), CALLS)
def test_a_run_ends_and_the_next_ones_finish_whatever_failed(
    start: Callable[[], World], order: Order, port: str, name: str
) -> None:
    for how, skipped, again in product(disturbances(name), range(3), [False, True]):
        world = start()
        disturbed(world, port, name, skipped, how)
        if again:
            disturbed(world, port, name, skipped + 1, how)
        is_over(world, order)
        for before in (world.fhir.before, world.dosespot.before):
            before.clear()
        world.time.passed_s += 600
        world.time.left_s = 100.0
        assert is_over(world, admin(stages=frozenset({IDP}))), (how, skipped, again)
        is_over(world, admin())
        assert finished(world) == DONE, (how, skipped, again)
        world.run(admin(stages=frozenset({IDP})), run=OTHER)
        assert world.did() == []
