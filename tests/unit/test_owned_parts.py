"""Ours is replaced and taken away, others' stays, and what is in line stays the same object."""

from typing import Any

import pytest

from shared.prescriptions.rules.owned import (
    Entries,
    Lasting,
    Somebody,
    Whole,
    Within,
    WithinFirst,
    digest,
    in_line,
    with_key,
)

PARTS = (
    Whole("status"),
    Somebody("requester"),
    Entries("identifier", with_key("system", "ours")),
    Within("statusReason", [Entries("coding", with_key("system", "ours"))]),
    WithinFirst("dosage", [Whole("text")]),
    Within("dispense", [Whole("refills"), Within("period", [Whole("start")])]),
)
WANTED = {
    "status": "active",
    "requester": {"reference": "Practitioner/a", "identifier": {"value": "7"}},
    "identifier": [{"system": "ours", "value": "1"}],
    "statusReason": {"coding": [{"system": "ours", "code": "Active"}]},
    "dosage": [{"text": "daily"}],
    "dispense": {"refills": 2, "period": {"start": "2026-01-01"}},
}
THEIRS = {
    "category": [{"text": "theirs"}],
    "identifier": [{"system": "theirs"}, {"system": "ours", "value": "0"}, "odd", {"system": "x"}],
    "statusReason": {"text": "theirs", "coding": [{"system": "theirs"}]},
    "dosage": [{"timing": "theirs", "text": "old"}, {"text": "second"}],
    "dispense": {"interval": "theirs", "period": {"end": "2027-01-01"}},
}


def changed(**changes: Any) -> dict[str, Any]:
    given = {**WANTED, **changes}
    return {name: value for name, value in given.items() if value is not None}


def test_what_others_wrote_stays_where_it_was() -> None:
    assert in_line(PARTS, THEIRS, WANTED) == {
        "category": [{"text": "theirs"}],
        "identifier": [
            {"system": "theirs"},
            {"system": "ours", "value": "1"},
            "odd",
            {"system": "x"},
        ],
        "statusReason": {
            "text": "theirs",
            "coding": [{"system": "theirs"}, {"system": "ours", "code": "Active"}],
        },
        "dosage": [{"timing": "theirs", "text": "daily"}, {"text": "second"}],
        "dispense": {
            "interval": "theirs",
            "period": {"end": "2027-01-01", "start": "2026-01-01"},
            "refills": 2,
        },
        "status": "active",
        "requester": {"reference": "Practitioner/a", "identifier": {"value": "7"}},
    }


def test_what_is_ours_goes_where_it_is_not_wanted_any_more_and_leaves_nothing_empty() -> None:
    assert in_line(PARTS, WANTED, {}) == {}
    kept = in_line(PARTS, in_line(PARTS, THEIRS, WANTED), {})
    assert kept == {
        "category": [{"text": "theirs"}],
        "identifier": [{"system": "theirs"}, "odd", {"system": "x"}],
        "statusReason": {"text": "theirs", "coding": [{"system": "theirs"}]},
        "dosage": [{"timing": "theirs"}, {"text": "second"}],
        "dispense": {"interval": "theirs", "period": {"end": "2027-01-01"}},
    }


def test_what_is_in_line_is_the_same_object() -> None:
    stored = in_line(PARTS, THEIRS, WANTED)
    assert in_line(PARTS, stored, WANTED) is stored


def test_whom_a_person_named_stays_where_we_know_nobody() -> None:
    stored = {"requester": {"reference": "Practitioner/b", "display": "B"}}
    wanted = changed(requester={"identifier": {"value": "7"}})
    found = in_line(PARTS, stored, wanted)["requester"]
    assert found == {**stored["requester"], "identifier": {"value": "7"}}
    assert in_line(PARTS, {"requester": found}, wanted)["requester"] == found
    assert in_line(PARTS, stored, WANTED)["requester"] == WANTED["requester"]
    assert "requester" not in in_line(PARTS, stored, changed(requester=None))


def test_somebody_else_is_not_taken_for_whom_the_resource_named_before() -> None:
    other = {"identifier": {"value": "8"}}
    assert in_line(PARTS, WANTED, changed(requester=other))["requester"] == other


def test_what_lasts_is_replaced_and_stays_where_it_is_not_known_any_more() -> None:
    parts = [Lasting("prior")]
    assert in_line(parts, {"prior": "a"}, {"prior": "b"}) == {"prior": "b"}
    assert in_line(parts, {"prior": "a"}, {}) == {"prior": "a"}


@pytest.mark.parametrize(
    "change",
    [
        {"status": "draft"},
        {"status": None},
        {"requester": {"reference": "Practitioner/b", "identifier": {"value": "7"}}},
        {"identifier": [{"system": "ours", "value": "2"}]},
        {"identifier": None},
        {"statusReason": None},
        {"dosage": [{"text": "twice daily"}]},
        {"dosage": None},
        {"dispense": {"refills": 0, "period": {"start": "2026-01-01"}}},
        {"dispense": {"refills": 2}},
        {"dispense": None},
    ],
    ids=str,
)
def test_two_digests_are_the_same_just_where_nothing_is_to_be_changed(change: Any) -> None:
    stored = in_line(PARTS, THEIRS, WANTED)
    assert digest(PARTS, stored) == digest(PARTS, WANTED)
    other = changed(**change)
    assert digest(PARTS, other) != digest(PARTS, WANTED)
    assert digest(PARTS, in_line(PARTS, stored, other)) == digest(PARTS, other)


def test_a_whole_number_is_the_same_however_it_is_written() -> None:
    assert digest(PARTS, {"dispense": {"refills": 2.0}}) == digest(
        PARTS, {"dispense": {"refills": 2}}
    )


@pytest.mark.parametrize("odd", [None, 5, "x", [], [5], {"coding": 5}], ids=repr)
def test_what_is_no_fhir_breaks_nothing(odd: Any) -> None:
    stored = dict.fromkeys(("requester", "identifier", "statusReason", "dosage", "dispense"), odd)
    found = in_line(PARTS, stored, WANTED)
    assert digest(PARTS, found) == digest(PARTS, WANTED)
