"""Resources in SQLite: the current version of each, by type and id, with what search needs.

Knows projects only as a column. Who may see what, what a resource must look like and what a search
means are decided by others.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.local.fhir.database import Database
from deploy.local.fhir.indexing import index_rows
from deploy.local.fhir.outcomes import Resource

UPSERT = """
INSERT INTO resource (type, id, project, content) VALUES (?, ?, ?, ?)
ON CONFLICT (type, id) DO UPDATE SET content = excluded.content, deleted = 0
RETURNING key
"""
INSERT_INDEX = """
INSERT INTO search_index (resource, param, system, value, folded, low, high)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
SELECT_CURRENT = "SELECT r.content FROM resource r WHERE r.deleted = 0 AND r.type = ?"
COUNT_CURRENT = "SELECT count(*) FROM resource r WHERE r.deleted = 0 AND r.type = ?"


@dataclass(frozen=True)
class Stored:
    """A resource as it was last written, and whether it has been deleted since."""

    resource: Resource
    project: str
    deleted: bool


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


class Store:
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

    def put(self, resource: Resource, project: str) -> None:
        """Writes a resource as the current version, and its part of the search index."""
        identity = (resource["resourceType"], resource["id"], project)
        with self._database.transaction():
            row = self._database.row(UPSERT, (*identity, json.dumps(resource)))
            assert row is not None  # noqa: S101 - RETURNING gives the row just written
            self._unindex(row["key"])
            rows = [(row["key"], *entry) for entry in index_rows(resource)]
            self._database.many(INSERT_INDEX, rows)

    def delete(self, resource_type: str, resource_id: str) -> None:
        """Marks a resource as deleted: it can no longer be found, but is not forgotten."""
        with self._database.transaction():
            row = self._database.row(
                "UPDATE resource SET deleted = 1 WHERE type = ? AND id = ? RETURNING key",
                (resource_type, resource_id),
            )
            if row is not None:
                self._unindex(row["key"])

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

    def _unindex(self, key: int) -> None:
        self._database.rows("DELETE FROM search_index WHERE resource = ?", (key,))
