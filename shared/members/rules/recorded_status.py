"""What DoseSpot says of a clinician, written where it stands; pure."""

from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.clinic_status import is_role, with_epcs_enabled
from fhir_profiles.epcs_qualification import with_epcs_qualification
from fhir_profiles.registration_status import with_registration_status
from shared.members.rules.clinician import Clinician


def as_dosespot_says(record: Resource, clinician: Clinician, now: datetime) -> Resource:
    """The Practitioner, or the PractitionerRole at a clinic, with status and EPCS as DoseSpot has
    them.

    Args:
        record: raw JSON; not changed.
        clinician: what DoseSpot says now.
        now: aware time for the beginning or end of the EPCS qualification.

    Returns:
        A changed copy; the same object if the record already says so.
    """
    marked = with_registration_status(record, clinician.status.value)
    if is_role(record):
        return with_epcs_enabled(marked, clinician.epcs_enabled)
    return with_epcs_qualification(marked, clinician.epcs_enabled, now)
