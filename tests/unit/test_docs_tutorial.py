"""The tutorial calls buttons, columns and statuses what the pages call them."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TUTORIAL = ROOT.joinpath("docs/tutorial/first-prescriber.md").read_text(encoding="utf-8")
NAMES = sorted(set(re.findall(r"(?<![*\w])\*([^*\n]+)\*(?!\*)", TUTORIAL)))
SHOWN = "\n".join(
    path.read_text(encoding="utf-8")
    for folder in ("deploy/sandbox/pages/static", "deploy/sandbox/dosespot", "fhir_profiles")
    for path in sorted((ROOT / folder).rglob("*"))
    if path.suffix in {".html", ".js", ".json", ".py"}
)


def test_names_are_found() -> None:
    assert {"Enroll", "Open ePrescribing", "Activate"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_seen_is_called_so(name: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(name)}(?!\w)", SHOWN)
