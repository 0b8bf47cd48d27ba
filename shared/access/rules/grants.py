"""Who granted a role: whoever wrote the version of the PractitionerRole that introduced it.

Medplum lets every member write PractitionerRoles where no AccessPolicy forbids it. So a role counts
only if an administrator, or our own client, wrote the version from which on it has been granted
without a gap. Who saves the resource later adds nothing to that.
"""

from collections.abc import Collection, Mapping, Sequence

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child, text
from fhir_profiles.practitioner_role import granted_roles, is_of
from fhir_profiles.today import Today

VERSIONS_SHOWN = 100
"""How many versions a Medplum server shows at most, without saying that there are older ones (its
source, `readHistory`): who introduced what all of these grant is not known."""


def granting(
    practitioner_roles: Sequence[Resource], practitioner: str, today: Today
) -> list[Resource]:
    """The PractitionerRoles that name a DoseSpot role for the prescriber today."""
    return [one for one in practitioner_roles if named_roles(one, practitioner, today)]


def named_roles(
    practitioner_role: Resource, practitioner: str, today: Today
) -> frozenset[ClinicianRole]:
    """The DoseSpot roles that a PractitionerRole names for the prescriber today, whoever wrote it.

    Args:
        practitioner_role: raw JSON.
        practitioner: reference of the prescriber.
        today: now; the role has to be in effect.
    """
    if not is_of(practitioner_role, practitioner):
        return frozenset()
    return granted_roles(practitioner_role, today)


def introducers(
    versions: Sequence[Resource], practitioner: str, today: Today
) -> Mapping[ClinicianRole, str]:
    """Who introduced each role that the newest version grants.

    Args:
        versions: every version of one PractitionerRole, the newest first.
        practitioner: reference of the prescriber.
        today: now; the role has to be in effect.

    Returns:
        References of the authors; empty where the server does not say, or shows too few versions.
    """
    authors: dict[ClinicianRole, str] = {}
    standing = named_roles(versions[0], practitioner, today) if versions else frozenset()
    for version in versions:
        standing &= named_roles(version, practitioner, today)
        authors |= dict.fromkeys(standing, author_of(version))
    if len(versions) >= VERSIONS_SHOWN:
        authors |= dict.fromkeys(standing, "")
    return authors


def granted_by(
    introduced: Collection[Mapping[ClinicianRole, str]], administrators: Collection[str]
) -> frozenset[ClinicianRole]:
    """The roles that one of the administrators introduced in any of the PractitionerRoles."""
    return frozenset(
        role for one in introduced for role, author in one.items() if author in administrators
    )


def author_of(resource: Resource) -> str:
    """Reference of who wrote a version; empty where the server does not say."""
    return text(child(child(resource, "meta"), "author").get("reference"))
