"""What a round remembers, and how it is written on its Basic."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fhir.resources.R4B.basic import Basic

from fhir_profiles.comparison_round import ComparisonRound, read_round, round_resource
from fhir_profiles.systems import COMPARISON_ROUND
from tests.builders import CLINIC_ID

BEGAN = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
LATER, END = BEGAN + timedelta(minutes=15), BEGAN + timedelta(minutes=30)
AFTER = "2026-03-01T09:30:00.123Z"
FIRST = ComparisonRound(CLINIC_ID)


def test_a_round_begins_once_and_goes_on_where_it_ended() -> None:
    begun = FIRST.under_way(BEGAN)
    assert begun == replace(FIRST, began=BEGAN, since=BEGAN)
    half = begun.gone_on(AFTER, LATER, missed=False)
    assert half == replace(begun, after=AFTER)
    assert half.under_way(LATER) is half


def test_a_whole_round_makes_its_beginning_the_oldest_comparison() -> None:
    whole = FIRST.under_way(BEGAN).gone_on("", END, missed=False)
    assert whole == replace(FIRST, since=BEGAN, ended=END)
    second = whole.under_way(END)
    assert (second.began, second.since, second.ended) == (END, BEGAN, END)


@pytest.mark.parametrize("missed", [(True, False), (False, True)], ids=["before", "at the end"])
def test_a_round_that_missed_somebody_does_not_count_but_makes_room_for_the_next(
    missed: tuple[bool, bool],
) -> None:
    known = replace(FIRST.under_way(BEGAN), since=BEGAN - timedelta(days=2))
    for after, each in zip((AFTER, ""), missed, strict=True):
        known = known.gone_on(after, LATER, missed=each)
    assert known == replace(FIRST, since=BEGAN - timedelta(days=2))


@pytest.mark.parametrize(
    "known",
    [
        FIRST,
        FIRST.under_way(BEGAN),
        FIRST.under_way(BEGAN).gone_on(AFTER, LATER, missed=True),
        FIRST.under_way(BEGAN).gone_on("", END, missed=False),
        FIRST.under_way(BEGAN).gone_on("", END, missed=False).under_way(END),
    ],
)
def test_what_is_written_is_read_back_and_fhir(known: ComparisonRound) -> None:
    stored = {**round_resource(known), "id": "1", "meta": {"versionId": "1"}}
    assert read_round(CLINIC_ID, stored) == replace(known, resource=stored)
    again = round_resource(read_round(CLINIC_ID, stored))
    assert again == stored
    if known is not FIRST:
        Basic.model_validate({name: v for name, v in stored.items() if name != "meta"})


@pytest.mark.parametrize(
    "parts",
    [
        None,
        [],
        [7, {}],
        [{"url": "began", "valueInstant": "yesterday"}, {"url": "after", "valueInstant": AFTER}],
        [{"url": "after", "valueInstant": AFTER}],
        [{"url": "since", "valueInstant": 7}, {"url": "missed", "valueBoolean": "true"}],
    ],
    ids=str,
)
def test_what_can_not_be_read_counts_as_never(parts: Any) -> None:
    resource = {"extension": [{"url": COMPARISON_ROUND, "extension": parts}]}
    assert read_round(CLINIC_ID, resource) == replace(FIRST, resource=resource)


def test_a_position_that_is_no_instant_becomes_no_part_of_a_search() -> None:
    known = FIRST.under_way(BEGAN).gone_on("2026&project=other", LATER, missed=False)
    assert read_round(CLINIC_ID, round_resource(known)).after == ""
