"""Reading one FHIR resource: what is in effect, what is preferred, what is missing or malformed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import entries, in_effect, text
from shared.records.findings import Findings

Entry = tuple[str, Resource]
"""FHIR path and object of one entry of a repeating element."""

Parse = Callable[[str], str]
"""Takes what a person typed, gives what DoseSpot stores, or raises `RuleBroken`."""


@dataclass
class Reading:
    """A resource being read, and what was found wrong with it so far.

    Attributes:
        resource_type: the first word of its FHIR paths.
        resource: raw JSON.
        today: the day on which entries have to be in effect.
        findings: problems and warnings.
    """

    resource_type: str
    resource: Resource
    today: date
    findings: Findings = field(default_factory=Findings)
    _in_effect: dict[str, list[Entry]] = field(default_factory=dict, init=False, repr=False)

    def current(self, element: str, **wanted: str) -> list[Entry]:
        """The entries in effect whose fields are as wanted, such as `system="phone"`."""
        if element not in self._in_effect:
            self._in_effect[element] = [
                (f"{self.resource_type}.{element}[{index}]", entry)
                for index, entry in entries(self.resource, element)
                if in_effect(entry, self.today)
            ]
        return [
            (path, entry)
            for path, entry in self._in_effect[element]
            if all(entry.get(name) == value for name, value in wanted.items())
        ]

    def contact(self, system: str, uses: tuple[str, ...], **wanted: str) -> Entry:
        """Path of the value, and entry, of the preferred contact point that has a value."""
        found = self.current("telecom", system=system, **wanted)
        with_value = [entry for entry in found if text(entry[1].get("value"))]
        path, entry = preferred(with_value, uses) or ("", {})
        return (f"{path}.value" if path else f"{self.resource_type}.telecom", entry)

    def required(
        self, path: str, words: str, value: Any, parse: Parse = str, hint: str = "add it"
    ) -> str:
        """The parsed text; notes a problem where it is missing or breaks its rule."""
        if not text(value):
            self.findings.problem(path, f"the {words} is missing; {hint}")
            return ""
        return self.findings.parsed(path, parse, text(value))


def preferred(candidates: list[Entry], uses: tuple[str, ...]) -> Entry | None:
    """The candidate whose `use` comes first among `uses`, any other use after them."""
    return min(candidates, key=lambda candidate: _rank(candidate, uses), default=None)


def _rank(entry: Entry, uses: tuple[str, ...]) -> int:
    use = text(entry[1].get("use"))
    return uses.index(use) if use in uses else len(uses)
