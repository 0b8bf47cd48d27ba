"""From a search request to a selection in SQL, and from what was found to a searchset Bundle.

Pure functions; the rows that the SQL looks at are made by the indexing module.
"""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from deploy.sandbox.fhir.dates import interval
from deploy.sandbox.fhir.indexing import identifier_of
from deploy.sandbox.fhir.outcomes import Resource, invalid
from deploy.sandbox.fhir.query import Condition, Cursor, SearchRequest, SortKey, unescape
from deploy.sandbox.fhir.store import Selection

Clause = tuple[str, list[str]]
"""SQL with question marks, and what goes in their place."""

INDEXED = "SELECT resource FROM search_index WHERE param = ?"
DATE_COMPARISONS = {
    "eq": ("low >= ?1 AND high <= ?2"),
    "ne": ("NOT (low >= ?1 AND high <= ?2)"),
    "gt": ("high > ?2"),
    "lt": ("low < ?1"),
    "ge": ("low >= ?1"),
    "le": ("high <= ?2"),
    "sa": ("low >= ?2"),
    "eb": ("high <= ?1"),
}
HIGHEST = "\U0010ffff"


def select(
    request: SearchRequest, project: str, within: Sequence[SearchRequest] | None = None
) -> Selection:
    """The resources of `project` that `request` asks for, in its order.

    Args:
        request: what is asked for.
        project: id of the project.
        within: searches of which one has to find a resource too; None if that is not required.
    """
    clauses = [_clause(request.resource_type, condition) for condition in request.conditions]
    clauses += [] if within is None else [_any_of(within)]
    clauses += [] if request.cursor is None else _from(request.resource_type, request.cursor)
    orders = [_order(request.resource_type, key) for key in request.sort]
    return Selection(
        resource_type=request.resource_type,
        where=" ".join(["AND r.project = ?", *(f"AND {sql}" for sql, _ in clauses)]),
        arguments=[project, *(argument for _, found in clauses for argument in found)],
        order=", ".join([*(sql for sql, _ in orders), "r.key"]),
        order_arguments=[argument for _, found in orders for argument in found],
    )


def _from(resource_type: str, cursor: Cursor) -> list[Clause]:
    """What comes from a cursor on."""
    sql, arguments = _date(f"{resource_type}._lastUpdated", f"ge{cursor.instant}")
    marks = ", ".join("?" * len(cursor.without))
    return [(f"r.key IN ({sql})", arguments), (f"r.id NOT IN ({marks})", [*cursor.without])]


def _any_of(requests: Sequence[SearchRequest]) -> Clause:
    """What one of several searches for resources of a type finds."""
    found = [
        [_clause(request.resource_type, condition) for condition in request.conditions]
        for request in requests
    ]
    alternatives = [" AND ".join(sql for sql, _ in each) or "TRUE" for each in found]
    arguments = [argument for each in found for _, one in each for argument in one]
    return f"({' OR '.join(alternatives) or 'FALSE'})", arguments


def _clause(resource_type: str, condition: Condition) -> Clause:
    param = f"{resource_type}.{condition.parameter.code}"
    if condition.modifier == "missing":
        wanted = "NOT IN" if condition.values == ("true",) else "IN"
        return f"r.key {wanted} ({INDEXED})", [param]
    if condition.modifier == "identifier":
        param = identifier_of(param)
    found = [_alternative(param, condition, value) for value in condition.values]
    wanted = "NOT IN" if condition.modifier == "not" else "IN"
    union = " UNION ".join(sql for sql, _ in found)
    return f"r.key {wanted} ({union})", [argument for _, each in found for argument in each]


def _alternative(param: str, condition: Condition, value: str) -> Clause:
    kind = condition.parameter.kind
    if condition.modifier == "identifier":
        return _token(param, value)
    if kind == "string":
        return _string(param, condition.modifier, unescape(value))
    if kind == "date":
        return _date(param, value)
    if kind == "reference":
        column = "value" if "/" in value else "folded"
        return f"{INDEXED} AND {column} = ?", [param, unescape(value)]
    return _token(param, value)


