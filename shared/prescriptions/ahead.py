"""Reading a list of DoseSpot's page by page, some pages ahead of the one that is worked on."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from typing import Any

from shared.dosespot.prescriptions import ListPage
from shared.errors import BotError, RemoteMisbehaved
from shared.together import Together

MOST_PAGES = 1000
AHEAD = 4
"""Pages that are kept at a time, which bounds the memory that a list takes."""


class ReadAhead(Iterator[list[Any]]):
    """The entries of a list, page by page; the first page is asked for now.

    Where the first page says how many there are, several are asked for at the same time. What a
    page says of a next one counts more: a list ends with the page that has none. A page without
    entries is the last one too, unless there are said to be more pages.

    Args:
        page: gives a page by its number, from 1.
        together: asks for pages in the meantime.
    """

    def __init__(self, page: Callable[[int], ListPage], together: Together) -> None:
        self._page = page
        self._together = together
        self._asked: deque[Future[ListPage]] = deque()
        self._next = 1
        self._given = 0
        self._ask()

    def __next__(self) -> list[Any]:
        """The entries of the next page.

        Raises:
            RemoteMisbehaved: the list has no end.
            BotError: whatever asking for the page raised.
        """
        if not self._asked:
            raise StopIteration
        page = self._asked.popleft().result()
        self._given += 1
        if not page.has_next or not (page.entries or self._given < page.total):
            self._asked.clear()
            return page.entries
        while len(self._asked) < AHEAD and self._next <= page.total:
            self._ask()
        if not self._asked:
            self._ask()
        return page.entries

    def _ask(self) -> None:
        number, self._next = self._next, self._next + 1
        if number > MOST_PAGES:
            raise RemoteMisbehaved("DoseSpot's list has no last page. Contact DoseSpot support.")
        self._asked.append(self._together.started(lambda: self._page(number)))


def grouped(pages: Iterable[list[Any]], least: int) -> Iterator[list[Any]]:
    """The entries of a list in groups of whole pages, each of so many entries if there are.

    Raises:
        BotError: a page could not be read; what was read before is given first.
    """
    group: list[Any] = []
    failure: BotError | None = None
    try:
        for page in pages:
            group += page
            if len(group) >= least:
                yield group
                group = []
    except BotError as error:
        failure = error
    if group:
        yield group
    if failure is not None:
        raise failure


def objects(pages: Iterable[list[Any]]) -> list[dict[str, Any]]:
    """All entries of a list, but what is no object, as null is none."""
    return [entry for page in pages for entry in page if isinstance(entry, dict)]
