"""DoseSpot's numbers and names for roles and second factors; pure, so that rules may use them.

Source: DoseSpot's enumeration tables ("Clinician Role Type", "TFA Type").
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from fhir_profiles.codes import ClinicianRole

ROLE_NUMBERS: Mapping[ClinicianRole, int] = MappingProxyType(
    {
        ClinicianRole.PRESCRIBING_CLINICIAN: 1,
        ClinicianRole.REPORTING_CLINICIAN: 2,
        ClinicianRole.EPCS_COORDINATOR: 3,
        ClinicianRole.CLINICIAN_ADMIN: 4,
        ClinicianRole.PRESCRIBING_AGENT_CLINICIAN: 5,
        ClinicianRole.PROXY_CLINICIAN: 6,
    }
)


class TfaType(StrEnum):
    """How a prescriber proves the second factor: an app on the phone or a hardware token."""

    MOBILE = "Mobile"
    TOKEN = "Token"  # noqa: S105 - the name of a device, not a secret


def role_of(number: int) -> ClinicianRole:
    """The role with this number.

    Raises:
        ValueError: no role has it.
    """
    for role, own in ROLE_NUMBERS.items():
        if own == number:
            return role
    raise ValueError("no role has this number")


def by_number(roles: Collection[ClinicianRole]) -> list[ClinicianRole]:
    """The roles in the order of their numbers."""
    return sorted(roles, key=ROLE_NUMBERS.__getitem__)
