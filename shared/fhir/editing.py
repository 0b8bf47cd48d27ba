"""A change of a resource that is made again where somebody else wrote in between."""

from collections.abc import Callable
from dataclasses import dataclass
from random import SystemRandom

from fhir_profiles import Resource
from fhir_profiles.elements import child, text
from shared.errors import BotError, EditConflict, LookUpFirst
from shared.fhir.entries import reference

EDIT_ATTEMPTS = 5
EDIT_PAUSE_S = 0.05
"""Half of the least pause before a change is made again; doubles each time."""


@dataclass(frozen=True)
class Edited:
    """A resource after a change.

    Attributes:
        resource: as the server has it now.
        replaced: the version that this write replaced, also where the server did not say whether
            it did; None if nothing was written.
    """

    resource: Resource
    replaced: str | None


def edit(
    resource: Resource,
    change: Callable[[Resource], Resource],
    *,
    put: Callable[[Resource], Resource],
    read: Callable[[str], Resource],
    pause: Callable[[float], bool],
) -> Edited:
    """Writes a change of one resource; writes nothing if it changes nothing.

    Where somebody else wrote in between, or the answer was lost, the resource is read again
    and the change is applied to what it is now, after a pause that grows each time.

    Args:
        resource: as it was read.
        change: gives the changed resource; called once per attempt.
        put: writes a resource if it still has the version that it carries.
        read: reads a resource by its reference.
        pause: waits for seconds; returns False, at once, if there is no time for it.

    Raises:
        EditConflict: others kept writing, or there is no time to try again.
        LookUpFirst: the same, and whether the last write took effect is unknown.
        BotError: whatever `put` and `read` raise besides.
    """
    maybe_replaced: str | None = None
    for attempt in range(1, EDIT_ATTEMPTS + 1):
        changed = change(resource)
        if changed == resource:
            break
        version = text(child(resource, "meta").get("versionId"))
        try:
            return Edited(put(changed), version)
        except (EditConflict, LookUpFirst) as error:
            if attempt == EDIT_ATTEMPTS or not pause(_before_attempt_s(attempt)):
                raise
            maybe_replaced = version if isinstance(error, LookUpFirst) else None
            resource = _read_after(error, read, reference(resource))
    return Edited(resource, maybe_replaced)


def _read_after(error: BotError, read: Callable[[str], Resource], asked: str) -> Resource:
    """The resource as it is after a write that failed; where that can't be read either, an open
    write stays open."""
    try:
        return read(asked)
    except BotError:
        if isinstance(error, LookUpFirst):
            raise error from None
        raise


def _before_attempt_s(attempt: int) -> float:
    """How long to wait before a change is made again, never the same for two that collide."""
    # Functions restored from one snapshot would share any other generator's state.
    return EDIT_PAUSE_S * 2.0**attempt * SystemRandom().uniform(1.0, 2.0)