def _token(param: str, value: str) -> Clause:
    parts = [unescape(part) for part in re.split(r"(?<!\\)\|", value, maxsplit=1)]
    if len(parts) == 1:
        return f"{INDEXED} AND value = ?", [param, parts[0]]
    system, code = parts
    if not system:
        return f"{INDEXED} AND value = ? AND system IS NULL", [param, code]
    if not code:
        return f"{INDEXED} AND system = ?", [param, system]
    return f"{INDEXED} AND value = ? AND system = ?", [param, code, system]


def _string(param: str, modifier: str, text: str) -> Clause:
    if modifier == "exact":
        return f"{INDEXED} AND value = ?", [param, text]
    folded = text.casefold()
    if modifier == "contains":
        return f"{INDEXED} AND value IS NOT NULL AND instr(folded, ?) > 0", [param, folded]
    words = folded.split()
    starts = " INTERSECT ".join([f"{INDEXED} AND folded >= ? AND folded < ?"] * len(words))
    arguments = [argument for word in words for argument in (param, word, word + HIGHEST)]
    return f"SELECT * FROM ({starts})", arguments  # noqa: S608 - constants


def _date(param: str, value: str) -> Clause:
    prefix = value[:2] if value[:2].isalpha() else ""
    try:
        comparison = DATE_COMPARISONS[prefix or "eq"]
        low, high = interval(value.removeprefix(prefix))
    except (KeyError, ValueError):
        raise invalid(f"Invalid date: {value}") from None
    arguments = [low if mark == "?1" else high for mark in re.findall(r"\?[12]", comparison)]
    return f"{INDEXED} AND {re.sub(r'[12]', '', comparison)}", [param, *arguments]


def _order(resource_type: str, key: SortKey) -> Clause:
    direction = "DESC" if key.descending else "ASC"
    edge = "max" if key.descending else "min"
    sql = (
        f"(SELECT {edge}(coalesce(low, folded, value)) FROM search_index"  # noqa: S608 - constants
        f" WHERE resource = r.key AND param = ? AND value IS NOT NULL) {direction} NULLS LAST"
    )
    return sql, [f"{resource_type}.{key.parameter.code}"]


def bundle(
    request: SearchRequest, query: str, found: list[Resource], total: int | None, base: str
) -> Resource:
    """The searchset Bundle; `found` holds one resource more than asked for if there are more.

    Args:
        request: what was asked for.
        query: the same, as it came in the URL.
        found: the resources of this page, and the first of the next.
        total: how many match, where that was asked for.
        base: FHIR base URL, with a trailing slash.
    """
    page = found[: request.count] if request.entries else []
    result: Resource = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        result["total"] = total
    if page:
        result["entry"] = [_entry(resource, request, base) for resource in page]
    following = found[len(page)] if len(found) > len(page) > 0 else None
    result["link"] = _links(request, query, base, page, following)
    return result


def _entry(resource: Resource, request: SearchRequest, base: str) -> Resource:
    full_url = f"{base}{resource['resourceType']}/{resource['id']}"
    if request.fields is not None:
        kept = request.fields | {"resourceType", "id", "meta"}
        resource = {name: value for name, value in resource.items() if name in kept}
    return {"fullUrl": full_url, "search": {"mode": "match"}, "resource": resource}


def _links(
    request: SearchRequest, query: str, base: str, page: list[Resource], following: Resource | None
) -> list[Resource]:
    address = f"{base}{request.resource_type}"
    links = [{"relation": "self", "url": f"{address}?{query}" if query else address}]
    if following is not None:
        asked = parse_qsl(query, keep_blank_values=True)
        pairs = [pair for pair in asked if pair[0] not in ("_cursor", "_offset")]
        pairs.append(_position(request, page, following["meta"]["lastUpdated"]))
        links.append({"relation": "next", "url": f"{address}?{urlencode(pairs)}"})
    return links


def _position(request: SearchRequest, page: list[Resource], instant: str) -> tuple[str, str]:
    """The parameter that says where the page begins whose first one was written at `instant`."""
    if not request.goes_by_cursor:
        return "_offset", str(request.offset + request.count)
    given = tuple(one["id"] for one in page if one["meta"]["lastUpdated"] == instant)
    before = request.cursor
    held = before.without if before is not None and before.instant == instant else ()
    return "_cursor", Cursor(instant, (*held, *given)).text
