"""From a resource to the rows that its search parameters are looked up in. Pure functions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from deploy.sandbox.fhir.dates import interval
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.parameters import Parameter, parameters

NAME_PARTS = ("family", "given", "prefix", "suffix", "text")


class IndexRow(NamedTuple):
    """One searchable value.

    A string has one row for itself (`value` as written, `folded` without case) and one row for
    each of its words (`folded` alone). A token or reference has `system` (the reference's type)
    and `value`, a reference also its bare id as `folded`; a date has the interval `low` to `high`.
    The identifier that a reference carries is a token of its own, under `identifier_of` the param.
    """

    param: str
    system: str | None = None
    value: str | None = None
    folded: str | None = None
    low: str | None = None
    high: str | None = None


def index_rows(resource: Resource) -> list[IndexRow]:
    """All rows of one resource."""
    resource_type = resource["resourceType"]
    return [
        row
        for parameter in parameters(resource_type).values()
        for path in parameter.paths
        for element in elements(resource, path)
        for row in _rows(f"{resource_type}.{parameter.code}", parameter, element)
    ]


def identifier_of(param: str) -> str:
    """The param under which the identifiers of its references stand."""
    return f"{param}:identifier"


def elements(node: Any, path: str) -> Iterator[Any]:
    """All values at a path with dots, whatever is repeated on the way."""
    head, _, rest = path.partition(".")
    found = node.get(head, []) if isinstance(node, dict) else []
    for element in found if isinstance(found, list) else [found]:
        if rest:
            yield from elements(element, rest)
        else:
            yield element


def _rows(param: str, parameter: Parameter, element: Any) -> Iterator[IndexRow]:
    if parameter.kind == "date":
        yield from _date_rows(param, element)
    elif parameter.of_type:
        yield IndexRow(param, value=_reference(element).partition("/")[0])
    elif parameter.kind == "reference":
        yield from _reference_rows(param, parameter, element)
    elif parameter.kind == "string":
        for text in _strings(element):
            yield from _string_rows(param, text)
    else:
        yield from _token_rows(param, parameter, element)


def _token_rows(param: str, parameter: Parameter, element: Any) -> Iterator[IndexRow]:
    if isinstance(element, bool):
        yield IndexRow(param, value="true" if element else "false")
    elif isinstance(element, str):
        yield IndexRow(param, value=element)
    elif "coding" in element:
        for coding in element["coding"]:
            yield IndexRow(param, coding.get("system"), coding.get("code"))
    elif parameter.only in (None, element.get("system")):
        yield IndexRow(param, element.get("system"), element.get("value") or element.get("code"))


def _reference_rows(param: str, parameter: Parameter, element: Any) -> Iterator[IndexRow]:
    reference = _reference(element)
    target, _, target_id = reference.partition("/")
    if reference and parameter.only in (None, target):
        yield IndexRow(param, system=target, value=reference, folded=target_id)
    identifier = element.get("identifier") if isinstance(element, dict) else None
    if identifier:
        yield IndexRow(identifier_of(param), identifier.get("system"), identifier.get("value"))


def _reference(element: Any) -> str:
    return str(element.get("reference", "")) if isinstance(element, dict) else ""


def _strings(element: Any) -> list[str]:
    if isinstance(element, str):
        return [element]
    return [text for part in NAME_PARTS for text in elements(element, part)]


def _string_rows(param: str, text: str) -> Iterator[IndexRow]:
    folded = text.casefold()
    yield IndexRow(param, value=text, folded=folded)
    words = folded.split()
    if len(words) > 1:
        for word in words:
            yield IndexRow(param, folded=word)


def _date_rows(param: str, element: Any) -> Iterator[IndexRow]:
    start, end = _ends(element)
    try:
        low = interval(start)[0] if start else "0000"
        high = interval(end)[1] if end else "9999"
    except ValueError:
        return
    yield IndexRow(param, value=start or end, low=low, high=high)


def _ends(element: Any) -> tuple[str, str]:
    if isinstance(element, dict):
        return element.get("start", ""), element.get("end", "")
    return element, element
