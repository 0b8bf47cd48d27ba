"""Tables as spreadsheets write them: which separator, which columns, what stands in a row.

A file is CSV whose first line names its columns, or one JSON object per line.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from deploy.bulk.cells import CELLS, ID
from deploy.bulk.worker.result import Given

SEPARATORS = ",;\t|"
NOT_UTF8 = "The row contains characters that are not UTF-8; save the file as CSV UTF-8."
NOT_CSV = "The line is not CSV."
NOT_AN_OBJECT = "The line must be a JSON object."

_SEP_LINE = re.compile(r'"?sep=(?P<separator>[,;\t|])"?\s*', re.IGNORECASE)
_COLUMNS = {name.casefold(): name for name in CELLS}


@dataclass(frozen=True)
class Line:
    """What one line gives.

    Attributes:
        number: of the line in the file, from 1.
        given: the bot's input, as far as it could be read.
        problems: what could not, in sentences without values.
    """

    number: int
    given: Given
    problems: Sequence[str] = ()


@dataclass
class _Numbered:
    """Lines that know how many of them were taken."""

    lines: Iterator[str]
    taken: int = field(default=0, init=False)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.taken += 1
        return line


def table_lines(lines: Iterable[str], wanted: Sequence[str] = ()) -> Iterator[Line]:
    """The lines of a table, in their order; empty ones are passed over.

    Args:
        lines: of the file, without a byte order mark.
        wanted: columns that a CSV file must have beside the id.

    Raises:
        ValueError: the first line of a CSV file does not name columns that there are.
        LookupError: it lacks a wanted one, and names it.
    """
    numbered = _Numbered(iter(lines))
    first = next((line for line in numbered if line.strip()), "")
    if first.lstrip().startswith("{"):
        return _json_lines(numbered, first)
    declared = _SEP_LINE.fullmatch(first)
    if declared:
        first = next((line for line in numbered if line.strip()), "")
    separator = declared["separator"] if declared else _separator(first)
    names = next(csv.reader([first], delimiter=separator), [])
    return _csv(numbered, _columns(names, wanted), separator)


def _separator(header: str) -> str:
    try:
        return csv.Sniffer().sniff(header, SEPARATORS).delimiter
    except csv.Error:  # there is one column
        return ","


def _json_lines(lines: _Numbered, first: str) -> Iterator[Line]:
    for line in chain([first], lines):
        if line.strip():
            yield _object(lines.taken, line)


def _object(number: int, line: str) -> Line:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        return Line(number, {}, [NOT_AN_OBJECT])
    return Line(number, found)


def _csv(lines: _Numbered, columns: list[str], separator: str) -> Iterator[Line]:
    reader = csv.reader(lines, delimiter=separator)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Line(lines.taken, {}, [NOT_CSV])
            continue
        if any(cell.strip() for cell in cells):
            yield _line(lines.taken, columns, cells, separator)


def _columns(names: list[str], wanted: Sequence[str]) -> list[str]:
    """The columns by their names, however these are capitalized and spaced; "" for an empty one."""
    bare = [re.sub(r"[\s_\-]", "", name).casefold() for name in names]
    columns = [_COLUMNS.get(name, "?" if name else "") for name in bare]
    named = [name for name in columns if name]
    if ID not in named or "?" in named:
        others = ", ".join(name for name in CELLS if name != ID)
        unknown = f" Column {columns.index('?') + 1} is not one of these." if "?" in named else ""
        raise ValueError(
            f"The first line must name the columns: {ID} and optionally {others}.{unknown}"
        )
    if len(set(named)) < len(named):
        raise ValueError("The first line names a column twice; keep one of them.")
    for name in wanted:
        if name not in named:
            raise LookupError(name)
    return columns


def _line(number: int, columns: list[str], cells: list[str], separator: str) -> Line:
    given, problems = {}, []
    filled = {index: cell.strip() for index, cell in enumerate(cells) if cell.strip()}
    for index, cell in filled.items():
        name = columns[index] if index < len(columns) else ""
        try:
            given[name] = CELLS[name](cell)
        except KeyError:
            problems.append(_too_many(separator))
        except ValueError as error:
            problems.append(f"{name}: {error}")
    if any("\N{REPLACEMENT CHARACTER}" in cell for cell in cells):
        problems.append(NOT_UTF8)
    return Line(number, given, list(dict.fromkeys(problems)))


def _too_many(separator: str) -> str:
    name = {"\t": "a tab"}.get(separator, separator)
    return (
        "The row has more cells than there are columns; put a cell that holds"
        f" {name} between quotation marks."
    )
