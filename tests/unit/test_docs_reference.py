"""The tables of the reference that are kept by hand (secrets, reasons) are the code's."""

import re
from pathlib import Path

from bots.catalog import BOTS
from shared.readiness.rules.causes import Cause
from shared.runtime import known_secrets

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def text(page: str) -> str:
    """The text of a page."""
    return REFERENCE.joinpath(page).read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    """The cells of every table row but heads and rules, without code marks."""
    cells = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip().strip("`") for cell in row] for row in cells]


def test_every_bot_is_named() -> None:
    headings = re.findall(r"^## .*", text("callers.md"), re.MULTILINE)
    assert sorted(re.findall(r"`(\S+)`", "".join(headings))) == sorted(b.identifier for b in BOTS)


def test_secrets_are_those_that_are_read() -> None:
    read = {
        value
        for name, value in vars(known_secrets).items()
        if name.isupper() and isinstance(value, str)
    }
    numbered = known_secrets.FURTHER_CLINIC_KEY
    expected = read - {numbered} | {f"{numbered}<number>"}
    assert {row[0] for row in rows(text("secrets.md"))} == expected


def test_reasons_of_a_readiness_are_told_as_in_the_code() -> None:
    assert rows(text("readiness.md")) == [
        [cause.code, cause.owner.value, cause.blocks.value, cause.sentence] for cause in Cause
    ]
