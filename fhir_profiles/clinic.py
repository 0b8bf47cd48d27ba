"""A clinic of DoseSpot's as an Organization, and at which clinics somebody works.

The Organization carries DoseSpot's number of the clinic; its Location is the address and phone that
the clinic was made from; a PractitionerRole says who works there. The clinic's key stands on none
of them: it is a project secret.
"""

from collections.abc import Iterable

from fhir_profiles import Resource
from fhir_profiles.choice import in_force
from fhir_profiles.elements import child, entries, positive_number, text
from fhir_profiles.practitioner_role import is_of
from fhir_profiles.systems import (
    CLINIC_MADE_FROM,
    CLINIC_PROFILE,
    DOSESPOT_CLINIC,
    ORGANIZATION_TYPE,
)
from fhir_profiles.today import Today


def clinic_number(organization: Resource) -> int | None:
    """DoseSpot's number of a clinic; None if the Organization carries none, or several."""
    found = {
        positive_number(text(identifier.get("value")))
        for _, identifier in entries(organization, "identifier")
        if identifier.get("system") == DOSESPOT_CLINIC
    }
    return found.pop() if len(found) == 1 else None


def works_at(practitioner_role: Resource) -> str:
    """Reference of the Organization that a PractitionerRole is at; "" if it names none."""
    return text(child(practitioner_role, "organization").get("reference"))


def affiliations(
    practitioner_roles: Iterable[Resource], practitioner: str, today: Today
) -> tuple[str, ...]:
    """References of the Organizations where somebody works today, each once.

    Args:
        practitioner_roles: raw JSON; one counts if it is explicitly active and in effect.
        practitioner: reference of the person.
        today: now.
    """
    found = (
        works_at(role)
        for role in practitioner_roles
        if role.get("active") is True and in_force(role, today) and is_of(role, practitioner)
    )
    return tuple(dict.fromkeys(filter(None, found)))


def new_clinic(name: str, number: int, made_from: str) -> Resource:
    """The Organization of a clinic, without an id.

    Args:
        name: the clinic's.
        number: DoseSpot's.
        made_from: what the clinic was registered from, so that it is found by that again; "" if
            somebody else registered it.
    """
    origin = [{"system": CLINIC_MADE_FROM, "value": made_from}] if made_from else []
    return {
        "resourceType": "Organization",
        "meta": {"profile": [CLINIC_PROFILE]},
        "identifier": [{"system": DOSESPOT_CLINIC, "value": str(number)}, *origin],
        "active": True,
        "type": [{"coding": [{"system": ORGANIZATION_TYPE, "code": "prov"}], "text": "Clinic"}],
        "name": name,
    }


def managed_by(location: Resource, organization: str) -> Resource:
    """The Location, managed by that Organization; the same object where it is already."""
    if manager_of(location) == organization:
        return location
    return {**location, "managingOrganization": {"reference": organization}}


def manager_of(location: Resource) -> str:
    """Reference of the Organization that manages a Location; "" if none does."""
    return text(child(location, "managingOrganization").get("reference"))


def part_of(organization: Resource) -> str:
    """Reference of the Organization that another one is part of; "" if it is part of none."""
    return text(child(organization, "partOf").get("reference"))
