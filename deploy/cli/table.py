"""Rows of text in columns; on a terminal they fit its width, elsewhere each is one line."""

import shutil
import sys
from collections.abc import Sequence
from itertools import zip_longest
from textwrap import wrap

import click

GAP = 2
NARROWEST = 20
"""A last column is never narrower, however small the terminal."""


def terminal_width() -> int | None:
    """How many characters fit into a line of standard output; None if it is not a terminal."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def print_row(cells: Sequence[str], widths: Sequence[int], *, fg: str | None = None) -> None:
    """Prints one row.

    Args:
        cells: their texts; a line break in one stays where there are several lines.
        widths: of all columns but the last, in characters.
        fg: color of the first cell.
    """
    lines = row(cells, widths, terminal_width())
    if fg:
        first = cells[0]
        lines[0] = click.style(first, fg=fg) + lines[0].removeprefix(first)
    for line in lines:
        click.echo(line)


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Prints rows that are all known, each column as wide as it must be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for cells in rows:
        print_row(cells, widths)


def row(cells: Sequence[str], widths: Sequence[int], width: int | None) -> list[str]:
    """The lines of a row.

    Args:
        cells: their texts.
        widths: of all columns but the last.
        width: what the lines must fit into; None for one line, however long.
    """
    if width is None:
        columns = [[" ".join(cell.splitlines())] for cell in cells]
    else:
        last = max(width - sum(widths) - GAP * len(widths), NARROWEST)
        columns = [_wrapped(cell, size) for cell, size in zip(cells, [*widths, last], strict=True)]
    return [_line(texts, widths) for texts in zip_longest(*columns, fillvalue="")]


def _line(texts: Sequence[str], widths: Sequence[int]) -> str:
    padded = [text.ljust(size) for text, size in zip(texts, widths, strict=False)]
    return (" " * GAP).join([*padded, texts[-1]]).rstrip()


def _wrapped(cell: str, size: int) -> list[str]:
    """A cell's lines; a word that is longer than a line stays whole, so that it can be copied."""
    lines = [
        part
        for line in cell.splitlines()
        for part in wrap(line, size, break_long_words=False, break_on_hyphens=False)
    ]
    return lines or [""]
