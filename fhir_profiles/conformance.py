"""Our FHIR conformance resources: profiles, an extension, code systems and value sets.

They are JSON files below `resources`, one for each, known by their `url`. They are for whoever
installs them on a server; a Lambda package does not carry them.
"""

import json
from importlib.resources import files

from fhir_profiles import Resource


def conformance_resources() -> list[Resource]:
    """All of them, by file name."""
    folder = files("fhir_profiles") / "resources"
    found = [each for each in folder.iterdir() if each.name.endswith(".json")]
    found.sort(key=lambda each: each.name)
    return [json.loads(each.read_text(encoding="utf-8")) for each in found]
