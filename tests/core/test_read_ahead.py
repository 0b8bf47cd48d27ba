"""A list of DoseSpot's is read to its end, whatever its pages say of each other."""

from threading import Lock

import pytest

from shared.dosespot.prescriptions import ListPage
from shared.errors import RemoteMisbehaved, RemoteUnavailable
from shared.prescriptions.ahead import AHEAD, ReadAhead, grouped
from tests.core.prescribed import TOGETHER


class Book:
    """Pages, each with what it says of the others; notes which were asked for."""

    def __init__(self, *pages: ListPage) -> None:
        self._pages = pages
        self._lock = Lock()
        self.asked: list[int] = []

    def page(self, number: int) -> ListPage:
        with self._lock:
            self.asked.append(number)
        return self._pages[number - 1] if number <= len(self._pages) else ListPage()

    def read(self) -> list[int]:
        return [entry for page in ReadAhead(self.page, TOGETHER) for entry in page]


def pages(number: int, *, total: int) -> list[ListPage]:
    return [ListPage([one], one < number, total) for one in range(1, number + 1)]


@pytest.mark.parametrize("total", [0, 1, 3, 9, 10, 12], ids=str)
def test_all_pages_come_in_order_however_many_there_are_said_to_be(total: int) -> None:
    book = Book(*pages(9, total=total))
    assert book.read() == list(range(1, 10))
    assert set(book.asked) >= set(range(1, 10))
    assert len(book.asked) == len(set(book.asked)) <= max(9, min(total, 9 + AHEAD))


@pytest.mark.parametrize(
    "first",
    [ListPage(), ListPage([1]), ListPage([], has_next=True), ListPage([], has_next=True, total=1)],
)
def test_a_list_ends_with_a_page_that_has_no_next_or_no_entries(first: ListPage) -> None:
    book = Book(first, ListPage([2]))
    assert (book.read(), book.asked) == (first.entries, [1])


def test_an_empty_page_ends_no_list_that_is_said_to_go_on() -> None:
    empty = ListPage([], has_next=True, total=3)
    book = Book(empty, ListPage([2], has_next=True, total=3), ListPage([3], total=3))
    assert book.read() == [2, 3]
    assert Book(empty, empty, empty).read() == []


def test_no_more_pages_are_kept_than_are_allowed() -> None:
    book = Book(*pages(30, total=30))
    ahead = ReadAhead(book.page, TOGETHER)
    next(ahead)
    next(ahead)
    assert len(book.asked) <= 2 + AHEAD


def test_a_page_that_fails_is_raised_in_its_turn() -> None:
    def page(number: int) -> ListPage:
        if number == 2:
            raise RemoteUnavailable("It could not be reached.")
        return ListPage([number], has_next=True, total=3)

    ahead = ReadAhead(page, TOGETHER)
    assert next(ahead) == [1]
    with pytest.raises(RemoteUnavailable):
        next(ahead)


def test_a_list_without_an_end_is_given_up() -> None:
    ahead = ReadAhead(lambda number: ListPage([number], has_next=True), TOGETHER)
    with pytest.raises(RemoteMisbehaved, match="has no last page"):
        list(ahead)


def test_pages_are_grouped_until_there_are_enough_entries() -> None:
    assert list(grouped([[1], [2, 3], [4], [5]], 2)) == [[1, 2, 3], [4, 5]]
    assert list(grouped([[], [1]], 5)) == [[1]]
    assert list(grouped([[]], 5)) == []
