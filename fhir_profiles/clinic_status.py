"""How far somebody has come at a clinic, as their PractitionerRole there says it.

The Practitioner says it of the project's own clinic, as Medplum's prescriber enrollment guide has
it. At any other clinic the PractitionerRole carries the same registration-status extension, and one
of ours for EPCS: a qualification would be the person's wherever they work.
"""

from collections.abc import Collection, Iterable

from fhir_profiles import Resource
from fhir_profiles.choice import in_force
from fhir_profiles.clinic import works_at
from fhir_profiles.elements import extension_of, items, text
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.practitioner_role import is_default_location, is_of
from fhir_profiles.systems import EPCS_ENABLED
from fhir_profiles.today import Today

ROLE = "PractitionerRole"


def is_role(resource: Resource) -> bool:
    """Whether a resource that says a status is a PractitionerRole, and not the Practitioner."""
    return resource.get("resourceType") == ROLE


def says_epcs(resource: Resource) -> bool:
    """Whether a Practitioner or PractitionerRole says that controlled substances may be signed."""
    if not is_role(resource):
        return has_epcs_qualification(resource)
    return (extension_of(resource, EPCS_ENABLED) or {}).get("valueBoolean") is True


def with_epcs_enabled(role: Resource, enabled: bool) -> Resource:
    """The PractitionerRole that says whether controlled substances may be signed at its clinic.

    The same object where it says so; nothing is written where they never could be.
    """
    if says_epcs(role) == enabled:
        return role
    kept = [
        one
        for one in items(role, "extension")
        if not (isinstance(one, dict) and one.get("url") == EPCS_ENABLED)
    ]
    return {**role, "extension": [*kept, {"url": EPCS_ENABLED, "valueBoolean": enabled}]}


def role_with_status(
    roles: Iterable[Resource], practitioner: str, organizations: Collection[str], today: Today
) -> Resource | None:
    """The PractitionerRole that says somebody's status at a clinic; None if they work elsewhere.

    Of several it is the one at the default location, or else the one with the lowest id.

    Args:
        roles: raw PractitionerRoles.
        practitioner: reference of the person.
        organizations: references of the clinic's Organizations.
        today: now; the role has to be active and in effect.
    """
    found = [
        role
        for role in roles
        if role.get("active") is True
        and in_force(role, today)
        and is_of(role, practitioner)
        and works_at(role) in organizations
    ]
    order = sorted(found, key=lambda one: (not is_default_location(one), text(one.get("id"))))
    return order[0] if order else None
