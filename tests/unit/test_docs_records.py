"""The tables of docs/reference/records.md are those that the code reads records by."""

from pathlib import Path

import pytest

from fhir_profiles.choice import RULES, ChoiceRule
from fhir_profiles.state_license import LICENSE_TYPES
from fhir_profiles.systems import (
    DEA_ALIASES,
    DEGREE_OR_LICENSE_ALIASES,
    IDENTIFIER_TYPE_ALIASES,
    NPI_ALIASES,
)
from fhir_profiles.today import NATIONWIDE, STANDARD_OFFSETS, WITHOUT_DAYLIGHT_SAVING
from shared.records.measures import BODY_HEIGHT, BODY_WEIGHT, COUNTED_STATUSES, VitalSign

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "records.md"


def order(values: tuple[str, ...], last: str) -> str:
    return ", ".join(
        [*(f"`{one}`" if one else "none" for one in values), *([last] if last else [])]
    )


def codes(values: tuple[str, ...]) -> str:
    return ", ".join(f"`{one}`" for one in values) or "-"


def chosen(rule: ChoiceRule) -> list[str]:
    element = f"`{rule.element}`" + (f" with system `{rule.system}`" if rule.system else "")
    rank = "-" if rule.element != "telecom" else "before use" if rule.rank_first else "after use"
    return [
        rule.what,
        element,
        codes(rule.values),
        order(rule.uses, "" if rule.only else "any other"),
        "any other" if rule.only else codes(rule.never),
        order(rule.types, "") or "-",
        codes(rule.never_types),
        rank,
    ]


def measured(kind: VitalSign) -> list[str]:
    units: dict[str, list[str]] = {}
    for spelling, (unit, factor) in kind.units.items():
        units.setdefault(f"{factor:g} {unit}", []).append(f"`{spelling}`")
    return [
        kind.words,
        ", ".join(f"{code} {words}" for code, words in kind.codes.items()),
        "; ".join(f"{', '.join(spelled)}: {unit}" for unit, spelled in units.items()),
        f"{kind.plausible[0]:g} to {kind.plausible[1]:g} {kind.unit}",
    ]


def clocks() -> list[list[str]]:
    found: dict[tuple[int, bool], list[str]] = {}
    for state, offset in STANDARD_OFFSETS.items():
        found.setdefault((offset, state in WITHOUT_DAYLIGHT_SAVING), []).append(state)
    return [
        [", ".join(sorted(states)), f"UTC{offset:+d}", "no" if fixed else "yes"]
        for (offset, fixed), states in sorted(found.items())
    ]


TABLES = {
    "Which entry is sent": [chosen(rule) for rule in RULES],
    "Names of systems": [
        ["NPI", codes(tuple(sorted(NPI_ALIASES)))],
        ["DEA number", codes(tuple(sorted(DEA_ALIASES)))],
        ["license by type", codes(tuple(sorted(IDENTIFIER_TYPE_ALIASES)))],
        ["degree or license", codes(tuple(sorted(DEGREE_OR_LICENSE_ALIASES)))],
        ["types that are licenses", codes(tuple(sorted(LICENSE_TYPES)))],
        ["Observation.status", codes(tuple(sorted(COUNTED_STATUSES)))],
    ],
    "Heights and weights": [measured(kind) for kind in (BODY_HEIGHT, BODY_WEIGHT)],
    "Whose day it is": clocks(),
}


def table(heading: str) -> list[list[str]]:
    text = PAGE.read_text(encoding="utf-8")
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.mark.parametrize("heading", TABLES)
def test_a_table_says_what_the_code_does(heading: str) -> None:
    assert table(heading) == TABLES[heading]


def test_without_a_state_it_is_the_day_in_new_york() -> None:
    assert NATIONWIDE not in STANDARD_OFFSETS
