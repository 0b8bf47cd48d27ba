"""Whether an administrator, or our own client, wrote something, as the FHIR server remembers it."""

from collections.abc import Collection, Sequence

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole
from fhir_profiles.elements import child, text
from fhir_profiles.project_membership import is_administrator
from fhir_profiles.today import Today
from shared.access.rules.grants import Counts, anywhere, granted_by, granting, introducers
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
    named = granting(practitioner_roles, practitioner, today, counts)
    if not named:
        return frozenset()
    batch = Batch(fhir)
    histories = [batch.history(f"PractitionerRole/{one['id']}") for one in named]
    batch.send()
    introduced = [introducers(found.versions(), practitioner, today, counts) for found in histories]
    authors = {author for one in introduced for each in one.values() for author in each}
    return granted_by(introduced, administrators(fhir, authors))


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
