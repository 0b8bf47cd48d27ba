"""The PractitionerRole with which an administrator lets a prescriber enroll themselves.

Source: Medplum's prescriber enrollment guide, "Create a PractitionerRole for the Provider".
"""

from datetime import date

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child, entries, in_effect, text
from fhir_profiles.systems import PRACTITIONER_ROLE_TYPE

_BY_CODE = {role.code: role for role in ClinicianRole}


def granted_roles(practitioner_role: Resource, today: date) -> frozenset[ClinicianRole]:
    """The DoseSpot roles that a PractitionerRole grants on that day.

    None where it is not explicitly active, or its period does not cover the day; codes of other
    systems and unknown codes grant nothing.
    """
    if practitioner_role.get("active") is not True or not in_effect(practitioner_role, today):
        return frozenset()
    return frozenset(
        _BY_CODE[code]
        for _, concept in entries(practitioner_role, "code")
        for _, coding in entries(concept, "coding")
        if coding.get("system") == PRACTITIONER_ROLE_TYPE
        and (code := text(coding.get("code"))) in _BY_CODE
    )


def is_of(practitioner_role: Resource, practitioner: str) -> bool:
    """Whether the role is this Practitioner's; `practitioner` is a reference."""
    return child(practitioner_role, "practitioner").get("reference") == practitioner
