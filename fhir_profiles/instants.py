"""FHIR's instants, as a server writes them in `meta.lastUpdated`.

Source: FHIR R4 "Data Types", `instant`: seconds and an offset are always there.
"""

import re
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.elements import child

_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", flags=re.ASCII
)


def instant(value: object) -> datetime | None:
    """The aware time that an instant spells; None for anything else."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def last_updated(resource: Resource) -> object:
    """When the server stored this version, as it stands there."""
    return child(resource, "meta").get("lastUpdated")
