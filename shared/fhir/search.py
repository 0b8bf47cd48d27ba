"""Queries of FHIR searches, encoded for a URL.

Source: FHIR R4 "Search", "Escaping Search Parameters".
"""

import re
from collections.abc import Iterable
from urllib.parse import urlencode

_SPECIAL = re.compile(r"([\\$,|])")


def by_identifier(system: str, values: Iterable[str]) -> str:
    """The query for resources with any of these identifiers of a system."""
    tokens = (f"{_escaped(system)}|{_escaped(value)}" for value in values)
    return urlencode({"identifier": ",".join(tokens)})


def by_name(name: str) -> str:
    """The query for resources whose name begins with this one."""
    return urlencode({"name": _escaped(name)})


def by_tag(system: str, code: str) -> str:
    """The query for resources with that tag in their `meta`."""
    return urlencode({"_tag": f"{_escaped(system)}|{_escaped(code)}"})


def _escaped(value: str) -> str:
    return _SPECIAL.sub(r"\\\1", value)
