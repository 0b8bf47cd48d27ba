"""Queries of FHIR searches, encoded for a URL.

Source: FHIR R4 "Search", "Escaping Search Parameters".
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote_plus, urlencode

_SPECIAL = re.compile(r"([\\$,|])")
_COMMA, _BAR = quote_plus(","), quote_plus("|")


def by_identifier(system: str, values: Iterable[str], parameter: str = "identifier") -> str:
    """The query for resources with any of these identifiers of a system.

    Args:
        system: theirs.
        values: at least one.
        parameter: where they stand, such as `entity:identifier` for an AuditEvent's.
    """
    return by_identifiers([(system, value) for value in values], parameter)


def by_identifiers(identifiers: Iterable[tuple[str, str]], parameter: str = "identifier") -> str:
    """The query for resources with any of these identifiers, each a system and a value."""
    tokens = (f"{_encoded_system(system)}{_BAR}{_encoded(value)}" for system, value in identifiers)
    return f"{parameter}={_COMMA.join(tokens)}"


def by_name(name: str) -> str:
    """The query for resources whose name begins with this one."""
    return urlencode({"name": _escaped(name)})


def by_tag(system: str, code: str) -> str:
    """The query for resources with that tag in their `meta`."""
    return urlencode({"_tag": f"{_escaped(system)}|{_escaped(code)}"})


def _encoded(value: str) -> str:
    return quote_plus(_escaped(value))


_encoded_system = lru_cache(_encoded)
"""The same for a system, remembered: all queries have the same few, and a URL takes long."""


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\1", value)
