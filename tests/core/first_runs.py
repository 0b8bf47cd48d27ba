"""What first runs do and leave, and another run that comes in between."""

from dataclasses import replace
from typing import Any

from fhir_profiles.claim import Announced, Claim, Holder
from fhir_profiles.clinician_identifier import clinician_ids, with_clinician_id
from tests.builders import CLINICIAN_ID
from tests.core.one_run import World
from tests.core.run_outcomes import ID
from tests.core.situations import JANE, ME, MEMBER, OTHER, at

CREATED = ("clinician-created", f"DoseSpot {ID}", f"clinician-created.{ID}")
VERSION = f"clinician-linked.{MEMBER.replace('/', '.')}.linked"
LINKED = ("clinician-linked", f"DoseSpot {ID}", VERSION)
RECORDED = ("recorded", "Pending", "none", "Pending", "11111111-0000-4000-8000-000000000001")
KNOWN = {"clinician": ID, "created-for": MEMBER}
TAKES = ("write claim", ME, ("create", ME))


def left(claim: Claim) -> tuple[Any, Any, Any]:
    """A claim as those who come next find it."""
    asked = claim.announced
    return claim.holder and claim.holder.run, asked and (asked.act, asked.run), dict(claim.memory)


def ids(world: World) -> tuple[int, ...]:
    return clinician_ids(world.fhir.membership).numbers


def others_claim(world: World, act: str = "create", end_s: float = 20) -> Claim:
    """The claim, taken by another run, which has announced an act for Jane."""
    asked = Announced(act, OTHER, MEMBER, "Practitioner/2", at(end_s - 45))
    world.fhir.store(replace(world.fhir.claim, holder=Holder(OTHER, at(end_s)), announced=asked))
    return world.fhir.claim


def created_by_another(world: World, *, links: bool = True) -> None:
    """Another run creates the clinician."""
    world.dosespot.known[CLINICIAN_ID] = JANE
    if links:
        world.fhir.membership = with_clinician_id(world.fhir.membership, CLINICIAN_ID)
