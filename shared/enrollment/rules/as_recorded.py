"""Whether a Practitioner itself says that enrollment has come to its end: pure, and soon imported.

What DoseSpot says may be another thing; then the status sync or a notification writes it down.
"""

from collections.abc import Iterable

from fhir_profiles import Resource
from fhir_profiles.clinic_status import says_epcs
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.elements import entries, text
from fhir_profiles.registration_status import registration_status
from fhir_profiles.systems import DEA_ALIASES


def is_complete(
    practitioner: Resource, role: Resource | None = None, roles: Iterable[Resource] = ()
) -> bool:
    """Whether no stage is left to begin, nor anything to write down, as the record has it.

    A DEA number counts whether it is in force or not: who has none at all needs no more than to be
    registered.

    Args:
        practitioner: raw JSON.
        role: the PractitionerRole that says the status; None at the project's own clinic.
        roles: the PractitionerRoles at the clinic, which may have DEA numbers too.
    """
    record = practitioner if role is None else role
    status = registration_status(record)
    if status == RegistrationStatus.TFA_ACTIVATED_SUCCESS:
        return says_epcs(record)
    return status == RegistrationStatus.REGISTRATION_SUCCESS and not any(
        map(_has_dea, (practitioner, *roles))
    )


def _has_dea(record: Resource) -> bool:
    return any(
        text(identifier.get("system")) in DEA_ALIASES
        for _, identifier in entries(record, "identifier")
    )
