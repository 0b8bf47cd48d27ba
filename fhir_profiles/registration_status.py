"""The registration-status extension on Practitioner.

Source: Medplum's prescriber enrollment guide, "Stored Data on Practitioner". Written as
`valueCode`; a `valueString` that another bot left is read too.
"""

from fhir_profiles import Resource
from fhir_profiles.elements import entries, items, text
from fhir_profiles.systems import REGISTRATION_STATUS


def registration_status(practitioner: Resource) -> str | None:
    """The status that the Practitioner carries, or None if it has none."""
    for _, extension in entries(practitioner, "extension"):
        if extension.get("url") == REGISTRATION_STATUS:
            return text(extension.get("valueCode")) or text(extension.get("valueString")) or None
    return None


def with_registration_status(practitioner: Resource, status: str) -> Resource:
    """The Practitioner with exactly one registration-status extension, which says `status`.

    The extension stays where it stands among the others; a new one comes last.
    """
    written = {"url": REGISTRATION_STATUS, "valueCode": status}
    found = [i for i, e in entries(practitioner, "extension") if e.get("url") == written["url"]]
    if len(found) == 1 and registration_status(practitioner) == status:
        return practitioner
    extensions = items(practitioner, "extension")
    if found:
        extensions[found[0]] = written
    else:
        extensions.append(written)
    kept = [e for i, e in enumerate(extensions) if i not in found[1:]]
    return {**practitioner, "extension": kept}
