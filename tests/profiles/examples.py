"""The examples in `examples.json`: a valid resource with a patch that breaks one rule, or none.

A rule is named by the key of its invariant or, where FHIR itself has the words, by the element and
what of it is broken: `min`, `max`, or `value` for fixed values and patterns.
"""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jsonpatch

from deploy.medplum.conformance import conformance_resources

FOLDER = Path(__file__).parent
PROFILES = {
    re.split("[/:]", each["url"])[-1]: each
    for each in conformance_resources()
    if each["resourceType"] == "StructureDefinition"
}

_CONSTRAINT = re.compile(r"Constraint (\S+) not met: ")
_SLICE = re.compile(r"slice '(\w+)': expected (\d+)\.\.\S+, but found (\d+)")
_COUNT = re.compile(r"expected (\d+)\.\.\S+, but found (\d+)")


@dataclass(frozen=True)
class Example:
    """One example.

    Attributes:
        about: what is special about it.
        profile: last part of its profile's url or name, and name of the file of the valid resource.
        patch: what is changed in that (JSON Patch).
        rule: the rule that it breaks, if it breaks one.
        warning: the invariant of severity warning that it breaks, if it breaks one.
        at: FHIRPath of what is at fault.
    """

    about: str
    profile: str
    patch: list[dict[str, Any]] = field(repr=False)
    rule: str | None = None
    warning: str | None = None
    at: str | None = None

    def __str__(self) -> str:
        return f"{self.profile}: {self.about}"

    @property
    def definition(self) -> dict[str, Any]:
        """The StructureDefinition of the profile."""
        return PROFILES[self.profile]

    @property
    def value(self) -> dict[str, Any]:
        """The example itself."""
        whole = json.loads((FOLDER / f"{self.profile}.json").read_text(encoding="utf-8"))
        changed: dict[str, Any] = jsonpatch.apply_patch(whole, self.patch)
        return changed


def broken(issues: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The rule that each issue of an OperationOutcome is about, and its path."""
    return [(_rule(issue), issue["expression"][0]) for issue in issues]


def _rule(issue: dict[str, Any]) -> str:
    text, path = issue["details"]["text"], issue["expression"][0]
    if found := _CONSTRAINT.match(text):
        return found[1]
    if found := _SLICE.search(text):
        return f"{path}:{found[1]} {'min' if int(found[3]) < int(found[2]) else 'max'}"
    if found := _COUNT.search(text):
        return f"{path} {'min' if int(found[2]) < int(found[1]) else 'max'}"
    told = {"Missing required property": "min", "Value did not match expected pattern": "value"}
    return f"{path} {told[text]}"


EXAMPLES = [
    Example(**each) for each in json.loads((FOLDER / "examples.json").read_text(encoding="utf-8"))
]
