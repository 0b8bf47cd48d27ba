"""What a real Medplum server makes of our profiles: its own validator, and a snapshot generator."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.medplum.conformance import conformance_resources
from tests import npm
from tests.profiles.examples import EXAMPLES, broken

pytestmark = pytest.mark.outside

FILES = Path(__file__).parent / "conformance"
RESOURCES = conformance_resources()


@dataclass(frozen=True)
class Verdict:
    """What Medplum's validator says.

    Attributes:
        resources: the issues of each conformance resource.
        examples: the issues of each example, `errors`, and those with `warnings` among them.
        snapshots: by url, what the snapshot of a StructureDefinition has to be.
    """

    resources: list[list[dict[str, Any]]]
    examples: list[dict[str, list[dict[str, Any]]]]
    snapshots: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> Verdict:
    folder = npm.install(FILES, tmp_path_factory.mktemp("conformance") / "node")
    examples = [
        {
            "type": each.definition["type"],
            "profile": each.definition["url"],
            "value": each.value,
        }
        for each in EXAMPLES
    ]
    asked = json.dumps({"resources": RESOURCES, "examples": examples})
    return Verdict(**json.loads(npm.run("check.mjs", folder, asked)))


def test_medplum_takes_the_profiles_and_tells_what_each_example_breaks(verdict: Verdict) -> None:
    assert verdict.resources == [[] for _ in RESOURCES]
    for example, told in zip(EXAMPLES, verdict.examples, strict=True):
        errors, warnings = broken(told["errors"]), broken(told["warnings"])
        rule = example.rule or example.warning
        assert errors == ([(example.rule, example.at)] if example.rule else []), example
        assert warnings == ([(rule, example.at)] if rule else []), example


def test_snapshots_are_what_the_differentials_make_of_r4(verdict: Verdict) -> None:
    committed = {
        each["url"]: each["snapshot"]["element"]
        for each in RESOURCES
        if each["resourceType"] == "StructureDefinition"
    }
    assert committed == verdict.snapshots, "write them anew, as docs/reference/profiles.md says"
