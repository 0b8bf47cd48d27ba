"""Reads a FHIR search query into a request; knows parameters by name and no SQL.

See https://hl7.org/fhir/R4/search.html and https://www.medplum.com/docs/search.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote

from deploy.sandbox.fhir.outcomes import invalid
from deploy.sandbox.fhir.parameters import Parameter, parameters

DEFAULT_COUNT = 20
DEFAULT_VERSIONS = 100
MAX_COUNT = 1000
MAX_OFFSET = 10_000
LEAST_BY_CURSOR = 20
# SQLite takes 500 terms in a compound; a real server takes about as much as an address can hold.
MAX_TERMS = 400
MODIFIERS = {
    "token": frozenset({"", "not", "missing"}),
    "boolean": frozenset({"", "not", "missing"}),
    "reference": frozenset({"", "not", "missing", "identifier"}),
    "string": frozenset({"", "exact", "contains", "not", "missing"}),
    "date": frozenset({"", "missing"}),
}
UNESCAPED_COMMA = re.compile(r"(?<!\\),")
NUMBER = re.compile(r"[0-9]{1,9}")
ESCAPED = re.compile(r"\\([,$|\\])")
SPECIAL = re.compile(r"[,$|\\]")


@dataclass(frozen=True)
class Condition:
    """One parameter of a query: a resource must match any of `values`."""

    parameter: Parameter
    modifier: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class SortKey:
    """A parameter to sort by, and in which direction."""

    parameter: Parameter
    descending: bool


@dataclass(frozen=True)
class Paging:
    """How many to give, from which on."""

    count: int
    offset: int


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: at an instant, without those that the page before had of it."""

    instant: str
    without: tuple[str, ...]

    @property
    def text(self) -> str:
        """The value of `_cursor`, which says nothing to whoever gets it."""
        return base64.urlsafe_b64encode(" ".join((self.instant, *self.without)).encode()).decode()


@dataclass(frozen=True)
class SearchRequest:
    """What a query asks for."""

    resource_type: str
    conditions: tuple[Condition, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int = DEFAULT_COUNT
    offset: int = 0
    total: bool = False
    entries: bool = True
    fields: frozenset[str] | None = None
    cursor: Cursor | None = None

    @property
    def goes_by_cursor(self) -> bool:
        """Whether the next page is linked by `_cursor`; else it is by `_offset`.

        Source: Medplum's docs, "Paginated Search": only in the ascending order of `_lastUpdated`,
        and with at least 20 to a page.
        """
        by = [(key.parameter.code, key.descending) for key in self.sort]
        return by == [("_lastUpdated", False)] and self.count >= LEAST_BY_CURSOR and not self.offset


def parse(resource_type: str, query: str) -> SearchRequest:
    """Reads the part of a URL after the question mark.

    Raises:
        OutcomeError: 400 for whatever is unknown or malformed, 404 for an unknown resource type.
    """
    known = parameters(resource_type)
    pairs = parse_qsl(query, keep_blank_values=True)
    _refuse_more_than(MAX_TERMS, pairs)
    control = {name: value for name, value in pairs if name in CONTROL}
    summary = _choice(control, "_summary", {"false", "count"}, "false")
    return SearchRequest(
        resource_type=resource_type,
        conditions=tuple(
            _condition(known, name, value) for name, value in pairs if name not in CONTROL
        ),
        sort=tuple(_sort_key(known, part) for part in _parts(control.get("_sort", ""))),
        count=min(_number(control, "_count", DEFAULT_COUNT), MAX_COUNT),
        offset=_offset(control),
        total=summary == "count"
        or _choice(control, "_total", {"none", "estimate", "accurate"}, "none") != "none",
        entries=summary != "count",
        fields=frozenset(_parts(control["_fields"])) if "_fields" in control else None,
        cursor=_cursor(control["_cursor"]) if "_cursor" in control else None,
    )


CONTROL = frozenset({"_count", "_cursor", "_offset", "_sort", "_total", "_summary", "_fields"})


def parse_paging(query: str) -> Paging:
    """Reads the query of a history, of which nothing else is heeded.

    Raises:
        OutcomeError: 400 for what is malformed.
    """
    control = dict(parse_qsl(query, keep_blank_values=True))
    count = min(_number(control, "_count", DEFAULT_VERSIONS), MAX_COUNT)
    return Paging(count, _offset(control))


def unescape(text: str) -> str:
    """Takes the backslashes off that a query needs before comma, dollar, bar and backslash."""
    return ESCAPED.sub(r"\1", text)


def escape(text: str) -> str:
    """A value for a URL's query that stands for this text and nothing else."""
    return quote(SPECIAL.sub(r"\\\g<0>", text), safe="")


def _condition(known: Mapping[str, Parameter], name: str, value: str) -> Condition:
    code, _, modifier = name.partition(":")
    parameter = known.get(code)
    if parameter is None:
        raise invalid(f"Unknown search parameter: {code}")
    if modifier not in MODIFIERS[parameter.kind]:
        raise invalid(f"Unsupported search modifier: {name}")
    values = tuple(UNESCAPED_COMMA.split(value))
    _refuse_more_than(MAX_TERMS, values, value.split())
    boolean = modifier == "missing" or parameter.kind == "boolean"
    if not all(each.strip() for each in values) or (boolean and not {*values} <= {"true", "false"}):
        raise invalid(f"Invalid value for search parameter: {name}")
    return Condition(parameter, modifier, values)


def _refuse_more_than(limit: int, *lists: Sequence[object]) -> None:
    if any(len(each) > limit for each in lists):
        raise invalid(f"Search has too many terms (max {limit})")


def _sort_key(known: Mapping[str, Parameter], part: str) -> SortKey:
    parameter = known.get(part.removeprefix("-"))
    if parameter is None:
        raise invalid(f"Unknown search parameter: {part.removeprefix('-')}")
    return SortKey(parameter, part.startswith("-"))


def _parts(value: str) -> list[str]:
    return [part for part in value.split(",") if part]


def _number(control: dict[str, str], name: str, default: int) -> int:
    text = control.get(name, str(default))
    if not NUMBER.fullmatch(text):
        raise invalid(f"Invalid value for search parameter: {name}")
    return int(text)


def _offset(control: dict[str, str]) -> int:
    offset = _number(control, "_offset", 0)
    if offset > MAX_OFFSET:
        raise invalid(f"Search offset exceeds maximum (got {offset}, max {MAX_OFFSET})")
    return offset


def _cursor(text: str) -> Cursor:
    try:
        instant, *without = base64.urlsafe_b64decode(text).decode().split(" ")
    except ValueError:
        raise invalid("Invalid value for search parameter: _cursor") from None
    return Cursor(instant, tuple(without))


def _choice(control: dict[str, str], name: str, choices: set[str], default: str) -> str:
    value = control.get(name, default)
    if value not in choices:
        raise invalid(f"Invalid value for search parameter: {name}")
    return value
