"""Everybody with a membership, each once."""

from typing import Any

import pytest

from shared.members.people import ProjectPractitioner, people

CLINICIAN = "https://dosespot.com/clinician-identifier"


def membership(profile: str, *ids: str) -> dict[str, Any]:
    identifiers = [{"system": CLINICIAN, "value": value} for value in ids]
    return {"profile": {"reference": profile}, "identifier": identifiers}


def test_everybody_with_a_membership_is_found_once_in_the_order_of_their_ids() -> None:
    second, first, other = (
        membership("Practitioner/b", "7"),
        membership("Practitioner/a"),
        membership("Practitioner/b", "7"),
    )
    found = people([second, first, membership("Patient/c"), {}, other])
    assert found == [
        ProjectPractitioner("Practitioner/a", (first,)),
        ProjectPractitioner("Practitioner/b", (second, other)),
    ]
    assert [one.clinician_ids.sole for one in found] == [None, 7]


@pytest.mark.parametrize(
    ("ids", "numbers", "unreadable", "one", "unclear"),
    [
        ((), (), 0, None, False),
        (("7",), (7,), 0, 7, False),
        (("7", "7"), (7,), 0, 7, False),
        (("7", "8"), (7, 8), 0, None, True),
        (("7", "seven"), (7,), 1, None, True),
        (("seven",), (), 1, None, True),
    ],
    ids=str,
)
def test_a_clinician_id_is_one_number_that_nothing_contradicts(
    ids: tuple[str, ...], numbers: tuple[int, ...], unreadable: int, one: int | None, unclear: bool
) -> None:
    together = [membership("Practitioner/a", *ids)]
    apart = [membership("Practitioner/a"), *(membership("Practitioner/a", each) for each in ids)]
    for memberships in (together, apart):
        (person,) = people(memberships)
        found = person.clinician_ids
        assert (found.numbers, len(found.unreadable)) == (numbers, unreadable)
        assert (found.sole, found.are_unclear, bool(found)) == (one, unclear, bool(ids))
