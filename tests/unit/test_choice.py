"""Which entry is chosen, held against a second statement of the same rules, in plain words."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_profiles.choice import RULES, choice
from fhir_profiles.systems import CONTACTPOINT_COUNTRY, DATA_ABSENT_REASON, US_CORE_DIRECT
from shared.records.measures import BODY_WEIGHT, newest_measure
from tests.builders import NOW

Entry = dict[str, Any]

ABSENT = {"extension": [{"url": DATA_ABSENT_REASON, "valueCode": "unknown"}]}
DIRECT = {"extension": [{"url": US_CORE_DIRECT, "valueBoolean": True}]}
ABROAD = {"extension": [{"url": CONTACTPOINT_COUNTRY, "valueString": "47"}]}

periods = st.sampled_from(
    [
        {},
        {"period": {"start": "2026-03-10"}},
        {"period": {"end": "2026-03"}},
        {"period": {"end": "2026-03-09"}},
        {"period": {"start": "2026-03-11"}},
        {"period": {"end": "soon"}},
    ]
)
OVER = ("2026-03-09", "soon")


def one_of(name: str, *values: Any) -> st.SearchStrategy[Entry]:
    return st.sampled_from([{}, *({name: value} for value in values)])


def entry(*parts: st.SearchStrategy[Entry]) -> st.SearchStrategy[Entry]:
    return st.tuples(*parts).map(
        lambda found: {key: v for part in found for key, v in part.items()}
    )


def lists(*parts: st.SearchStrategy[Entry]) -> st.SearchStrategy[list[Entry]]:
    return st.lists(entry(*parts), max_size=5)


names = lists(
    one_of("use", "official", "usual", "nickname", "maiden", "old", "anonymous"),
    periods,
    st.sampled_from([{"family": "A"}, {"given": ["B"]}, {"text": "C"}, {"_family": ABSENT}]),
)
contacts = lists(
    one_of("use", "home", "work", "temp", "old", "mobile"),
    one_of("system", "phone", "fax", "email"),
    one_of("rank", 1, 2, 3, 0, "1"),
    periods,
    st.sampled_from(
        [{"value": "1"}, {"value": "+1 2"}, {"value": "+65 3"}, {}, {"_value": ABSENT}]
    ),
    st.sampled_from([{}, DIRECT, ABROAD]),
)
addresses = lists(
    one_of("use", "home", "work", "temp", "old", "billing"),
    one_of("type", "physical", "postal", "both"),
    one_of("country", "US", "IT", "Puerto Rico"),
    periods,
    st.sampled_from([{"line": ["1 A St"]}, {"city": "B"}, {"state": "VI"}, {"text": "C"}]),
)


def in_effect(one: Entry) -> bool:
    period = one.get("period", {})
    return period.get("end") not in OVER and period.get("start") != "2026-03-11"


def first(found: list[Entry], *ways: Callable[[Entry], bool]) -> Entry | None:
    """The first entry that the first way finds, else the second way, and so on."""
    return next((one for way in ways for one in found if way(one)), None)


def use(*uses: str | None) -> Callable[[Entry], bool]:
    return lambda one: one.get("use") in uses


def a_name(record: Entry) -> Entry | None:
    found = [
        one
        for one in record["name"]
        if in_effect(one)
        and ("family" in one or "given" in one)
        and one.get("use") not in ("old", "anonymous")
    ]
    return first(found, use("official"), use("usual"), use(None), lambda _: True)


def numbers(record: Entry, system: str) -> list[Entry]:
    def foreign(one: Entry) -> bool:
        said = one.get("extension", [{}])[0].get("valueString") == "47"
        return one["value"].startswith("+65") or (said and one["value"] != "+1 2")

    def direct(one: Entry) -> bool:
        return one.get("extension") == DIRECT["extension"]

    return [
        one
        for one in record["telecom"]
        if one.get("system") == system
        and "value" in one
        and in_effect(one)
        and one.get("use") != "old"
        and not (direct(one) if system == "email" else foreign(one))
    ]


def by_rank(found: list[Entry]) -> list[Entry]:
    ranked = [[one for one in found if one.get("rank") == rank] for rank in (1, 2, 3)]
    rest = [one for one in found if one.get("rank") not in (1, 2, 3)]
    return [*ranked[0], *ranked[1], *ranked[2], *rest]


def work_contact(system: str) -> Callable[[Entry], Entry | None]:
    ways = [use("work")] if system == "phone" else [use("work"), use(None), lambda _: True]
    return lambda record: first(by_rank(numbers(record, system)), *ways)


def patients_contact(system: str, *uses: str | None) -> Callable[[Entry], Entry | None]:
    def chosen(record: Entry) -> Entry | None:
        found = by_rank(numbers(record, system))
        best = found[0].get("rank") if found else None
        alike = [one for one in found if one.get("rank") == best] if best in (1, 2, 3) else found
        return first(alike, *(use(one) for one in uses), lambda _: True)

    return chosen


def american(record: Entry) -> list[Entry]:
    return [
        one
        for one in record["address"]
        if in_effect(one)
        and one.get("country") != "IT"
        and one.get("use") != "old"
        and ("line" in one or "city" in one or "state" in one)
    ]


def by_type(found: list[Entry], *types: str | None) -> list[Entry]:
    return [one for kind in types for one in found if one.get("type") == kind]


def work_address(record: Entry) -> Entry | None:
    found = [one for one in american(record) if one.get("use") != "billing"]
    ways = (use("work"), use(None), lambda _: True)
    return first(by_type(found, "physical", "both", None), *ways)


def patients_address(record: Entry) -> Entry | None:
    found = by_type(american(record), "physical", "both", None, "postal")
    return first(found, use("home"), use(None), lambda _: True)


def clinics_phone(record: Entry) -> Entry | None:
    found = [one for one in by_rank(numbers(record, "phone")) if one.get("use") != "temp"]
    return first(found, use("work"), use(None), use("mobile"), use("home"))


STATED: dict[str, Callable[[Entry], Entry | None]] = {
    "name of a prescriber or patient": a_name,
    "phone of a prescriber": work_contact("phone"),
    "fax of a prescriber": work_contact("fax"),
    "e-mail of a prescriber": work_contact("email"),
    "address of a prescriber": work_address,
    "phone of a patient": patients_contact("phone", "mobile", "home", "work", None),
    "e-mail of a patient": patients_contact("email", "home", "mobile", None, "work"),
    "address of a patient": patients_address,
    "phone of a clinic's Location": clinics_phone,
}
records = st.fixed_dictionaries({"name": names, "telecom": contacts, "address": addresses})


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.what)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(record=records)
def test_the_chosen_entry_is_the_one_that_the_rules_say(rule: Any, record: Entry) -> None:
    found = choice(record, rule, NOW).counting
    expected = STATED[rule.what](record)
    assert (found[0][1] if found else None) is expected


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.what)
@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(record=records, data=st.data())
def test_entries_that_differ_in_what_counts_come_in_one_order(
    rule: Any, record: Entry, data: Any
) -> None:
    def signs(found: Entry) -> Any:
        return found.get("use"), found.get("type"), found.get("rank")

    shuffled = {**record, rule.element: data.draw(st.permutations(record[rule.element]))}
    before, after = choice(record, rule, NOW).counting, choice(shuffled, rule, NOW).counting
    assert len(before) == len(after)
    if before and len({str(signs(one)) for _, one in before}) == len(before):
        assert after[0][1] is before[0][1]


weights = st.lists(
    st.tuples(
        st.sampled_from(["final", "amended", "corrected", "entered-in-error", "cancelled"]),
        st.integers(1, 28),
        st.integers(10, 60),
    ),
    max_size=6,
    unique_by=lambda one: one[1],
)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(found=weights)
def test_the_newest_weight_that_counts_is_chosen_in_any_order(found: Any) -> None:
    observations = [
        {
            "status": status,
            "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
            "effectiveDateTime": f"2026-02-{day:02}",
            "valueQuantity": {"value": value, "code": "kg"},
        }
        for status, day, value in found
    ]
    good = [
        (day, value) for status, day, value in found if status in ("final", "amended", "corrected")
    ]
    chosen, refused = newest_measure(observations, BODY_WEIGHT, NOW)
    assert refused == []
    assert (chosen.value if chosen else None) == (max(good)[1] if good else None)
