"""Going through many Practitioners page by page."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class _OfPractitioner(Protocol):
    @property
    def practitioner(self) -> str: ...


One = TypeVar("One", bound=_OfPractitioner)


def next_page(everybody: Sequence[One], after: str, size: int) -> tuple[Sequence[One], str]:
    """The next ones of a list that is sorted by reference, which may change between pages.

    Args:
        everybody: all, each with the reference of a Practitioner.
        after: reference of the last one of the page before; empty to begin.
        size: how many there are on a page.

    Returns:
        The page, and the reference of its last one; empty where nobody is left.
    """
    rest = [one for one in everybody if one.practitioner > after]
    return rest[:size], rest[size - 1].practitioner if len(rest) > size else ""
