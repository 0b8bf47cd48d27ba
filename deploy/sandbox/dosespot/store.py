"""Documents and number sequences in SQLite, so that a restart loses nothing.

Knows nothing of what the documents mean.
"""

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, key)
);
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


class DocumentStore:
    """One database of JSON documents, each of a kind and under a key.

    Args:
        database: path of the file, which is made if there is none, or ":memory:".
    """

    def __init__(self, database: str) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(database, isolation_level=None, check_same_thread=False)
        # What the process has written survives it; only a crash of the machine may lose some.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.create_function("folded", 1, _folded, deterministic=True)
        self._connection.executescript(_SCHEMA)
        self.close = weakref.finalize(self, self._connection.close)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside takes effect together, or not at all if it raises."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def get(self, kind: str, key: object) -> dict[str, Any] | None:
        """The document, None if there is none."""
        row = self._connection.execute(
            "SELECT body FROM documents WHERE kind = ? AND key = ?", (kind, str(key))
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def put(self, kind: str, key: object, document: dict[str, Any]) -> None:
        """Stores a document in the place of any that was there."""
        self._connection.execute(
            "INSERT INTO documents (kind, key, body) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
            (kind, str(key), json.dumps(document)),
        )

    def delete(self, kind: str, key: object) -> None:
        """Drops a document; no error if there is none."""
        self._connection.execute(
            "DELETE FROM documents WHERE kind = ? AND key = ?", (kind, str(key))
        )

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every document of a kind, in the order in which they were first stored."""
        rows = self._connection.execute(
            "SELECT body FROM documents WHERE kind = ? ORDER BY rowid", (kind,)
        )
        return [json.loads(row[0]) for row in rows]

    def index(self, kind: str, path: str) -> None:
        """Lets `find` be asked for what stands at a path; costs nothing if it could be before.

        Args:
            kind: of the documents.
            path: of a text in them, such as `$.record.Email`; a constant, for it becomes SQL.
        """
        name = f"{kind}{path}".replace("$", "").replace(".", "_")
        self._connection.execute(
            f"CREATE INDEX IF NOT EXISTS {name} ON documents (kind, {_text_at(path)})"
        )

    def find(self, kind: str, path: str, text: str) -> list[dict[str, Any]]:
        """The documents with that text at an indexed path, whatever its case, oldest first."""
        rows = self._connection.execute(
            f"SELECT body FROM documents WHERE kind = ? AND {_text_at(path)} = ?"  # noqa: S608
            " ORDER BY rowid",
            (kind, _folded(text)),
        )
        return [json.loads(row[0]) for row in rows]

    def next_number(self, sequence: str, first: int) -> int:
        """The next number of a sequence that begins at `first`."""
        self._connection.execute(
            "INSERT INTO sequences (name, last) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET last = last + 1",
            (sequence, first),
        )
        row = self._connection.execute("SELECT last FROM sequences WHERE name = ?", (sequence,))
        number: int = row.fetchone()[0]
        return number


def _text_at(path: str) -> str:
    return f"folded(json_extract(body, '{path}'))"


def _folded(text: str | None) -> str | None:
    return None if text is None else text.lower()
