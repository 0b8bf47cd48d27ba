"""Reading a list's next page while the one before is worked on."""

from collections.abc import Iterator
from typing import TypeVar

from shared.together import Together

T = TypeVar("T")


class ReadAhead(Iterator[list[T]]):
    """The pages of a list, the first of which is asked for now; each only once.

    Args:
        pages: the list, which asks for a page when it is wanted.
        together: asks for the next page in the meantime.
    """

    def __init__(self, pages: Iterator[list[T]], together: Together) -> None:
        self._pages = pages
        self._together = together
        self._ahead = together.started(self._next_page)

    def __next__(self) -> list[T]:
        """The next page; raises what asking for it raised."""
        page = self._ahead.result()
        if page is None:
            raise StopIteration
        self._ahead = self._together.started(self._next_page)
        return page

    def _next_page(self) -> list[T] | None:
        return next(self._pages, None)
