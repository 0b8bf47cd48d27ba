"""A claim on a ProjectMembership: one run is creating this prescriber's clinician, until a time.

It is an identifier of our own, because FHIR servers keep identifiers on any membership, and
If-Match makes sure that only one run can put it there. It counts until `period.end`; who finds one
that is over may take its place.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from fhir_profiles import Resource
from fhir_profiles.elements import child, entries, items, text
from fhir_profiles.systems import ENROLLMENT_CLAIM


@dataclass(frozen=True)
class Claim:
    """Who is creating the clinician, and until when that counts (aware time)."""

    holder: str
    until: datetime


def enrollment_claim(membership: Resource) -> Claim | None:
    """The claim on the membership; one without a readable end is long over."""
    for _, identifier in entries(membership, "identifier"):
        if identifier.get("system") == ENROLLMENT_CLAIM:
            end = text(child(identifier, "period").get("end"))
            return Claim(text(identifier.get("value")), _instant(end))
    return None


def with_claim(membership: Resource, claim: Claim) -> Resource:
    """The membership with that claim in place of any other."""
    written = {
        "system": ENROLLMENT_CLAIM,
        "value": claim.holder,
        "period": {"end": claim.until.isoformat(timespec="milliseconds")},
    }
    free = without_claim(membership)
    return {**free, "identifier": [*items(free, "identifier"), written]}


def without_claim(membership: Resource) -> Resource:
    """The membership without any claim; the same object where there is none."""
    if enrollment_claim(membership) is None:
        return membership
    kept = [one for one in membership["identifier"] if not _is_claim(one)]
    free = {name: value for name, value in membership.items() if name != "identifier"}
    return {**free, "identifier": kept} if kept else free


def _is_claim(identifier: object) -> bool:
    return isinstance(identifier, dict) and identifier.get("system") == ENROLLMENT_CLAIM


def _instant(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
