"""What came of each prescriber, kept as JSON lines, and who needs no more work because of it.

A line is on disk before the next result is taken, so a crash loses at most what was under way. Who
is known is kept on disk too: memory stays the same however many there are.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self, TextIO

from deploy.bulk.rows import PrescriberRow
from deploy.bulk.worker.result import PrescriberResult

_BEGINNING = '{"practitionerId":'


class EnrolledEarlier:
    """Who needs no more work, in a temporary file of SQLite; a context manager.

    Args:
        done: ids of those whom an earlier run has done.

    Attributes:
        already_done: how many rows were left out because of that.
        duplicates: how many rows were left out because the prescriber had come up before.
    """

    def __init__(self, done: Iterable[str]) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE known (id TEXT PRIMARY KEY, done) WITHOUT ROWID")
        for practitioner_id in done:
            self._put(practitioner_id, done=True)
        self.already_done = 0
        self.duplicates = 0

    def due(
        self, rows: Iterable[PrescriberRow | PrescriberResult]
    ) -> Iterator[PrescriberRow | PrescriberResult]:
        """The rows that are left to be worked on; each prescriber once."""
        for row in rows:
            if isinstance(row, PrescriberResult) or self._is_new(row.practitioner_id):
                yield row

    def _is_new(self, practitioner_id: str) -> bool:
        query = "SELECT done FROM known WHERE id = ?"
        known = self._database.execute(query, (practitioner_id,)).fetchone()
        if known is None:
            self._put(practitioner_id, done=False)
            return True
        self.already_done += known[0]
        self.duplicates += not known[0]
        return False

    def _put(self, practitioner_id: str, *, done: bool) -> None:
        self._database.execute("INSERT OR IGNORE INTO known VALUES (?, ?)", (practitioner_id, done))

    def __enter__(self) -> Self:
        """Returns the ledger itself; leaving the block forgets everybody."""
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()


class ResultsFile:
    """A file of results, to which this run adds; a context manager.

    Args:
        path: of the file; made if there is none.

    Raises:
        ValueError: there is something else in the file.
        OSError: it can't be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._file: TextIO = path.open("a+", encoding="utf-8", newline="\n")
        self._file.seek(0)
        first = self._file.readline()
        if first and _result(first) is None and not _is_torn(first):
            self._file.close()
            raise ValueError(f"{path} contains something other than results; name another file.")
        if not _ends_a_line(path):
            self._file.write("\n")

    def done(self) -> Iterator[str]:
        """Ids of those who are as was asked for; a line that a crash has torn is passed over."""
        self._file.seek(0)
        yield from _done(self._file)

    def add(self, result: PrescriberResult) -> None:
        """Writes a result down at once."""
        self._file.write(result.as_json() + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        """Returns the file itself; leaving the block closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def read_done(path: Path) -> list[str]:
    """As `ResultsFile.done`, for a file that is not to be written; nobody if there is none."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return list(_done(file))


def _done(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        result = _result(line)
        if result and result.practitionerId and result.outcome.is_well:
            yield result.practitionerId


def _result(line: str) -> PrescriberResult | None:
    try:
        return PrescriberResult.from_json(line)
    except ValueError:
        return None


def _is_torn(line: str) -> bool:
    """Whether a crash may have left this of a result."""
    try:
        json.loads(line)
    except ValueError:
        return line.strip()[: len(_BEGINNING)] == _BEGINNING[: len(line.strip())]
    return False


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 1))
        return file.read() in (b"", b"\n")
