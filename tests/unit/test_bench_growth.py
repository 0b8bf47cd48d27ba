"""The stand-in for a growing clinic pages as a server does, and the benchmark counts right."""

from typing import Any
from urllib.parse import urlencode

import pytest

from tests.bench.growth import Skipping, Window
from tests.bench.members import PER_SECOND, Members


def page(members: int, **params: str) -> tuple[list[str], list[str]]:
    """Ids and instants of a page of memberships."""
    query = urlencode({"project": "Project/p", **params})
    status, bundle = Members(members).answer("GET", f"/fhir/R4/ProjectMembership?{query}", "", b"")
    assert status == 200
    found: list[dict[str, Any]] = [one["resource"] for one in bundle["entry"]]
    return [one["id"] for one in found], [one["meta"]["lastUpdated"] for one in found]


@pytest.mark.parametrize("members", [1, PER_SECOND * 60, PER_SECOND * 3600 + 7])
def test_pages_after_the_last_instant_hold_everybody_once(members: int) -> None:
    found, instants = page(members, _count="1000")
    while True:
        ids, more = page(members, _count="1000", _lastUpdated=f"gt{instants[-1]}")
        if not ids:
            break
        found, instants = found + ids, instants + more
    assert len({*found}) == len(found) == members
    assert instants == sorted({*instants})


def test_the_most_in_a_window_is_the_most_at_any_time() -> None:
    window = Window(10.0)
    for moment in (0.0, 1.0, 9.9, 10.5, 30.0):
        window.add(moment, 2)
    assert window.most == 6


def test_a_skipped_wait_passes_on_the_clock() -> None:
    clock = Skipping()
    end_s = clock.now_s() + 3600
    while clock.now_s() < end_s:
        clock.skip(600.0)
    assert clock.now_s() < end_s + 601
