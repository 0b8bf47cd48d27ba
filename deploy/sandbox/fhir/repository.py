"""What one actor can do with resources: create, read, update, patch, delete, search, look back.

Enforces access, project boundaries, versions and server-set metadata. Knows neither HTTP nor how
resources are stored. No method awaits anything, so each is one step on the event loop.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

import jsonpatch

from deploy.sandbox.fhir import outcomes
from deploy.sandbox.fhir.access import AccessRule, Actor, InteractionName, allowed, rules_for
from deploy.sandbox.fhir.indexing import elements
from deploy.sandbox.fhir.outcomes import Resource
from deploy.sandbox.fhir.profiles import broken_rules
from deploy.sandbox.fhir.query import Paging, SearchRequest, escape, parse
from deploy.sandbox.fhir.resources import model_of, validate
from deploy.sandbox.fhir.search import select
from deploy.sandbox.fhir.store import ResourceStore, Version

Clock = Callable[[], datetime]
"""Returns the current time, with a time zone."""

ChangeKind = Literal["create", "update", "delete"]
Listener = Callable[[ChangeKind, Resource], None]
"""Is told of each resource that was written, and of each that is about to be deleted."""

SERVER_META = frozenset({"versionId", "lastUpdated", "author", "project", "compartment"})
PATIENT_PATHS = ("subject.reference", "patient.reference")


@dataclass(frozen=True)
class Page:
    """What a search found: a page, one more if there are more, and the total if asked for."""

    resources: list[Resource]
    total: int | None


class Repository:
    """The resources of a project as one actor sees them.

    All methods raise OutcomeError: 403 where the actor may not, 404 where there is no such
    resource in its project, none that it may see, or no such type, 410 where it was deleted, 400
    where the body is wrong.

    Args:
        store: the resources of all projects.
        actor: who asks.
        now: the clock for `meta.lastUpdated`.
        listener: is told of every change.
    """

    def __init__(self, store: ResourceStore, actor: Actor, now: Clock, listener: Listener) -> None:
        self._store = store
        self._actor = actor
        self._now = now
        self._listener = listener

    def read(self, resource_type: str, resource_id: str) -> Resource:
        """The current version of a resource."""
        self._check(resource_type, "read")
        resource = self._current(resource_type, resource_id)
        rule = self._rule_about(resource, "read")
        if rule is None:
            raise outcomes.not_found()
        return _without(resource, rule.hidden)

    def history(
        self, resource_type: str, resource_id: str, paging: Paging
    ) -> tuple[list[Version], int]:
        """A page of a resource's versions, newest first, and how many there are.

        One that was deleted has its history too.
        """
        self._check_versions(resource_type, resource_id, "history")
        found = self._store.versions(resource_type, resource_id, paging.count, paging.offset)
        total = self._store.count_versions(resource_type, resource_id)
        return [self._shown_version(version, "history") for version in found], total

    def read_version(self, resource_type: str, resource_id: str, version_id: str) -> Resource:
        """One version of a resource, current or not."""
        self._check_versions(resource_type, resource_id, "vread")
        version = self._store.version(resource_type, resource_id, version_id)
        if version is None:
            raise outcomes.not_found()
        if version.resource is None:
            raise outcomes.gone()
        return self._shown(version.resource, "vread")

    def search(self, request: SearchRequest) -> Page:
        """The resources of a page and, if there are more, the first of the next."""
        self._check(request.resource_type, "search")
        within = self._within(request.resource_type, "search")
        selection = select(request, self._actor.project, within)
        total = self._store.count(selection) if request.total else None
        limit = request.count + 1 if request.entries else 0
        found = self._store.find(selection, limit, request.offset)
        return Page([self._shown(resource, "search") for resource in found], total)

    def create(
        self, resource_type: str, body: Any, if_none_exist: str | None = None
    ) -> tuple[Resource, bool]:
        """The new resource and True; or the one that `if_none_exist` finds, and False.

        Raises:
            OutcomeError: besides, 412 where `if_none_exist` finds several.
        """
        self._check(resource_type, "create")
        if if_none_exist is not None:
            found = self.search(parse(resource_type, if_none_exist)).resources
            if len(found) > 1:
                raise outcomes.multiple_matches()
            if found:
                return found[0], False
        sent = validate(resource_type, without_empties(body))
        chosen = sent.get("id") if self._actor.server else None
        resource = {**sent, "id": chosen or str(uuid.uuid4())}
        with self._store.transaction():
            written = self._write(resource)
            rule = self._admitted(written, "create")
            if barred := rule.hidden | rule.fixed:
                written = self._write(_without(resource, barred))
        self._listener("create", written)
        return self._shown(written, "read"), True

    def update(
        self, resource_type: str, resource_id: str, body: Any, if_match: str | None = None
    ) -> Resource:
        """The resource as written, or the current version if nothing is different.

        Raises:
            OutcomeError: besides, 412 where `if_match` is not the current version.
        """
        self._check(resource_type, "update")
        current = self._current(resource_type, resource_id)
        rule = self._admitted(current, "update")
        if if_match is not None and if_match != current["meta"]["versionId"]:
            raise outcomes.precondition_failed()
        resource = validate(resource_type, without_empties(body))
        if resource.get("id") != resource_id:
            raise outcomes.invalid("Incorrect ID")
        resource = _keeping(resource, current, rule.hidden | rule.fixed)
        written = current
        if not _same(resource, current):
            with self._store.transaction():
                written = self._write(resource)
                self._admitted(written, "update")
            self._listener("update", written)
        return self._shown(written, "read")

    def patch(self, resource_type: str, resource_id: str, operations: Any) -> Resource:
        """The resource after a JSON Patch (RFC 6902), which is refused whole with 400."""
        self._check(resource_type, "update")
        current = self._shown(self._current(resource_type, resource_id), "update")
        try:
            patched = jsonpatch.JsonPatch(operations).apply(current)
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException) as error:
            raise outcomes.invalid(str(error) or type(error).__name__) from None
        except (TypeError, AttributeError, KeyError):
            raise outcomes.invalid("Patch body must be an array of operations") from None
        return self.update(resource_type, resource_id, patched)

    def delete(self, resource_type: str, resource_id: str) -> None:
        """Deletes a resource; one that is deleted already stays so."""
        self._check(resource_type, "delete")
        try:
            current = self._current(resource_type, resource_id)
            self._admitted(current, "delete")
        except outcomes.OutcomeError as error:
            if error.status == 410:
                return
            raise
        self._listener("delete", current)
        self._store.delete(resource_type, resource_id, str(uuid.uuid4()), self._moment())

    def _check(self, resource_type: str, action: InteractionName) -> None:
        model_of(resource_type)
        if not allowed(self._actor, resource_type, action):
            raise outcomes.forbidden()

    def _check_versions(
        self, resource_type: str, resource_id: str, action: InteractionName
    ) -> None:
        self._check(resource_type, "read")
        self._check(resource_type, action)
        stored = self._store.get(resource_type, resource_id)
        if stored is None or stored.project != self._actor.project:
            raise outcomes.not_found()
        if not stored.deleted and self._rule_about(stored.resource, action) is None:
            raise outcomes.not_found()

    def _shown_version(self, version: Version, action: InteractionName) -> Version:
        if version.resource is None:
            return version
        return replace(version, resource=self._shown(version.resource, action))

    def _within(self, resource_type: str, action: InteractionName) -> list[SearchRequest] | None:
        """What the actor's rules are about; None if one of them is about every resource."""
        rules = rules_for(self._actor, resource_type, action)
        if not all(rule.criteria for rule in rules):
            return None
        return [criteria for rule in rules if (criteria := _criteria(rule, resource_type))]

    def _rule_about(self, resource: Resource, action: InteractionName) -> AccessRule | None:
        """The first rule that lets the actor do this to a stored resource, if any does."""
        rules = rules_for(self._actor, resource["resourceType"], action)
        return next((rule for rule in rules if self._is_about(rule, resource)), None)

    def _is_about(self, rule: AccessRule, resource: Resource) -> bool:
        if not rule.criteria:
            return True
        kind, identity = resource["resourceType"], f"_id={escape(resource['id'])}"
        criteria = _criteria(rule, kind)
        if criteria is None:
            return False
        selection = select(parse(kind, identity), self._actor.project, [criteria])
        return self._store.count(selection) > 0

    def _admitted(self, resource: Resource, action: InteractionName) -> AccessRule:
        """The rule that lets the actor do this to a stored resource.

        Raises:
            OutcomeError: 403, none does.
        """
        rule = self._rule_about(resource, action)
        if rule is None:
            raise outcomes.forbidden()
        return rule

    def _shown(self, resource: Resource, action: InteractionName) -> Resource:
        """A stored resource without the elements that are hidden from the actor."""
        rule = self._rule_about(resource, action)
        return _without(resource, rule.hidden) if rule else resource

    def _current(self, resource_type: str, resource_id: str) -> Resource:
        stored = self._store.get(resource_type, resource_id)
        if stored is None or stored.project != self._actor.project:
            raise outcomes.not_found()
        if stored.deleted:
            raise outcomes.gone()
        return stored.resource

    def _write(self, resource: Resource) -> Resource:
        self._check_profiles(resource)
        sent = {k: v for k, v in resource.get("meta", {}).items() if k not in SERVER_META}
        meta = {
            **sent,
            "versionId": str(uuid.uuid4()),
            "lastUpdated": self._moment(),
            "author": self._actor.author,
            "project": self._actor.project,
            "compartment": compartment(resource, self._actor.project),
        }
        head = {"resourceType": resource["resourceType"], "id": resource["id"], "meta": meta}
        written = {**head, **{k: v for k, v in resource.items() if k not in head}}
        self._store.put(written, self._actor.project)
        return written

    def _moment(self) -> str:
        now = self._now().astimezone(UTC).replace(tzinfo=None)
        return f"{now.isoformat(timespec='milliseconds')}Z"

    def _check_profiles(self, resource: Resource) -> None:
        for url in resource.get("meta", {}).get("profile", []):
            profile = self._profile(url)
            if profile and (issues := broken_rules(resource, profile)):
                raise outcomes.refused(issues)

    def _profile(self, url: str) -> Resource | None:
        """The project's newest profile of that url; a claim of an unknown one is let through."""
        found = self._store.referring("StructureDefinition", "url", url)
        own = [each for each in found if each["meta"]["project"] == self._actor.project]
        return max(
            own, key=lambda each: (each.get("version", ""), each.get("date", "")), default=None
        )


