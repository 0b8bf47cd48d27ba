"""What stands on a Medplum Project: the secrets of its bots, and how many clinicians it may enroll.

Source of the limit: Medplum's DoseSpot documentation; a value that is not a positive whole number
is no limit.
"""

from collections.abc import Mapping

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


def with_secrets(project: Resource, values: Mapping[str, str]) -> Resource:
    """The Project with these secrets; all others stay, and so does one that has its value already.

    The same object where nothing has to be changed.
    """
    found = {entry.get("name"): entry.get("valueString") for _, entry in entries(project, "secret")}
    changed = {name: value for name, value in values.items() if found.get(name) != value}
    if not changed:
        return project
    kept = [entry for _, entry in entries(project, "secret") if entry.get("name") not in changed]
    written = [{"name": name, "valueString": value} for name, value in changed.items()]
    return {**project, "secret": [*kept, *written]}
