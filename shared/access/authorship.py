"""Whether an administrator, or our own client, wrote something, as the FHIR server remembers it."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child, text
from fhir_profiles.project_membership import is_administrator
from fhir_profiles.today import Today
from shared.access.rules.grants import (
    Counts,
    anywhere,
    author_of,
    granted_by,
    granting,
    introducers,
)
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient


def verified_roles(
    fhir: FhirClient,
    practitioner_roles: Sequence[Resource],
    practitioner: str,
    today: Today,
    counts: Counts = anywhere,
) -> frozenset[ClinicianRole]:
    """The roles that an administrator is known to have granted to a prescriber.

    Args:
        fhir: may read memberships and the history of PractitionerRoles.
        practitioner_roles: the prescriber's, as they are now.
        practitioner: reference of the prescriber.
        today: now; the roles have to be in effect.
        counts: whether a version of a PractitionerRole is about the clinic.

    Raises:
        BotError: whatever the client raises.
    """
    return frozenset().union(
        *granted_in(fhir, practitioner_roles, practitioner, today, counts).values()
    )


def granted_in(
    fhir: FhirClient,
    practitioner_roles: Sequence[Resource],
    practitioner: str,
    today: Today,
    counts: Counts = anywhere,
) -> Mapping[str, frozenset[ClinicianRole]]:
    """The same, by id of the PractitionerRole in which an administrator granted them.

    The arguments and the errors are those of `verified_roles`.
    """
    named = granting(practitioner_roles, practitioner, today, counts)
    if not named:
        return {}
    batch = Batch(fhir)
    histories = {one["id"]: batch.history(f"PractitionerRole/{one['id']}") for one in named}
    batch.send()
    introduced = {
        key: introducers(found.versions(), practitioner, today, counts)
        for key, found in histories.items()
    }
    authors = {who for one in introduced.values() for each in one.values() for who in each}
    known = administrators(fhir, authors)
    granted = {key: granted_by([one], known) for key, one in introduced.items()}
    return {key: roles for key, roles in granted.items() if roles}


def administrators(fhir: FhirClient, profiles: Collection[str]) -> frozenset[str]:
    """Those of the profiles, given by reference, whose membership is an administrator's."""
    references = sorted(profile for profile in profiles if "/" in profile)
    if not references:
        return frozenset()
    batch = Batch(fhir)
    memberships_found = [batch.memberships_of(one) for one in references]
    batch.send()
    return frozenset(
        text(child(membership, "profile").get("reference"))
        for found in memberships_found
        for membership in found.all()
        if is_administrator(membership)
    ) & set(references)


def versions_that_tell(
    fhir: FhirClient, resources: Iterable[Resource]
) -> tuple[Mapping[str, Sequence[Resource | None]], frozenset[str]]:
    """What is needed to tell what administrators, or our own client, wrote of resources.

    Args:
        fhir: may read memberships and the history of the resources.
        resources: of one type, as they are now.

    Returns:
        By id the versions of each, the newest first, as far back as is needed: older ones are read
        only where somebody else wrote the newest. And references of those whose word counts.

    Raises:
        BotError: whatever the client raises.
    """
    known = {str(one.get("id")): one for one in resources}
    trusted = administrators(fhir, {author_of(one) for one in known.values()})
    doubtful = [one for one in known.values() if author_of(one) not in trusted]
    batch = Batch(fhir)
    histories = {one["id"]: batch.history(f"{one['resourceType']}/{one['id']}") for one in doubtful}
    batch.send()
    older = {key: found.versions() for key, found in histories.items()}
    authors = {author_of(one) for found in older.values() for one in found if one is not None}
    trusted |= administrators(fhir, authors - trusted)
    return {key: older.get(key, [one]) for key, one in known.items()}, trusted


def as_administrators_wrote(fhir: FhirClient, resources: Iterable[Resource]) -> list[Resource]:
    """The resources as an administrator, or our own client, last wrote them.

    The arguments and errors are those of `versions_that_tell`. Each has the `meta` of the newest
    version, so that it can be written; what no administrator ever wrote is left out.
    """
    versions, trusted = versions_that_tell(fhir, resources)
    theirs = (
        (found, next((one for one in found if one and author_of(one) in trusted), None))
        for found in versions.values()
    )
    return [{**one, "meta": (found[0] or one).get("meta", {})} for found, one in theirs if one]
