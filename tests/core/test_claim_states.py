"""A claim: whose it is at which time, and what of it survives being stored and read again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from fhir_profiles.claim import (
    LONG_AGO,
    Announced,
    Claim,
    Holder,
    claim_resource,
    read_claim,
)
from tests.core.situations import ME, OTHER, at

LONGEST = timedelta(seconds=45)
CREATE = Announced("create", OTHER, "ProjectMembership/1", "Practitioner/2", at(-3))
HOLDER, ASKED, MEMORY = (
    f"urn:prescriber-bots:claim-{part}" for part in ("holder", "announced", "memory")
)


def held(run: str, end_s: float, stored_s: float | None = None) -> Claim:
    """A claim that ends, and was stored, so many seconds after noon."""
    meta = {} if stored_s is None else {"meta": {"lastUpdated": at(stored_s).isoformat()}}
    return Claim("k", meta, Holder(run, at(end_s)))


def parts(url: str, **facts: Any) -> dict[str, Any]:
    """An extension with named strings."""
    said = [{"url": name, "valueString": value} for name, value in facts.items()]
    return {"url": url, "extension": said}


def basic(*extensions: Any, **elements: Any) -> dict[str, Any]:
    return {"resourceType": "Basic", "id": "c1", **elements, "extension": list(extensions)}


@pytest.mark.parametrize(
    ("claim", "is_mine", "others_s"),
    [
        (Claim("k"), False, 0),
        (held(ME, 10), True, 0),
        (held(ME, 0), False, 0),
        (held(ME, -10), False, 0),
        (held(ME, 3600), True, 0),
        (held(OTHER, 10), False, 10),
        (held(OTHER, 10, stored_s=-40), False, 10),
        (held(OTHER, 0), False, 0),
        (held(OTHER, -10), False, 0),
        (held(OTHER, 45), False, 45),
        (held(OTHER, 46, stored_s=-5), False, 40),
        (held(OTHER, 3600, stored_s=-5), False, 40),
        (held(OTHER, 3600, stored_s=-45), False, 0),
        (held(OTHER, 3600, stored_s=-60), False, 0),
        (held(OTHER, 3600, stored_s=30), False, 45),
        (held(OTHER, 3600), False, 0),
    ],
)
def test_a_claim_counts_until_its_end_and_no_longer_than_claims_last(
    claim: Claim, is_mine: bool, others_s: float
) -> None:
    assert claim.held_by(ME, at(0)) is is_mine
    assert claim.others_time(ME, at(0), LONGEST) == timedelta(seconds=others_s)


@pytest.mark.parametrize(
    ("until", "end"),
    [
        ("2026-03-10T12:00:30+00:00", at(30)),
        ("2026-03-10T12:00:30.250Z", at(30.25)),
        ("2026-03-10T12:00:30", at(30)),
        ("2026-03-10T07:00:30-05:00", at(30)),
        ("soon", LONG_AGO),
        ("", LONG_AGO),
        (None, LONG_AGO),
        (5, LONG_AGO),
    ],
)
def test_an_end_that_cannot_be_read_is_long_over(until: Any, end: datetime) -> None:
    found = read_claim("k", basic(parts(HOLDER, run=OTHER, until=until)))
    assert found.holder == Holder(OTHER, end)
    assert found.held_by(OTHER, at(0)) is (end > at(0))


@pytest.mark.parametrize(
    ("resource", "written", "author"),
    [
        (None, LONG_AGO, ""),
        ({}, LONG_AGO, ""),
        ({"meta": None}, LONG_AGO, ""),
        ({"meta": {"lastUpdated": 7, "author": "x"}}, LONG_AGO, ""),
        (
            {"meta": {"lastUpdated": "2026-03-10T12:00:00.000Z", "author": {"reference": "Bot/1"}}},
            at(0),
            "Bot/1",
        ),
    ],
)
def test_the_server_says_when_and_by_whom_a_claim_was_stored(
    resource: Any, written: datetime, author: str
) -> None:
    claim = Claim("k", resource)
    assert (claim.written, claim.author) == (written, author)


@pytest.mark.parametrize(
    ("resource", "claim"),
    [
        (None, Claim("k")),
        ({}, Claim("k", {})),
        (basic(), Claim("k", basic())),
        (basic(parts(HOLDER, until="2026-03-10T12:00:00Z")), Claim("k", None)),
        (basic(parts(HOLDER, run="")), Claim("k", None)),
        (basic(parts(ASKED, run=OTHER)), Claim("k", None)),
        (
            basic(parts(ASKED, act="create")),
            Claim("k", None, None, Announced("create", "", "", "", LONG_AGO)),
        ),
        (
            basic(
                parts(
                    ASKED,
                    act="create",
                    run=OTHER,
                    subject="ProjectMembership/1",
                    who="Practitioner/2",
                    at="2026-03-10T11:59:57Z",
                )
            ),
            Claim("k", None, None, CREATE),
        ),
        (basic(parts(MEMORY, clinician="7", begun=None)), Claim("k", memory={"clinician": "7"})),
        (
            basic(parts(MEMORY, clinician="7"), parts(MEMORY, begun="x")),
            Claim("k", memory={"clinician": "7", "begun": "x"}),
        ),
        (
            basic({"url": MEMORY, "extension": [None, "x", {"url": 5, "valueString": "y"}]}),
            Claim("k"),
        ),
        (basic(parts("urn:somebody-elses", run=OTHER, act="create", clinician="7")), Claim("k")),
    ],
)
def test_what_a_basic_says_and_what_it_does_not(resource: Any, claim: Claim) -> None:
    found = read_claim("k", resource)
    assert found == replace(claim, resource=resource)


def test_a_new_claim_is_a_basic_that_its_identifier_finds() -> None:
    assert claim_resource(Claim("clinician.123.1234567893")) == {
        "resourceType": "Basic",
        "identifier": [
            {"system": "urn:prescriber-bots:claim", "value": "clinician.123.1234567893"}
        ],
        "code": {"coding": [{"system": "urn:prescriber-bots:claim", "code": "claim"}]},
    }


def test_a_claim_is_written_with_everything_that_it_says() -> None:
    claim = Claim("k", None, Holder(ME, at(45)), CREATE, {"clinician": "7", "begun": ""})
    assert claim_resource(claim)["extension"] == [
        parts(HOLDER, run=ME, until="2026-03-10T12:00:45.000+00:00"),
        parts(
            ASKED,
            act="create",
            run=OTHER,
            subject="ProjectMembership/1",
            who="Practitioner/2",
            at="2026-03-10T11:59:57.000+00:00",
        ),
        parts(MEMORY, clinician="7"),
    ]


@pytest.mark.parametrize("holder", [None, Holder(ME, at(45))])
@pytest.mark.parametrize("asked", [None, CREATE])
@pytest.mark.parametrize("memory", [{}, {"clinician": "7", "tfa-type": "Token"}])
def test_a_claim_that_is_written_and_read_again_says_the_same(
    holder: Holder | None, asked: Announced | None, memory: dict[str, str]
) -> None:
    before = basic(parts(MEMORY, clinician="1"), meta={"versionId": "v1"}, subject={"display": "x"})
    written = claim_resource(Claim("k", before, holder, asked, memory))
    again = read_claim("k", written)
    assert (again.holder, again.announced, again.memory) == (holder, asked, memory)
    kept = {name: written[name] for name in ("resourceType", "id", "meta", "subject")}
    assert kept == {name: before[name] for name in kept}
    assert ("extension" in written) is bool(holder or asked or memory)


def test_a_claim_that_is_taken_says_by_whom_until_when_and_what_for() -> None:
    before = Claim("k", {"id": "c1"}, Holder(OTHER, at(-1)), None, {"clinician": "7"})
    taken = before.taken(ME, at(45), CREATE)
    assert taken == Claim("k", {"id": "c1"}, Holder(ME, at(45)), CREATE, {"clinician": "7"})


def test_settling_ends_what_was_announced_and_giving_back_leaves_it() -> None:
    taken = Claim("k", {"id": "c1"}, Holder(ME, at(45)), CREATE, {"clinician": "7", "begun": "x"})
    kept = {"clinician": "8", "tfa-type": "Token"}
    new = {"clinician": "8", "begun": None, "tfa-type": "Token", "in-vain": None}
    assert taken.settled(**new) == Claim("k", {"id": "c1"}, None, None, kept)
    assert taken.given_back(**new) == Claim("k", {"id": "c1"}, None, CREATE, kept)
    assert taken.settled().memory == taken.given_back().memory == {"clinician": "7", "begun": "x"}


def test_times_are_written_so_that_any_server_reads_them() -> None:
    eastern = timezone(timedelta(hours=-5))
    until = datetime(2026, 3, 10, 7, 0, 0, 123456, tzinfo=eastern)
    written = claim_resource(Claim("k", None, Holder(ME, until)))
    said = written["extension"][0]["extension"][1]
    assert said == {"url": "until", "valueString": "2026-03-10T07:00:00.123-05:00"}
    assert read_claim("k", written).holder == Holder(
        ME, datetime(2026, 3, 10, 12, 0, 0, 123000, UTC)
    )
