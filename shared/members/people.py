"""The Practitioners of a project who are enrolled or could be: those with a membership."""

from collections.abc import Iterable
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import ClinicianIds, clinician_ids
from fhir_profiles.elements import child, text
from fhir_profiles.project_membership import is_administrator


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
    def clinician_ids(self) -> ClinicianIds:
        """The DoseSpot clinician ids on the memberships."""
        return clinician_ids(*self.memberships)

    @property
    def administers(self) -> bool:
        """Whether one of the memberships is an administrator's."""
        return any(map(is_administrator, self.memberships))


def people(memberships: Iterable[Resource]) -> list[ProjectPractitioner]:
    """The Practitioners who have these memberships, each once, in the order of their ids."""
    found: dict[str, tuple[Resource, ...]] = {}
    for membership in memberships:
        profile = text(child(membership, "profile").get("reference"))
        if profile.startswith("Practitioner/"):
            found[profile] = (*found.get(profile, ()), membership)
    return [ProjectPractitioner(profile, found[profile]) for profile in sorted(found)]
