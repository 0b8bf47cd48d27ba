"""Who may touch which type of resource: one pure function over Medplum's rules as measured.

Which resources an actor may touch within a type (those of its own project) is the repository's
business.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from deploy.local.fhir.outcomes import Resource

Action = Literal["read", "search", "create", "update", "delete"]

READ_ACTIONS = frozenset({"read", "search"})
ADMIN_TYPES = frozenset({"Project", "ProjectMembership", "User"})
SERVER_TYPES = frozenset({"Login"})


@dataclass(frozen=True)
class Rule:
    """One line of an access policy; "*" stands for every type."""

    resource_type: str
    readonly: bool = False


EVERYTHING = (Rule("*"),)


@dataclass(frozen=True)
class Actor:
    """Whoever asks, whether a person, a bot or a client: Medplum does not tell them apart here.

    Args:
        project: id of the project that the membership is in.
        author: reference that resources written by this actor carry as `meta.author`.
        admin: whether the membership is an administrator's.
        rules: what its access policies allow; without a policy, everything.
        server: whether it is the server itself, which may do anything.
    """

    project: str
    author: Resource
    admin: bool = False
    rules: tuple[Rule, ...] = EVERYTHING
    server: bool = False


def allowed(actor: Actor, resource_type: str, action: Action) -> bool:
    """Whether `actor` may do this to resources of this type in its own project."""
    if actor.server:
        return True
    if resource_type in SERVER_TYPES:
        return False
    if resource_type in ADMIN_TYPES:
        return actor.admin
    return any(_permits(rule, resource_type, action) for rule in actor.rules)


def rules_of(policies: Iterable[Resource]) -> tuple[Rule, ...]:
    """The rules of AccessPolicy resources together."""
    return tuple(
        Rule(entry["resourceType"], entry.get("readonly", False))
        for policy in policies
        for entry in policy.get("resource", [])
    )


def _permits(rule: Rule, resource_type: str, action: Action) -> bool:
    if rule.resource_type not in ("*", resource_type):
        return False
    return action in READ_ACTIONS or not rule.readonly
