"""Writes to a server what differs from what is wanted, and keeps account of it; or only tells.

A plan is the same run with a ledger that does not write, so that it can't promise anything else.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from deploy.medplum.server import ProjectAdmin
from fhir_profiles import Resource

LONGEST_SHOWN = 160
MOST_SHOWN = 8


class EntryStatus(StrEnum):
    """What became of one thing."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    MISSING = "missing"
    NOTE = "note"


@dataclass(frozen=True)
class LedgerEntry:
    """One line of the account.

    Attributes:
        what: the thing, such as `Bot dosespot-iframe-bot`.
        status: what became of it.
        details: its differences, or what to do about it; never a secret.
    """

    what: str
    status: EntryStatus
    details: tuple[str, ...] = ()


class Ledger:
    """The account of one run.

    Args:
        server: where to write.
        plan: whether to write nothing.
        report: called with every entry once what it says has happened.
    """

    def __init__(
        self, server: ProjectAdmin, *, plan: bool, report: Callable[[LedgerEntry], None]
    ) -> None:
        self._server = server
        self.plan = plan
        self.report = report

    def settle(
        self,
        what: str,
        found: Resource | None,
        make: Callable[[], Resource],
        change: Callable[[Resource], Resource],
    ) -> Resource:
        """Makes a resource if there is none, and changes it to what it should be.

        Args:
            what: the resource, for the account.
            found: what there is.
            make: makes one; called if there is none.
            change: gives the resource as it should be.

        Returns:
            The resource as it is now; in a plan, as it would be.

        Raises:
            EditConflict, LookUpFirst: as `FhirClient.apply`, and whatever `make` raises.
        """
        differences = differing(found or {}, change(found or {}))
        settled = change(found or {}) if self.plan else self._settled(found, make, change)
        changed = EntryStatus.CHANGED if differences else EntryStatus.UNCHANGED
        status = changed if found else EntryStatus.CREATED
        self.report(LedgerEntry(what, status, tuple(differences)))
        return settled

    def _settled(
        self,
        found: Resource | None,
        make: Callable[[], Resource],
        change: Callable[[Resource], Resource],
    ) -> Resource:
        return self._server.apply(make() if found is None else found, change)


def differing(before: Resource, after: Resource) -> list[str]:
    """What is different, element by element; `after` has every element that stays."""
    return [
        line
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name) and name != "resourceType"
        for line in _difference(name, before.get(name), after.get(name))
    ]


def _difference(name: str, before: object, after: object) -> list[str]:
    if isinstance(after, list) and (before is None or isinstance(before, list)):
        old = before or []
        lines = [f"{name}: - {_shown(one)}" for one in old if one not in after]
        lines += [f"{name}: + {_shown(one)}" for one in after if one not in old]
        return lines if len(lines) <= MOST_SHOWN else [f"{name}: {len(lines)} entries"]
    if before is None:
        return [f"{name}: {_shown(after)}"]
    return [f"{name}: {_shown(before)} -> {_shown(after)}"]


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST_SHOWN else "..."
