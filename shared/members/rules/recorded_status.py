"""What DoseSpot says of a clinician, written on the Practitioner; pure."""

from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.members.rules.clinician import Clinician


def as_dosespot_says(practitioner: Resource, clinician: Clinician, now: datetime) -> Resource:
    """The Practitioner with status and EPCS qualification as DoseSpot has them.

    Args:
        practitioner: raw JSON; not changed.
        clinician: what DoseSpot says now.
        now: aware time for the beginning or end of the EPCS qualification.

    Returns:
        A changed copy; the same object if the Practitioner already says so.
    """
    marked = with_registration_status(practitioner, clinician.status.value)
    return with_epcs_qualification(marked, clinician.epcs_enabled, now)
