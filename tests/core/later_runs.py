"""Worlds in which Jane is linked, and what runs do and leave there."""

from dataclasses import replace
from typing import Any

from fhir_profiles.claim import Announced, Claim, Holder
from fhir_profiles.codes import RegistrationStatus
from shared.errors import DoseSpotRefused
from tests.builders import CLINICIAN_ID
from tests.core.one_run import World
from tests.core.run_outcomes import ID
from tests.core.situations import CHANGED, JANE, KEY, ME, MEMBER, OTHER, admin, at

STATUS = RegistrationStatus
PROVED, TO_PROVE = STATUS.IDP_SUCCESS, STATUS.IDP_INITIALIZE_SUCCESS
NO = DoseSpotRefused("not valid")
VERSION = "11111111-0000-4000-8000-000000000001"
BEGIN_IDP = ("begin", CLINICIAN_ID, "begin-idp", "Mobile", 45.0)


def takes(act: str) -> tuple[Any, ...]:
    return ("write claim", ME, (act, ME))


def gives_back(act: str) -> tuple[Any, ...]:
    """The claim is given back, and what was announced is still to be settled."""
    return ("write claim", None, (act, ME))


def deed(name: str, run: str = ME, *who: str) -> tuple[str, ...]:
    return (name, f"DoseSpot {ID}", f"{name}.{ID}.{run}", *who)


def recorded(status: RegistrationStatus) -> tuple[str, ...]:
    return ("recorded", status.value, "Pending", status.value, VERSION)


def at_status(status: RegistrationStatus = STATUS.PENDING, **changes: Any) -> World:
    return World(replace(JANE, status=status, **changes), linked=True)


def outdated(**changes: Any) -> World:
    world = at_status(**changes)
    world.dosespot.due = CHANGED
    return world


def asked(*stages: Any, **changes: Any) -> Any:
    return admin(stages=frozenset(stages), **changes)


def left(world: World) -> tuple[Any, Any, Any]:
    claim = world.fhir.claim
    act = claim.announced and (claim.announced.act, claim.announced.run)
    return claim.holder and claim.holder.run, act, dict(claim.memory)


def dead_run(world: World, act: str, since_s: float = -100.0, **memory: str) -> None:
    """Another run announced an act and died."""
    told = Announced(act, OTHER, MEMBER, "Practitioner/2", at(since_s))
    world.fhir.store(Claim(KEY, world.fhir.claim.resource, Holder(OTHER, at(-1)), told, memory))
