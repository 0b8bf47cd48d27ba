"""Which rows of a long table every run tries; the others are `make torture`'s."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def first(*values: Any) -> list[Any]:
    """The values as parameters; the first of them is always tried."""
    return first_of_each([(value,) for value in values], len)


def first_of_each(
    rows: Iterable[tuple[Any, ...]], kind: Callable[[tuple[Any, ...]], object]
) -> list[Any]:
    """The rows of a table as parameters; of each kind the first is always tried.

    Args:
        rows: the table.
        kind: says of a row which rule it is about.
    """
    seen: set[object] = set()
    parameters: list[Any] = []
    for row in rows:
        marks = pytest.mark.torture if kind(row) in seen else ()
        parameters.append(pytest.param(*row, marks=marks))
        seen.add(kind(row))
    return parameters
