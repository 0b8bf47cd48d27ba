"""The FHIR profiles that the repository brings along, as files to be put on a server."""

import json
from pathlib import Path

import fhir_profiles
from fhir_profiles import Resource

FOLDER = Path(fhir_profiles.__file__).parent / "resources"
ORDER = ("CodeSystem", "ValueSet", "StructureDefinition", "SearchParameter")
"""What others refer to comes first."""


def conformance_resources(folder: Path = FOLDER) -> tuple[Resource, ...]:
    """Every conformance resource, each with a `url`, in the order in which they are put there."""
    found = [json.loads(path.read_bytes()) for path in folder.rglob("*.json")]
    known = [one for one in found if one.get("resourceType") in ORDER]
    return tuple(sorted(known, key=lambda one: (ORDER.index(one["resourceType"]), one["url"])))
