"""Rows of text in columns: whole where nobody looks, wrapped on a terminal."""

import os
import pty
import subprocess
import sys

import pytest

from deploy.cli.table import row

CELLS = (
    "Jane Smith\nPractitioner/1",
    "no",
    "Administrator: give the number on record to DoseSpot.",
)


def test_a_row_is_one_line_where_there_is_no_terminal() -> None:
    assert row(CELLS, (12, 4), None) == [
        "Jane Smith Practitioner/1  no    Administrator: give the number on record to DoseSpot."
    ]


def test_each_cell_wraps_in_its_column_and_a_long_word_stays_whole() -> None:
    assert row(CELLS, (14, 4), 50) == [
        "Jane Smith      no    Administrator: give the",
        "Practitioner/1        number on record to",
        "                      DoseSpot.",
    ]
    assert row(("a", "https://example.org/a-long-word"), (4,), 20) == [
        "a     https://example.org/a-long-word"
    ]


@pytest.mark.outside
@pytest.mark.parametrize(("no_color", "expected"), [("", True), ("1", False)])
def test_no_color_is_heeded_on_a_terminal(no_color: str, expected: bool) -> None:
    program = (
        "import click, sys\n"
        "from deploy.cli.command import OneLineErrors\n"
        "from deploy.cli.table import print_row\n"
        "main = OneLineErrors()\n"
        "main.command('tell')(lambda: print_row(['ok', 'Answers.'], [4], fg='green'))\n"
        "main(['tell'])\n"
    )
    leader, follower = pty.openpty()
    subprocess.run(
        [sys.executable, "-c", program],
        stdout=follower,
        env={**os.environ, "NO_COLOR": no_color, "COLUMNS": "40"},
        check=True,
    )
    os.close(follower)
    told = os.read(leader, 1000).decode()
    os.close(leader)
    assert told == ("\x1b[32mok\x1b[0m    Answers.\r\n" if expected else "ok    Answers.\r\n")
