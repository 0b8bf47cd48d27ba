"""The README stays short, and each of its guarantees names tests that are there."""

import re
from pathlib import Path

import pytest

from tests.unit.test_docs import TEST, names_of_tests

ROOT = Path(__file__).parents[2]
README = ROOT.joinpath("README.md").read_text(encoding="utf-8")
GUARANTEES = re.findall(
    r"^- \*\*(.+?)\*\*(.+?)(?=\n- |\n\n)",
    README.split("## What is guaranteed\n", 1)[1].split("\n## ", 1)[0],
    re.MULTILINE | re.DOTALL,
)


def test_it_is_read_in_a_few_minutes() -> None:
    assert len(README.splitlines()) <= 175


def test_there_are_guarantees() -> None:
    assert len(GUARANTEES) >= 10


@pytest.mark.parametrize(("title", "text"), GUARANTEES, ids=[title for title, _ in GUARANTEES])
def test_a_guarantee_names_tests_that_are_there(title: str, text: str) -> None:
    named = set(TEST.findall(text))
    assert named
    assert named - names_of_tests() == set()
