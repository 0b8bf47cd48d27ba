"""The README names every bot, and docs/readiness.md every reason, as the code does."""

import re
from pathlib import Path

from bots.catalog import BOTS
from shared.enrollment.causes import Cause

ROOT = Path(__file__).parents[2]


def rows(text: str) -> list[list[str]]:
    """The cells of every table row but heads and rules, without code marks."""
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in cells]


def test_every_bot_is_named() -> None:
    readme = ROOT.joinpath("README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"`(dosespot-[a-z-]+)`", readme)) >= {bot.identifier for bot in BOTS}


def test_reasons_of_a_readiness_are_told_as_in_the_code() -> None:
    told = ROOT.joinpath("docs", "readiness.md").read_text(encoding="utf-8")
    assert rows(told) == [
        [cause.code, cause.owner.value, cause.blocks.value, cause.sentence] for cause in Cause
    ]
