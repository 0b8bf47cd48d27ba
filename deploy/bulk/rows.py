"""Whom to enroll, one at a time: the rows of a table, with what the command line says beside them.

A row that can't be used becomes a result with a sentence, so that the others are still worked on.
No role is ever assumed: it stands in the row, or the command line says it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bots.admin_enroll.contract import AdminEnrollInput
from deploy.bulk.cells import ID, ROLES
from deploy.bulk.table import Line, table_lines
from deploy.bulk.worker.result import Given, PrescriberResult, not_enrolled
from shared.errors import InputRefused
from shared.runtime.bot_input import parse_input

NO_ROLES = (
    "No role is given, and none is assumed. Add the DoseSpot roles, such as 1 or"
    f" PrescribingClinician, in the column {ROLES} or with --role."
)


@dataclass(frozen=True)
class PrescriberRow:
    """One prescriber, and the bot's input for them."""

    practitioner_id: str
    given: Given


def table_rows(lines: Iterable[str], defaults: Given) -> Iterator[PrescriberRow | PrescriberResult]:
    """The rows of a table.

    Args:
        lines: of the file.
        defaults: input of the bot where a row says nothing else.

    Raises:
        ValueError: the first line of a CSV file does not name columns that there are, or none for
            the roles where `defaults` has none.
    """
    try:
        found = table_lines(lines, () if ROLES in defaults else (ROLES,))
    except LookupError:
        raise ValueError(NO_ROLES) from None
    for line in found:
        yield _row(line, defaults)


def id_row(practitioner_id: object, defaults: Given) -> PrescriberRow | PrescriberResult:
    """A row that says nothing but whom it is about."""
    return _row(Line(0, {ID: practitioner_id}), defaults)


def _row(line: Line, defaults: Given) -> PrescriberRow | PrescriberResult:
    where = f"Row {line.number}: " if line.number else ""
    complete = {**defaults, **line.given}
    if line.problems:
        return not_enrolled(complete, InputRefused(f"{where}{'; '.join(line.problems)}"))
    try:
        request = parse_input(AdminEnrollInput, complete)
    except InputRefused as error:
        more = "" if ROLES in complete else f" {NO_ROLES}"
        return not_enrolled(complete, InputRefused(f"{where}{error}{more}"))
    return PrescriberRow(request.practitionerId, complete)
