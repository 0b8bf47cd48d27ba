"""Who may touch which type of resource: pure functions over Medplum's rules as measured.

What any rule of a policy allows is allowed: a narrower rule takes nothing from a wider one. Which
resources a rule's criteria find, and that an actor sees its own project only, is the repository's
business. See https://www.medplum.com/docs/access/access-policies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from deploy.sandbox.fhir.outcomes import Resource

InteractionName = Literal["read", "vread", "history", "search", "create", "update", "delete"]

READ_ACTIONS: frozenset[InteractionName] = frozenset({"read", "vread", "history", "search"})
ADMIN_TYPES = frozenset({"Project", "ProjectMembership", "User"})
SERVER_TYPES = frozenset({"Login"})


@dataclass(frozen=True)
class AccessRule:
    """One line of an access policy.

    Args:
        resource_type: what it is about; "*" stands for every type.
        readonly: whether it allows looking only; counts where `interactions` is None.
        interactions: what it allows, in FHIR's words.
        hidden: elements that are neither shown nor written.
        fixed: elements that are shown and keep their values, whatever is written.
        criteria: the search that has to find a resource for the rule to be about it, such as
            `Practitioner?_id=1`; empty if it is about every resource of the type.
    """

    resource_type: str
    readonly: bool = False
    interactions: frozenset[str] | None = None
    hidden: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    criteria: str = ""


EVERYTHING = (AccessRule("*"),)


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
    rules: tuple[AccessRule, ...] = EVERYTHING
    server: bool = False


def allowed(actor: Actor, resource_type: str, action: InteractionName) -> bool:
    """Whether `actor` may do this to some resources of this type in its own project."""
    return bool(rules_for(actor, resource_type, action))


def rules_for(actor: Actor, resource_type: str, action: InteractionName) -> tuple[AccessRule, ...]:
    """The rules that let `actor` do this to resources of this type, in their order.

    The first one that is about a resource says which of its elements are hidden and fixed.
    """
    if actor.server:
        return EVERYTHING
    if resource_type in SERVER_TYPES:
        return ()
    if resource_type in ADMIN_TYPES:
        return EVERYTHING if actor.admin else ()
    return tuple(rule for rule in actor.rules if _permits(rule, resource_type, action))


def rules_of(policies: Iterable[Resource], profile: str) -> tuple[AccessRule, ...]:
    """The rules of AccessPolicy resources together, for the member with this profile."""
    return tuple(
        AccessRule(
            entry["resourceType"],
            entry.get("readonly", False),
            frozenset(entry["interaction"]) if "interaction" in entry else None,
            frozenset(entry.get("hiddenFields", [])),
            frozenset(entry.get("readonlyFields", [])),
            _about(entry.get("criteria", ""), profile),
        )
        for policy in policies
        for entry in policy.get("resource", [])
    )


def _about(criteria: str, profile: str) -> str:
    """The criteria with the member's profile in the place of its variables."""
    profile_id = profile.rpartition("/")[2]
    return criteria.replace("%profile.id", profile_id).replace("%profile", profile)


def _permits(rule: AccessRule, resource_type: str, action: InteractionName) -> bool:
    if rule.resource_type not in ("*", resource_type):
        return False
    if rule.interactions is not None:
        return action in rule.interactions
    return action in READ_ACTIONS or not rule.readonly
