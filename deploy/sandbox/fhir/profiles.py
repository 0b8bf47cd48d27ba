"""Whether a resource keeps the rules of a profile, as Medplum's validator sees them.

Of a StructureDefinition's snapshot these are enforced, for the resource and its direct elements:
cardinality, fixed values, patterns, invariants, and how many values each slice has. As in Medplum,
only the first broken invariant of a value is told, warnings are passed over, and nothing is said of
bindings (Medplum checks them where a project has the feature `validate-terminology`) or of what
stands inside a slice, a backbone element or an extension. What Medplum would enforce and this
module can't is refused by name. See https://www.medplum.com/docs/fhir-datastore/profiles and
`validateResource` of @medplum/core 5.0.10.
"""

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import fhirpathpy
from fhirpathpy.models import models

from deploy.sandbox.fhir.outcomes import Resource, invalid, issue
from deploy.sandbox.fhir.slices import count_slices, demand, slices_of

# Invariants of FHIR's own that Medplum does not evaluate either.
PASSED_OVER = frozenset({"ele-1", "dom-3", "org-1", "sdf-19"})
INNER_TYPES = frozenset({"BackboneElement", "Element"})
NEEDED = frozenset({"id", "min", "max"})


def broken_rules(value: Resource, definition: Resource) -> list[Resource]:
    """The issues of an OperationOutcome: one for every rule of a profile that a resource breaks.

    Args:
        value: a resource, or an element such as an Extension with a profile of its own.
        definition: the profile as StructureDefinition.

    Raises:
        OutcomeError: 400, the profile has no snapshot, or a rule that can't be enforced here.
    """
    snapshot = definition.get("snapshot", {}).get("element", [])
    if not snapshot:
        name = definition.get("name")
        raise invalid(f"No snapshot defined for StructureDefinition '{name}'")
    _refuse_unenforceable(snapshot)
    issues = list(_broken_invariant(snapshot[0], value, snapshot[0]["path"], value))
    for element in snapshot:
        if element["id"].count(".") == 1 and ":" not in element["id"]:
            issues.extend(_broken_in(element, snapshot, value))
    return issues


def _refuse_unenforceable(snapshot: list[Resource]) -> None:
    types: dict[str, set[str]] = {}
    for element in snapshot:
        if not element.keys() >= NEEDED:
            raise invalid(f"A profile says too little of {element['path']}")
        types[element["id"]] = {kind["code"] for kind in element.get("type", [])}
        _, *below = element["id"].split(".")
        parent = element["id"].rpartition(".")[0]
        if len(below) > 1 and ":" not in below[0] and not types.get(parent, set()) & INNER_TYPES:
            raise invalid(f"This server can't enforce what a profile says of {element['id']}")


def _broken_in(element: Resource, snapshot: list[Resource], parent: Resource) -> Iterator[Resource]:
    path = element["path"]
    value = _value(parent, path.partition(".")[2])
    if value is None:
        if element["min"]:
            yield issue("structure", "Missing required property", path)
        return
    values = value if isinstance(value, list) else [value]
    if count := _miscounted(element, len(values)):
        yield issue("structure", f"Invalid number of values: {count}", path)
    is_wanted = demand(element)
    if is_wanted and not all(is_wanted(each) for each in values):
        yield issue("structure", "Value did not match expected pattern", path)
    for index, each in enumerate(values):
        at = f"{path}[{index}]" if isinstance(value, list) else path
        yield from _broken_invariant(element, each, at, parent)
    counts = count_slices(element, snapshot, values)
    for one in slices_of(element, snapshot):
        if count := _miscounted(one, counts[one["sliceName"]]):
            text = f"Incorrect number of values provided for slice '{one['sliceName']}': {count}"
            yield issue("structure", text, path)


def _value(parent: Resource, name: str) -> Any:
    """The value of an element, also of one such as `value[x]` whose name ends with its type."""
    stem = name.removesuffix("[x]")
    names = [name] if stem == name else [each for each in parent if each.startswith(stem)]
    return next((parent[each] for each in names if each in parent), None)


def _miscounted(element: Resource, count: int) -> str:
    """What was expected and found where there are too few or too many values, else ""."""
    lowest, highest = element["min"], element["max"]
    if lowest <= count and (highest == "*" or count <= int(highest)):
        return ""
    return f"expected {lowest}..{highest}, but found {count}"


def _broken_invariant(
    element: Resource, value: Any, path: str, resource: Resource
) -> Iterator[Resource]:
    node = {"resourceType": _type(element), **value} if isinstance(value, dict) else value
    variables = {"resource": resource, "rootResource": resource, "context": value}
    for constraint in element.get("constraint", []):
        key, expression = constraint["key"], constraint.get("expression", "")
        is_reported = constraint["severity"] == "error" and key not in PASSED_OVER
        if is_reported and not _holds(expression, node, variables):
            text = f"Constraint {key} not met: {constraint['human']}"
            yield issue("invariant", text, path, json.dumps({"fhirpath": expression}))
            return


def _type(element: Resource) -> str:
    """What FHIRPath has to know of a value to find its children: its type, or else its path."""
    types = {kind["code"] for kind in element.get("type", [])}
    return str(element["path"]) if len(types) != 1 or types & INNER_TYPES else types.pop()


def _holds(expression: str, node: Any, variables: Resource) -> bool:
    try:
        return _compiled(expression)(node, variables) == [True]
    except Exception:  # noqa: BLE001 - as in Medplum, what can't be evaluated does not hold
        return False


@cache
def _compiled(expression: str) -> Callable[..., list[Any]]:
    return fhirpathpy.compile(expression, models["r4"])