def compartment(resource: Resource, project: str) -> list[Resource]:
    """The project, and the patients whose record the resource is part of."""
    patients = [p for path in PATIENT_PATHS for p in elements(resource, path)]
    if resource["resourceType"] == "Patient":
        patients.append(f"Patient/{resource['id']}")
    references = [f"Project/{project}", *(p for p in patients if p.startswith("Patient/"))]
    return [{"reference": reference} for reference in dict.fromkeys(references)]


def without_empties(node: Any) -> Any:
    """Drops empty strings, lists and objects from objects, which FHIR's JSON does not have."""
    if isinstance(node, list):
        return [without_empties(each) for each in node]
    if not isinstance(node, dict):
        return node
    cleaned = {key: without_empties(value) for key, value in node.items()}
    return {key: value for key, value in cleaned.items() if value not in ("", [], {})}


def _without(resource: Resource, names: frozenset[str]) -> Resource:
    """The resource without some of its elements."""
    return {name: value for name, value in resource.items() if name not in names}


def _keeping(resource: Resource, current: Resource, names: frozenset[str]) -> Resource:
    """A changed resource with some elements as they are."""
    return {
        **_without(resource, names),
        **{name: current[name] for name in names if name in current},
    }


def _criteria(rule: AccessRule, resource_type: str) -> SearchRequest | None:
    """The search of a rule's criteria; None if it is for another type."""
    kind, _, query = rule.criteria.partition("?")
    return parse(kind, query) if kind == resource_type else None


def _same(one: Resource, other: Resource) -> bool:
    return _comparable(one) == _comparable(other)


def _comparable(resource: Resource) -> Resource:
    meta = {k: v for k, v in resource.get("meta", {}).items() if k not in SERVER_META}
    return {**resource, "meta": meta}
