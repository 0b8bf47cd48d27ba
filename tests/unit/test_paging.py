"""Everybody of a project page by page, each once, whatever is written between pages."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_profiles.instants import instant
from shared.errors import FhirDenied, Misconfigured, RemoteMisbehaved
from shared.members.enrolled import NO_CREDENTIAL
from shared.members.paging import (
    LEAST_COUNT,
    PROFILES_AT_ONCE,
    MembersPage,
    page_after,
    up_to_an_instant,
)

ME = {"project": {"id": "clinic"}}
MORE_THAN_ANYBODY_HAS = 100


def at(second: int) -> str:
    return f"2026-03-01T09:{second // 60:02}:{second % 60:02}.000Z"


def membership(key: str, profile: str, second: int) -> dict[str, Any]:
    reference = {"reference": f"Practitioner/{profile}"}
    return {"id": key, "profile": reference, "meta": {"lastUpdated": at(second)}}


@dataclass
class Server:
    """The memberships of a project, as a FHIR server searches them; `taken` counts what it gave."""

    stored: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)
    taken: int = 0

    @classmethod
    def of(cls, *memberships: tuple[str, str, int]) -> "Server":
        return cls({key: membership(key, *rest) for key, *rest in memberships})

    def search_all(self, kind: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        assert (kind, params["project"]) == ("ProjectMembership", "Project/clinic")
        self.asked.append(params)
        for one in sorted(self.stored.values(), key=lambda one: one["meta"]["lastUpdated"]):
            wanted = params.get("profile", one["profile"]["reference"]).split(",")
            after = params.get("_lastUpdated", "gt").removeprefix("gt")
            if one["profile"]["reference"] in wanted and one["meta"]["lastUpdated"] > after:
                self.taken += 1
                yield one

    def page(self, after: str = "", size: int = 2) -> MembersPage:
        return page_after(self, ME, after, size)  # type: ignore[arg-type]


def told(page: MembersPage) -> list[str]:
    return [one.practitioner.removeprefix("Practitioner/") for one in page.people]


def everybody(server: Server, size: int, between: Any = lambda: None) -> list[str]:
    found, after = [], ""
    for _ in range(MORE_THAN_ANYBODY_HAS):
        page = server.page(after, size)
        found += told(page)
        after = page.last
        if not after:
            return found
        between()
    raise AssertionError("the pages do not end")


def test_pages_go_on_after_the_last_instant_and_end() -> None:
    server = Server.of(("1", "c", 1), ("2", "a", 2), ("3", "b", 3), ("4", "d", 4))
    first = server.page()
    assert (told(first), first.last) == (["c", "a"], at(2))
    second = server.page(first.last)
    assert (told(second), second.last) == (["b", "d"], "")
    assert [one.get("_lastUpdated") for one in server.asked] == [None, None, f"gt{at(2)}", None]


def test_a_page_takes_what_it_needs_and_no_more() -> None:
    server = Server.of(*((str(n), f"p{n}", n) for n in range(500)))
    page = server.page(at(99), 50)
    assert (len(page.people), server.taken) == (50, 50 + 1 + 50)
    assert server.asked[0]["_count"] == "51"
    server.page(size=1)
    assert server.asked[-2]["_count"] == str(LEAST_COUNT)


def test_a_project_that_is_one_page_is_asked_for_once() -> None:
    server = Server.of(("1", "a", 1), ("2", "b", 2), ("3", "a", 3))
    page = server.page(size=3)
    assert (told(page), page.last, len(server.asked)) == (["a", "b"], "", 1)


def test_what_was_written_at_one_instant_is_on_one_page() -> None:
    server = Server.of(("1", "a", 1), *((str(n), f"b{n}", 2) for n in range(2, 7)), ("9", "c", 3))
    page = server.page()
    assert (len(page.people), page.last) == (6, at(2))
    assert told(server.page(page.last)) == ["c"]


def test_a_person_with_two_memberships_is_told_once_with_both() -> None:
    server = Server.of(("1", "a", 1), ("2", "b", 2), ("3", "c", 3), ("4", "a", 4), ("5", "d", 5))
    first = server.page()
    assert [[one["id"] for one in person.memberships] for person in first.people] == [
        ["1", "4"],
        ["2"],
    ]
    assert everybody(server, 2) == ["a", "b", "c", "d"]


def test_many_profiles_are_asked_for_in_parts() -> None:
    number = PROFILES_AT_ONCE + 1
    server = Server.of(*((str(n), f"p{n}", n) for n in range(number + 1)))
    assert len(server.page(size=number).people) == number
    assert [len(one["profile"].split(",")) for one in server.asked[1:]] == [PROFILES_AT_ONCE, 1]


def test_who_loses_the_membership_between_two_questions_is_left_out() -> None:
    server = Server.of(("1", "a", 1), ("2", "b", 2), ("3", "c", 3))
    search = server.search_all

    def gone(kind: str, params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        if "profile" in params:
            del server.stored["2"]
        yield from search(kind, params)

    server.search_all = gone  # type: ignore[method-assign]
    assert told(server.page()) == ["a"]


written = st.lists(st.tuples(st.sampled_from("abcdefg"), st.integers(1, 12)), max_size=12)
changes = st.lists(st.tuples(st.sampled_from("wdn"), st.integers(0, 20)), max_size=9)


@given(written, changes, st.integers(1, 4))
def test_nobody_is_left_out_and_only_who_is_written_is_told_twice(
    begin: list[tuple[str, int]], happens: list[tuple[str, int]], size: int
) -> None:
    server = Server.of(*((str(n), *each) for n, each in enumerate(begin)))
    clock, coming = count(20), iter(happens)
    disturbed: set[str] = set()

    def between() -> None:
        what, which = next(coming, ("", 0))
        if what == "n":
            key = f"new-{which}"
            if key in server.stored:  # the same one is written once more
                disturbed.add(f"new{which}")
            server.stored[key] = membership(key, f"new{which}", next(clock))
        elif what and server.stored:
            key = sorted(server.stored)[which % len(server.stored)]
            one = server.stored.pop(key)
            disturbed.add(one["profile"]["reference"].removeprefix("Practitioner/"))
            if what == "w":
                one = {**one, "meta": {"lastUpdated": at(next(clock))}}
                server.stored[key] = one

    found = everybody(server, size, between)
    still = {one["profile"]["reference"] for one in server.stored.values()}
    assert {one.removeprefix("Practitioner/") for one in still} <= {*found}
    assert {one for one in found if found.count(one) > 1} <= disturbed


@pytest.mark.parametrize("value", [None, 7, "2026", "2026-13-01T00:00:00Z", "yesterday"], ids=str)
def test_a_server_that_does_not_say_when_it_wrote_can_not_be_paged(value: Any) -> None:
    page = [{"meta": {"lastUpdated": value}}, membership("2", "a", 1)]
    with pytest.raises(RemoteMisbehaved):
        up_to_an_instant(page, 1)


def test_a_server_that_begins_anew_is_not_followed_for_ever() -> None:
    server = Server.of(("1", "a", 1), ("2", "b", 2))
    server.search_all = lambda _kind, _params: iter(server.stored.values())  # type: ignore[method-assign]
    with pytest.raises(RemoteMisbehaved):
        server.page(at(1))


def test_memberships_that_may_not_be_read_tell_what_to_set_up() -> None:
    def denied(_kind: str, _params: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        raise FhirDenied("no")
        yield

    server = Server()
    server.search_all = denied  # type: ignore[method-assign]
    with pytest.raises(Misconfigured) as refused:
        server.page()
    assert str(refused.value) == NO_CREDENTIAL


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("2026-03-01T09:30:00.123Z", True),
        ("2026-03-01T09:30:00+02:00", True),
        ("2026-03-01T09:30:00", False),
        ("2026-03-01", False),
        ("2026-03-01T09:30:00Z&_count=1", False),
        ("2026-03-01T09:30:00Z\n", False),
        ("٢٠٢٦-03-01T09:30:00Z", False),
        ("2026-02-30T09:30:00Z", False),
        (None, False),
    ],
    ids=str,
)
def test_an_instant_is_a_whole_one(value: Any, is_one: bool) -> None:
    assert (instant(value) is not None) is is_one
