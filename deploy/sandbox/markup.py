"""HTML out of templates and values: everything is escaped that is not HTML already.

Knows no page. Templates are literals of the program; what people or calls bring in is a value.
"""

import html
from collections.abc import Iterable
from typing import LiteralString


class Html(str):
    """Text that is HTML already; anything done to it yields a plain string, which is not."""

    __slots__ = ()


def fill(template: LiteralString, **values: object) -> Html:
    """The template with each `{name}` replaced by the value of that name, escaped."""
    return Html(template.format_map({name: _escaped(value) for name, value in values.items()}))


def joined(parts: Iterable[object]) -> Html:
    """These parts one after the other, escaped."""
    return Html("".join(_escaped(part) for part in parts))


def _escaped(value: object) -> str:
    return value if isinstance(value, Html) else html.escape(str(value))
