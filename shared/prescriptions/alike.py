"""Many resources that say much the same, kept in little memory.

A patient's prescriptions name the same few drugs, pharmacies and people, and an answer with all of
them as they came from the server takes several times as much memory as their JSON does.
"""

import json
from typing import Any

from fhir_profiles import Resource

_EACH_ITS_OWN = frozenset({"meta", "identifier"})


class Alike:
    """Keeps elements that are equal once, however many resources have them."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def of(self, resource: Resource) -> Resource:
        """An equal resource, which shares elements with earlier ones: nobody may change them."""
        return {name: self._once(name, value) for name, value in resource.items()}

    def _once(self, name: str, value: Any) -> Any:
        if name in _EACH_ITS_OWN or not isinstance(value, dict | list):
            return value
        return self._known.setdefault(json.dumps(value), value)
