"""Resources in SQLite: every version of each, the current one with what search needs.

Knows projects only as a column. Who may see what, what a resource must look like and what a search
means are decided by others.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from deploy.sandbox.fhir.database import Database
from deploy.sandbox.fhir.indexing import index_rows
from deploy.sandbox.fhir.outcomes import Resource

UPSERT = """
INSERT INTO resource (type, id, project, content) VALUES (?, ?, ?, ?)
ON CONFLICT (type, id) DO UPDATE SET content = excluded.content, deleted = 0
RETURNING key
"""
INSERT_INDEX = """
INSERT INTO search_index (resource, param, system, value, folded, low, high)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
INSERT_VERSION = "INSERT INTO version (resource, id, written, content) VALUES (?, ?, ?, ?)"
VERSIONS = "FROM version v JOIN resource r ON r.key = v.resource WHERE r.type = ? AND r.id = ?"
SELECT_CURRENT = "SELECT r.content FROM resource r WHERE r.deleted = 0 AND r.type = ?"
COUNT_CURRENT = "SELECT count(*) FROM resource r WHERE r.deleted = 0 AND r.type = ?"

OF_PROJECT = {
    "search_index": "resource IN (SELECT key FROM resource WHERE project = ?)",
    "version": "resource IN (SELECT key FROM resource WHERE project = ?)",
    "resource": "project = ?",
}
"""Which rows of each table are a project's; those that point to others come first."""


@dataclass(frozen=True)
class ProjectRows:
    """All that was stored of a project's resources at some time, by table."""

    project: str
    rows: Mapping[str, Sequence[sqlite3.Row]]


@dataclass(frozen=True)
class Stored:
    """A resource as it was last written, and whether it has been deleted since."""

    resource: Resource
    project: str
    deleted: bool


@dataclass(frozen=True)
class Version:
    """One version of a resource; `resource` is None if it is the deletion."""

    id: str
    written: str
    resource: Resource | None


@dataclass(frozen=True)
class Selection:
    """Which resources of a type, in which order; made by the search module only.

    `where` and `order` are SQL over the alias `r` with a question mark for each argument.
    """

    resource_type: str
    where: str = ""
    arguments: Sequence[Any] = ()
    order: str = "r.key"
    order_arguments: Sequence[Any] = ()


class ResourceStore:
    """The resources of all projects.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, resource_type: str, resource_id: str) -> Stored | None:
        """The resource with this type and id, deleted or not, of whichever project."""
        row = self._database.row(
            "SELECT content, project, deleted FROM resource WHERE type = ? AND id = ?",
            (resource_type, resource_id),
        )
        if row is None:
            return None
        return Stored(json.loads(row["content"]), row["project"], bool(row["deleted"]))

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing of what is written in the block."""
        return self._database.transaction()

    def put(self, resource: Resource, project: str) -> None:
        """Writes a resource as the current version, and its part of the search index."""
        identity, meta = (resource["resourceType"], resource["id"], project), resource["meta"]
        content = json.dumps(resource)
        with self._database.transaction():
            row = self._database.row(UPSERT, (*identity, content))
            assert row is not None  # noqa: S101 - RETURNING gives the row just written
            self._keep(row["key"], meta["versionId"], meta["lastUpdated"], content)
            self._unindex(row["key"])
            rows = [(row["key"], *entry) for entry in index_rows(resource)]
            self._database.many(INSERT_INDEX, rows)

    def delete(self, resource_type: str, resource_id: str, version_id: str, written: str) -> None:
        """Marks a resource as deleted: it can no longer be found, but is not forgotten.

        Args:
            resource_type: type of the resource.
            resource_id: id of the resource.
            version_id: id of the version that the deletion is.
            written: when, as `meta.lastUpdated` has it.
        """
        with self._database.transaction():
            row = self._database.row(
                "UPDATE resource SET deleted = 1 WHERE type = ? AND id = ? RETURNING key",
                (resource_type, resource_id),
            )
            if row is not None:
                self._unindex(row["key"])
                self._keep(row["key"], version_id, written, None)

    def versions(
        self, resource_type: str, resource_id: str, limit: int, offset: int = 0
    ) -> list[Version]:
        """The versions of a resource, newest first, at most `limit` from the `offset`-th on."""
        rows = self._database.rows(
            f"SELECT v.* {VERSIONS} ORDER BY v.number DESC LIMIT ? OFFSET ?",
            (resource_type, resource_id, limit, offset),
        )
        return [_version(row) for row in rows]

    def count_versions(self, resource_type: str, resource_id: str) -> int:
        """How many versions a resource has."""
        row = self._database.row(f"SELECT count(*) {VERSIONS}", (resource_type, resource_id))
        return int(row[0]) if row else 0

    def version(self, resource_type: str, resource_id: str, version_id: str) -> Version | None:
        """One version of a resource, None if it has no such version."""
        row = self._database.row(
            f"SELECT v.* {VERSIONS} AND v.id = ?", (resource_type, resource_id, version_id)
        )
        return None if row is None else _version(row)

    def find(self, selection: Selection, limit: int = -1, offset: int = 0) -> list[Resource]:
        """The selected resources, at most `limit` of them (-1: all), from the `offset`-th on."""
        sql = " ".join(
            (SELECT_CURRENT, selection.where, "ORDER BY", selection.order, "LIMIT ? OFFSET ?")
        )
        arguments = (
            selection.resource_type,
            *selection.arguments,
            *selection.order_arguments,
            limit,
            offset,
        )
        return [json.loads(row["content"]) for row in self._database.rows(sql, arguments)]

    def referring(self, resource_type: str, code: str, value: str) -> list[Resource]:
        """All current resources, of any project, whose search parameter `code` is this value."""
        where = "AND r.key IN (SELECT resource FROM search_index WHERE param = ? AND value = ?)"
        return self.find(Selection(resource_type, where, (f"{resource_type}.{code}", value)))

    def count(self, selection: Selection) -> int:
        """How many resources are selected."""
        sql = f"{COUNT_CURRENT} {selection.where}"
        row = self._database.row(sql, (selection.resource_type, *selection.arguments))
        return int(row[0]) if row else 0

    def rows_of(self, project: str) -> ProjectRows:
        """A project's resources as they are now, deleted ones and versions too."""
        with self._database.transaction():
            rows = {
                table: self._database.rows(f"SELECT * FROM {table} WHERE {ours}", (project,))  # noqa: S608 - a name of ours
                for table, ours in OF_PROJECT.items()
            }
        return ProjectRows(project, rows)

    def put_back(self, kept: ProjectRows) -> None:
        """Makes a project's resources again what they were."""
        with self._database.transaction():
            for table, ours in OF_PROJECT.items():
                self._database.rows(f"DELETE FROM {table} WHERE {ours}", (kept.project,))  # noqa: S608 - a name of ours
            for table, rows in kept.rows.items():
                if rows:
                    places = ", ".join("?" * len(rows[0]))
                    self._database.many(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - a name of ours

    def _keep(self, key: int, version_id: str, written: str, content: str | None) -> None:
        self._database.rows(INSERT_VERSION, (key, version_id, written, content))

    def _unindex(self, key: int) -> None:
        self._database.rows("DELETE FROM search_index WHERE resource = ?", (key,))


def _version(row: sqlite3.Row) -> Version:
    content = row["content"]
    return Version(row["id"], row["written"], None if content is None else json.loads(content))
