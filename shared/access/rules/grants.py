"""Who granted a role: whoever wrote the versions of the PractitionerRole that introduced it.

Medplum lets every member write PractitionerRoles where no AccessPolicy forbids it. So a role counts
only if an administrator, or our own client, wrote the version from which on the prescriber has had
its code without a gap, and the one from which on it has been in effect as well. Who saves the
resource later adds nothing to that.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child, text
from fhir_profiles.practitioner_role import coded_roles, granted_roles, is_of
from fhir_profiles.today import Today

VERSIONS_SHOWN = 100
"""How many versions a Medplum server shows at most, without saying that there are older ones (its
source, `readHistory`): who introduced what all of these grant is not known."""


Counts = Callable[[Resource], bool]
"""Whether a version of a PractitionerRole is about the clinic where a role is wanted."""


def anywhere(_practitioner_role: Resource) -> bool:
    """In a project with one clinic every PractitionerRole is about that one."""
    return True


def granting(
    practitioner_roles: Sequence[Resource],
    practitioner: str,
    today: Today,
    counts: Counts = anywhere,
) -> list[Resource]:
    """The PractitionerRoles that name a DoseSpot role for the prescriber today."""
    return [one for one in practitioner_roles if named_roles(one, practitioner, today, counts)]


def named_roles(
    practitioner_role: Resource, practitioner: str, today: Today, counts: Counts = anywhere
) -> frozenset[ClinicianRole]:
    """The DoseSpot roles that a PractitionerRole names for the prescriber today, whoever wrote it.

    Args:
        practitioner_role: raw JSON.
        practitioner: reference of the prescriber.
        today: now; the role has to be in effect.
        counts: whether it is about the clinic.
    """
    if not (is_of(practitioner_role, practitioner) and counts(practitioner_role)):
        return frozenset()
    return granted_roles(practitioner_role, today)


def introducers(
    versions: Sequence[Resource | None],
    practitioner: str,
    today: Today,
    counts: Counts = anywhere,
) -> Mapping[ClinicianRole, frozenset[str]]:
    """Who introduced each role that the newest version grants.

    Args:
        versions: every version of one PractitionerRole, the newest first; an empty one for its
            deletion, None for one that can't be read.
        practitioner: reference of the prescriber.
        today: now; the role has to be in effect.
        counts: whether a version is about the clinic: one that was moved there counts from then on.

    Returns:
        References of who added its code and of who put it into effect; an empty one among them
        if the server does not say, or shows too few versions.
    """
    coded = _introduced(versions, partial(_coded_roles, practitioner=practitioner, counts=counts))
    in_effect = _introduced(
        versions, partial(named_roles, practitioner=practitioner, today=today, counts=counts)
    )
    return {role: frozenset({coded[role], author}) for role, author in in_effect.items()}


def granted_by(
    introduced: Collection[Mapping[ClinicianRole, frozenset[str]]],
    administrators: Collection[str],
) -> frozenset[ClinicianRole]:
    """The roles that administrators alone introduced in any of the PractitionerRoles."""
    known = frozenset(administrators)
    return frozenset(
        role for one in introduced for role, authors in one.items() if authors <= known
    )


def author_of(resource: Resource) -> str:
    """Reference of who wrote a version; empty if the server does not say."""
    return text(child(child(resource, "meta"), "author").get("reference"))


def _introduced(
    versions: Sequence[Resource | None], roles_of: Callable[[Resource], frozenset[ClinicianRole]]
) -> dict[ClinicianRole, str]:
    """Who wrote the version from which on each role of the newest one has stood without a gap."""
    authors: dict[ClinicianRole, str] = {}
    standing = frozenset(ClinicianRole) if versions and versions[0] is not None else frozenset()
    for version in versions:
        if version is None:
            return authors | dict.fromkeys(standing, "")
        standing &= roles_of(version)
        authors |= dict.fromkeys(standing, author_of(version))
    return authors | dict.fromkeys(standing if len(versions) >= VERSIONS_SHOWN else (), "")


def _coded_roles(
    practitioner_role: Resource, practitioner: str, counts: Counts
) -> frozenset[ClinicianRole]:
    """The DoseSpot roles that the prescriber would have if it were in effect."""
    is_theirs = is_of(practitioner_role, practitioner) and counts(practitioner_role)
    return coded_roles(practitioner_role) if is_theirs else frozenset()
