"""docs/reference/profiles.md says what the profiles say."""

import re
from pathlib import Path

import pytest

from deploy.medplum.conformance import conformance_resources
from tests.profiles.examples import PROFILES

DOCUMENT = (
    Path(__file__).parents[2].joinpath("docs/reference/profiles.md").read_text(encoding="utf-8")
)


def rows(text: str) -> list[list[str]]:
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in cells]


def section(heading: str) -> list[list[str]]:
    """The rows of the tables below a heading, up to the next one."""
    below = DOCUMENT.split(f"## `{heading}`\n", 1)[1]
    return rows(re.split(r"^## ", below, maxsplit=1, flags=re.M)[0])


def test_every_resource_is_named() -> None:
    named = {(row[0], row[1]) for row in rows(DOCUMENT.split("## ", 1)[0])}
    assert named == {(each["url"], each["resourceType"]) for each in conformance_resources()}


@pytest.mark.parametrize("profile", PROFILES)
def test_rules_are_told_as_in_the_profile(profile: str) -> None:
    assert [row for row in section(profile) if len(row) == 4] == [
        [rule["key"], element["id"], rule["severity"], rule["human"]]
        for element in PROFILES[profile]["differential"]["element"]
        for rule in element.get("constraint", [])
    ]


@pytest.mark.parametrize("profile", PROFILES)
def test_numbers_and_fixed_values_are_told_as_in_the_profile(profile: str) -> None:
    snapshot = {each["id"]: each for each in PROFILES[profile]["snapshot"]["element"]}
    told = []
    for element in PROFILES[profile]["differential"]["element"]:
        value = element.get("fixedUri") or str(element.get("patternBoolean", "")).lower()
        if element["id"].count(".") == 1 and (value or {"min", "max"} & element.keys()):
            whole = snapshot[element["id"]]
            told.append([element["id"], f"{whole['min']}..{whole['max']}", value])
    assert [row for row in section(profile) if len(row) == 3] == told
