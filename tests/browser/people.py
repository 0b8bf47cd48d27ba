"""People of the sandbox, and people that a test adds."""

import itertools
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.people import PEOPLE
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE
from tests.integration.clinic import Clinic, Member

_logins = {person.key: person.email for person in PEOPLE}
ADMIN, SMITH = _logins["admin"], _logins["smith"]

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Named:
    """Somebody whose name nobody else has."""

    name: str
    login: str
    member: Member


def named(
    clinic: Clinic,
    family: str,
    *,
    roles: tuple[str, ...] = (),
    practitioner: dict[str, Any] | None = None,
    **options: Any,
) -> Named:
    """Adds a person, with a PractitionerRole where they have roles.

    Args:
        clinic: where.
        family: first part of the last name.
        roles: codes of DoseSpot roles.
        practitioner: changes to the Practitioner.
        options: as `Clinic.add_member` takes them.
    """
    given, family = f"Kim{next(_numbers)}", f"{family}son"
    changes = {"name": [{"given": [given], "family": family}], **(practitioner or {})}
    member = clinic.add_member(practitioner=changes, **options)
    if roles:
        add_role(clinic, member.id, roles)
    return Named(f"{given} {family}", f"p{member.npi}@clinic.example", member)


def add_role(clinic: Clinic, practitioner_id: str, roles: tuple[str, ...]) -> None:
    """Authorizes somebody for DoseSpot, as an administrator does."""
    codes = [{"coding": [{"system": PRACTITIONER_ROLE_TYPE, "code": code}]} for code in roles]
    role = {
        "resourceType": "PractitionerRole",
        "practitioner": {"reference": f"Practitioner/{practitioner_id}"},
        "active": True,
        "code": codes,
    }
    clinic.sandbox.fhir.add_resource(clinic.project, role)
