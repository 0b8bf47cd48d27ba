"""The project setting that limits how many clinicians a Medplum project may enroll.

Source: Medplum's DoseSpot documentation; a value that is not a positive whole number is no limit.
"""

from fhir_profiles import Resource
from fhir_profiles.elements import entries

MAX_CLINICIANS = "dosespotMaxClinicians"


def max_clinicians(project: Resource) -> int | None:
    """The most clinicians that may be enrolled in the project, or None for no limit."""
    for _, setting in entries(project, "systemSetting"):
        value = setting.get("valueInteger")
        if setting.get("name") == MAX_CLINICIANS and type(value) is int and value > 0:
            return value
    return None
