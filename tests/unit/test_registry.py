"""What the NPI Registry says against somebody: what blocks, what warns, what is no difference."""

from typing import Any

import pytest

from deploy.sandbox.nppes.records import individual, organization
from shared.nppes.wire import parse_answer
from shared.prescriber_form.rules.sentences import FormSentence
from shared.records.findings import Findings
from shared.records.prescriber import MedicalLicense
from shared.records.registry import (
    NOT_IN_SERVICE,
    OTHER_LICENSE,
    OTHER_NAME,
    OTHER_STATE,
    NpiHolder,
    Placed,
    RegistryEntry,
    compared,
)

NPI = "1234567893"
ENTRY = RegistryEntry(
    individual=True,
    active=True,
    names=(("JANE", "SMITH"), ("JANE", "MILLER")),
    states=frozenset({"IL", "NY"}),
    licenses=(MedicalLicense("036123456", "IL"),),
)


def holder(first: str = "Jane", last: str = "Smith", state: str = "IL", **more: Any) -> NpiHolder:
    return NpiHolder(
        Placed("npi", NPI),
        Placed("first", first),
        Placed("last", last),
        Placed("state", state),
        **more,
    )


def told(entry: RegistryEntry | None, said: NpiHolder) -> list[tuple[str, str]]:
    findings = compared(entry, said)
    assert findings.problems == []
    return [(found.path, found.sentence) for found in findings.warnings]


def test_unknown_deactivated_and_organizations_numbers_block() -> None:
    inactive = RegistryEntry(True, False, ENTRY.names, ENTRY.states, ())
    for entry, sentence in (
        (None, NOT_IN_SERVICE),
        (inactive, NOT_IN_SERVICE),
        (RegistryEntry(False, True, (), frozenset(), ()), FormSentence.NPI_TYPE),
    ):
        findings = compared(entry, holder())
        assert [(one.path, one.sentence) for one in findings.problems] == [("npi", sentence)]
        assert findings.warnings == []


@pytest.mark.parametrize(
    "said",
    [
        holder(),
        holder("Jane Marie"),
        holder("J"),
        holder("JÁNE", "Smith"),
        holder(last="Miller"),
        holder(last="smith "),
        holder(state=""),
        holder(licenses=(("license", MedicalLicense("36-123456", "IL")),)),
        holder(licenses=(("license", MedicalLicense("other", "NY")),)),
    ],
    ids=repr,
)
def test_what_is_no_difference(said: NpiHolder) -> None:
    assert compared(ENTRY, said) == Findings()


@pytest.mark.parametrize(
    ("said", "path", "sentence"),
    [
        (holder(last="Jones"), "last", OTHER_NAME),
        (holder(first="Joan"), "first", OTHER_NAME),
        (holder(first=""), "first", OTHER_NAME),
        (holder(state="CA"), "state", OTHER_STATE),
        (holder(licenses=(("license", MedicalLicense("1", "IL")),)), "license", OTHER_LICENSE),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_differs_only_warns(said: NpiHolder, path: str, sentence: str) -> None:
    assert told(ENTRY, said) == [(path, sentence)]


def test_an_answer_is_read_whatever_of_it_is_missing() -> None:
    assert parse_answer(
        {"result_count": 1, "results": [individual(NPI, "Jane", "Smith")]}, NPI
    ) == (
        RegistryEntry(
            True,
            True,
            (("JANE", "SMITH"),),
            frozenset({"IL"}),
            (MedicalLicense("036123456", "IL"),),
        )
    )
    bare = {"number": int(NPI), "enumeration_type": "NPI-1"}
    expected = RegistryEntry(True, True, (("", ""),), frozenset(), ())
    assert parse_answer({"results": [bare]}, NPI) == expected


def test_former_names_count_too() -> None:
    result = individual(NPI, "Jane", "Jones")
    result["other_names"] = [{"type": "Former Name", "first_name": "JANE", "last_name": "SMITH"}]
    entry = parse_answer({"result_count": 1, "results": [result]}, NPI)
    assert compared(entry, holder()) == Findings()


@pytest.mark.parametrize(
    "answer",
    [
        {"result_count": 0, "results": []},
        {"result_count": 0},
        {
            "Errors": [
                {"description": f"CMS deactivated NPI {NPI}.", "field": "number", "number": "15"}
            ]
        },
    ],
    ids=str,
)
def test_not_in_service_in_either_shape(answer: Any) -> None:
    assert parse_answer(answer, NPI) is None


def test_a_deactivated_persons_record_is_not_active() -> None:
    result = individual(NPI, "Jane", "Smith", status="D")
    entry = parse_answer({"result_count": 1, "results": [result]}, NPI)
    assert entry is not None
    assert not entry.active


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "x",
        {},
        {"results": []},
        {"result_count": 1, "results": []},
        {"Errors": [{"description": "Unsupported Version", "field": "version"}]},
        {"Errors": [{"description": "No valid search criteria provided"}]},
        {"Errors": "down"},
        {"result_count": 1, "results": [{**organization("1000000004", "x")}]},
        {"result_count": 1, "results": [{"number": NPI, "enumeration_type": "NPI-3"}]},
        {"result_count": 1, "results": ["x"]},
    ],
    ids=str,
)
def test_any_other_answer_says_nothing_about_the_number(answer: Any) -> None:
    with pytest.raises(ValueError, match=r"not one result|unknown type"):
        parse_answer(answer, NPI)
