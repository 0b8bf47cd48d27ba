"""A clinic of DoseSpot's as an Organization, and at which clinics somebody works.

The Organization carries DoseSpot's number of the clinic; its Location is the address and phone that
the clinic was made from; a PractitionerRole says who works there. The clinic's key stands on none
of them: it is a project secret.
"""

from collections.abc import Iterable

from fhir_profiles import Resource
from fhir_profiles.choice import in_force
from fhir_profiles.elements import child, entries, items, positive_number, text
from fhir_profiles.practitioner_role import is_of
from fhir_profiles.systems import DOSESPOT_CLINIC
from fhir_profiles.today import Today


def clinic_number(organization: Resource) -> int | None:
    """DoseSpot's number of a clinic; None if the Organization carries none, or several."""
    found = {
        positive_number(text(identifier.get("value")))
        for _, identifier in entries(organization, "identifier")
        if identifier.get("system") == DOSESPOT_CLINIC
    }
    return found.pop() if len(found) == 1 else None


def with_clinic_number(organization: Resource, number: int) -> Resource:
    """The Organization with that number; the same object where it carries it already."""
    if clinic_number(organization) == number:
        return organization
    written = {"system": DOSESPOT_CLINIC, "value": str(number)}
    return {**organization, "identifier": [*items(organization, "identifier"), written]}


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
