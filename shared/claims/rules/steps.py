"""The steps that a run under a claim takes, whether it is about a prescriber or a patient.

The rules of enrollment and of patients (`next_step`) decide which of them is next.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fhir_profiles.claim import Claim
from shared.errors import BotError
from shared.timing import Timing

DoseSpotRecord = Mapping[str, Any]
"""A person's record as DoseSpot is asked to store it."""

NOT_SHOWN = frozenset({"EPCSRequested"})
"""What DoseSpot stores of a record but does not have to show."""


@dataclass(frozen=True)
class Look:
    """Read what the FHIR server says, and ask DoseSpot."""


@dataclass(frozen=True)
class LookAgain:
    """Wait, then ask DoseSpot again whether what it did not confirm has happened."""

    pause_s: float


@dataclass(frozen=True)
class Wait:
    """Wait for the run that holds the claim, then read the claim again."""

    pause_s: float


@dataclass(frozen=True)
class Announce:
    """Take the claim, or keep it longer, and announce an act; a change by its record's digest."""

    act: str
    changed_to: str | None = None


@dataclass(frozen=True)
class Create:
    """Create the person in DoseSpot, if that can be sent within so many seconds."""

    within_s: float


@dataclass(frozen=True)
class Link:
    """Put DoseSpot's id of the person on the FHIR record that carries it."""

    dosespot_id: int


@dataclass(frozen=True)
class Change:
    """Change the person's record in DoseSpot, if that can be sent within so many seconds."""

    record: DoseSpotRecord
    within_s: float


@dataclass(frozen=True)
class Settle:
    """Write the AuditEvents of what was announced, and give the claim back with this memory."""

    memory: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Refuse:
    """End the run with an error."""

    error: BotError


def sendable_s(claim: Claim, now: datetime, timing: Timing) -> float:
    """How many seconds are left to send what creates or changes; 0 or less if there is no time.

    A call still running when the claim ends would collide with another run's.
    """
    return held_s(claim, now) - timing.create_s


def held_s(claim: Claim, now: datetime) -> float:
    """How many seconds the claim still lasts; 0 or less if nobody holds it."""
    return (claim.holder.until - now).total_seconds() if claim.holder else 0.0


def vain_digest(stored: DoseSpotRecord, change: DoseSpotRecord | None) -> str | None:
    """A digest of what DoseSpot has and should have; None if both are the same."""
    return None if change is None else digest([stored, change])


def record_digest(record: DoseSpotRecord) -> str:
    """A digest of a record, by which another run sees whether DoseSpot has stored it.

    An emptied field counts as a missing one: DoseSpot may show it either way.
    """
    content = {name: value for name, value in record.items() if value or value is False}
    return digest({name: value for name, value in content.items() if name not in NOT_SHOWN})


def digest(value: object) -> str:
    """32 characters that are the same for the same JSON value, whatever the order of its names."""
    content = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()[:32]
