"""The Practitioners of a project who are enrolled or could be: those with a membership."""

from collections.abc import Iterable
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.elements import child, text


@dataclass(frozen=True)
class ProjectPractitioner:
    """A Practitioner of the project.

    Attributes:
        practitioner: reference of the Practitioner.
        memberships: raw ProjectMemberships of that profile.
    """

    practitioner: str
    memberships: tuple[Resource, ...]

    @property
    def clinician_ids(self) -> tuple[int, ...]:
        """The different DoseSpot clinician ids on the memberships."""
        found = (number for one in self.memberships for number in clinician_ids(one).numbers)
        return tuple(dict.fromkeys(found))

    @property
    def unreadable(self) -> tuple[str, ...]:
        """FHIR paths of DoseSpot identifiers that hold no number."""
        return tuple(path for one in self.memberships for path in clinician_ids(one).unreadable)

    @property
    def clinician_id(self) -> int | None:
        """The DoseSpot clinician id, where there is exactly one."""
        ids = self.clinician_ids
        return ids[0] if len(ids) == 1 and not self.unreadable else None


def people(memberships: Iterable[Resource]) -> list[ProjectPractitioner]:
    """The Practitioners who have these memberships, each once, in the order of their ids."""
    found: dict[str, tuple[Resource, ...]] = {}
    for membership in memberships:
        profile = text(child(membership, "profile").get("reference"))
        if profile.startswith("Practitioner/"):
            found[profile] = (*found.get(profile, ()), membership)
    return [ProjectPractitioner(profile, found[profile]) for profile in sorted(found)]
