"""How the values of a repeating element fall into the slices of a profile. Pure functions.

Slices are told apart by fixed values or patterns, which is what discriminators of type `value` and
`pattern` mean; see https://hl7.org/fhir/R4/profiling.html#discriminator.
"""

import operator
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from deploy.sandbox.fhir.indexing import elements
from deploy.sandbox.fhir.outcomes import Resource, invalid

Demand = Callable[[Any], bool]
"""Whether a value is the fixed one, or has all that a pattern has."""

Mark = tuple[str, Demand]
"""A path below a value, and what one of the values there has to be."""


def demand(definition: Resource) -> Demand | None:
    """What an ElementDefinition demands with `fixed[x]` or `pattern[x]`, if it does."""
    for name, wanted in definition.items():
        if name.startswith("fixed"):
            return partial(operator.eq, wanted)
        if name.startswith("pattern"):
            return partial(_includes, pattern=wanted)
    return None


def slices_of(element: Resource, snapshot: list[Resource]) -> list[Resource]:
    """The ElementDefinitions that begin the slices of an element."""
    prefix = f"{element['id']}:"
    return [each for each in snapshot if "sliceName" in each and each["id"].startswith(prefix)]


def count_slices(element: Resource, snapshot: list[Resource], values: list[Any]) -> Counter[str]:
    """How many of the values fall into each slice, by the slice's name.

    Raises:
        OutcomeError: 400, the slices are told apart in another way.
    """
    marks = {
        each["sliceName"]: _marks(element, each["id"], snapshot)
        for each in slices_of(element, snapshot)
    }
    names = (_slice_of(value, marks) for value in values)
    return Counter(name for name in names if name is not None)


def _slice_of(value: Any, marks: dict[str, list[Mark]]) -> str | None:
    return next((name for name in marks if all(_bears(value, mark) for mark in marks[name])), None)


def _bears(value: Any, mark: Mark) -> bool:
    path, is_wanted = mark
    found = [value] if path == "$this" else elements(value, path)
    return any(is_wanted(each) for each in found)


def _marks(element: Resource, slice_id: str, snapshot: list[Resource]) -> list[Mark]:
    definitions = {each["id"]: each for each in snapshot}
    marks = []
    for discriminator in element.get("slicing", {}).get("discriminator", []):
        kind, path = discriminator["type"], discriminator["path"]
        if kind not in ("value", "pattern"):
            raise invalid(f"Unsupported slicing discriminator type: {kind}")
        bearer = slice_id if path == "$this" else f"{slice_id}.{path}"
        marks.append((path, demand(definitions.get(bearer, {})) or _never))
    return marks


def _never(_value: Any) -> bool:
    return False


def _includes(value: Any, pattern: Any) -> bool:
    if isinstance(pattern, dict) and isinstance(value, dict):
        return all(name in value and _includes(value[name], pattern[name]) for name in pattern)
    if isinstance(pattern, list) and isinstance(value, list):
        return all(any(_includes(each, wanted) for each in value) for wanted in pattern)
    return bool(value == pattern)
