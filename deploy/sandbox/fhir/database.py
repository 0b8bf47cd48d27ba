"""One SQLite database, used from several threads one statement or transaction at a time.

Holds the tables' definitions and nothing about what is in them.
"""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS resource (
    key INTEGER PRIMARY KEY,
    type TEXT NOT NULL,
    id TEXT NOT NULL,
    project TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    content TEXT NOT NULL,
    UNIQUE (type, id)
);
CREATE INDEX IF NOT EXISTS resource_by_project ON resource (type, project, deleted);
CREATE TABLE IF NOT EXISTS version (
    number INTEGER PRIMARY KEY,
    resource INTEGER NOT NULL,
    id TEXT NOT NULL,
    written TEXT NOT NULL,
    content TEXT
);
CREATE INDEX IF NOT EXISTS version_by_resource ON version (resource, id);
CREATE TABLE IF NOT EXISTS search_index (
    param TEXT NOT NULL,
    resource INTEGER NOT NULL,
    system TEXT,
    value TEXT,
    folded TEXT,
    low TEXT,
    high TEXT
);
CREATE INDEX IF NOT EXISTS search_by_value ON search_index (param, value, system, resource);
CREATE INDEX IF NOT EXISTS search_by_folded ON search_index (param, folded, resource);
CREATE INDEX IF NOT EXISTS search_by_low ON search_index (param, low, resource);
CREATE INDEX IF NOT EXISTS search_by_resource ON search_index (resource, param);
CREATE TABLE IF NOT EXISTS credential (
    email TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    salt BLOB NOT NULL,
    digest BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS login (
    id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    membership TEXT,
    scope TEXT NOT NULL,
    code TEXT UNIQUE,
    challenge TEXT,
    challenge_method TEXT,
    granted INTEGER NOT NULL DEFAULT 0,
    refresh TEXT UNIQUE
);
CREATE TABLE IF NOT EXISTS authorization_request (
    login TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    redirect_uri TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS access_token (
    digest TEXT PRIMARY KEY,
    login TEXT NOT NULL,
    membership TEXT NOT NULL,
    expires REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS access_token_by_login ON access_token (login);
"""


class Database:
    """A connection with its lock.

    Args:
        path: file to keep the database in, or ":memory:".
    """

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._connection.executescript(SCHEMA)

    def rows(self, sql: str, arguments: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Runs one statement and returns all rows that it gives."""
        with self._lock:
            return self._connection.execute(sql, arguments).fetchall()

    def row(self, sql: str, arguments: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Runs one statement and returns its first row, if any."""
        return next(iter(self.rows(sql, arguments)), None)

    def many(self, sql: str, arguments: Sequence[Sequence[Any]]) -> None:
        """Runs one statement once for each sequence of arguments."""
        with self._lock:
            self._connection.executemany(sql, arguments)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing of what happens in the block; blocks may lie within each other."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def close(self) -> None:
        """Closes the connection; the object is of no further use."""
        with self._lock:
            self._connection.close()
