"""Whom to enroll: rows of a file, or Practitioners that a search finds; one at a time.

A file is CSV whose first line names the columns, or one JSON object per line. A row that can't be
used becomes a result with a sentence, so that the others are still worked on.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode

from bots.admin_enroll.contract import AdminEnrollInput
from bots.bulk.result import Given, Result, not_enrolled
from shared.errors import InputRefused
from shared.fhir.client import FhirClient
from shared.runtime.bot_input import parse_input

ID = "practitionerId"
SEARCHED = "Practitioner"
MOST_FOUND = 10_000
"""Medplum shows no page that begins later."""

_PAGING = frozenset({"_count", "_cursor", "_fields", "_offset", "_sort", "_summary", "_total"})


@dataclass(frozen=True)
class Row:
    """One prescriber, and the bot's input for them."""

    practitioner_id: str
    given: Given


def file_rows(lines: Iterable[str], defaults: Given) -> Iterator[Row | Result]:
    """The rows of a file.

    Args:
        lines: of the file.
        defaults: input of the bot where a row says nothing else.

    Raises:
        ValueError: the first line of a CSV file does not name columns that there are.
    """
    rest = iter(lines)
    first = next((line for line in rest if line.strip("\ufeff \t\r\n")), "")
    first = first.removeprefix("\ufeff")  # spreadsheets begin a file with it
    read = _json_lines if first.lstrip().startswith("{") else _csv
    for number, given in read(chain([first], rest)):
        yield _row(given, defaults, f"Row {number}: ")


def count_rows(lines: Iterable[str]) -> int:
    """How many rows a file has, as far as its lines tell."""
    filled = (line for line in lines if line.strip())
    first = next(filled, "")
    rows = sum(1 for _ in filled)
    return rows + 1 if first.lstrip("\ufeff ").startswith("{") else rows


def found_rows(fhir: FhirClient, query: str, defaults: Given) -> Iterator[Row | Result]:
    """A row for each Practitioner that a search finds, page by page.

    Only ids are asked for, in an order that enrolling does not change.

    Raises:
        ValueError: as `search_params`.
        BotError: whatever the client raises.
    """
    params = {**search_params(query), "_sort": "_id", "_fields": "id"}
    for practitioner in fhir.search_all(SEARCHED, params):
        yield _row({ID: practitioner.get("id")}, defaults, "")


def count_found(fhir: FhirClient, query: str) -> int:
    """How many Practitioners a search finds.

    Raises:
        ValueError: as `search_params`; or they are more than a server shows.
        BotError: whatever the client raises.
    """
    asked = urlencode({**search_params(query), "_summary": "count"})
    (answer,) = fhir.read_together(f"{SEARCHED}?{asked}")
    total = answer.one().get("total")
    found = total if isinstance(total, int) else 0
    if found > MOST_FOUND:
        raise ValueError(
            f"The search finds {found} Practitioners, and a server shows no more than {MOST_FOUND}."
            " Search for a part of them at a time, or give their ids in a file."
        )
    return found


def search_params(query: str) -> dict[str, str]:
    """The parameters of a search such as `Practitioner?active=true`.

    Raises:
        ValueError: it is for another type, names a parameter twice, or one that pages.
    """
    searched, _, asked = query.partition("?")
    pairs = parse_qsl(asked, keep_blank_values=True)
    params = dict(pairs)
    if searched != SEARCHED or len(params) < len(pairs) or not _PAGING.isdisjoint(params):
        raise ValueError(
            "--search must look like 'Practitioner?active=true': each parameter once, and none"
            f" that pages ({', '.join(sorted(_PAGING))})."
        )
    return params


def _row(given: Given | InputRefused, defaults: Given, where: str) -> Row | Result:
    if isinstance(given, InputRefused):
        return not_enrolled({}, InputRefused(f"{where}{given}"))
    complete = {**defaults, **given}
    try:
        request = parse_input(AdminEnrollInput, complete)
    except InputRefused as error:
        return not_enrolled(complete, InputRefused(f"{where}{error}"))
    return Row(request.practitionerId, complete)


def _json_lines(lines: Iterable[str]) -> Iterator[tuple[int, Given | InputRefused]]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _object(line)


def _object(line: str) -> Given | InputRefused:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    return found if isinstance(found, dict) else InputRefused("The line must be a JSON object.")


def _csv(lines: Iterable[str]) -> Iterator[tuple[int, Given | InputRefused]]:
    reader = csv.reader(lines)
    columns = [name.strip() for name in next(reader, [])]
    if ID not in columns or not {*columns} <= _CELLS.keys():
        raise ValueError(
            f"The first line must name the columns: {ID} and, where wanted,"
            f" {', '.join(name for name in _CELLS if name != ID)}."
        )
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, InputRefused("The line is not CSV.")
            continue
        if any(cell.strip() for cell in cells):
            yield reader.line_num, _given(columns, cells)


def _given(columns: list[str], cells: list[str]) -> Given | InputRefused:
    if len(cells) > len(columns):
        return InputRefused("The row has more cells than there are columns.")
    filled = zip(columns, (cell.strip() for cell in cells), strict=False)
    return {name: _CELLS[name](cell) for name, cell in filled if cell}


def _numbers(cell: str) -> list[Any]:
    return [int(part) if part.isdecimal() else part for part in cell.replace(";", " ").split()]


def _flag(cell: str) -> Any:
    return {"true": True, "false": False}.get(cell.lower(), cell)


def _licenses(cell: str) -> list[dict[str, str]]:
    pairs = (part.partition(":") for part in cell.split(";") if part.strip())
    return [{"State": state.strip(), "LicenseNumber": number} for state, _, number in pairs]


_CELLS: dict[str, Callable[[str], Any]] = {
    ID: str,
    "practitionerRoleTypes": _numbers,
    "medicalLicenseNumbers": _licenses,
    "initIdp": _flag,
    "initTfa": _flag,
    "tfaType": str,
}
"""What a cell of each column means; what it can't mean is left for the bot's input to refuse."""
