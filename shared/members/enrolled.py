"""The prescribers of a project who carry a DoseSpot clinician id, found on their memberships."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import ClinicianIds
from shared.errors import Misconfigured, RecordsDisagree
from shared.fhir.batch import Batch, FoundAll
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, ITSELF, denied_as
from shared.members.people import ProjectPractitioner, people

NO_CREDENTIAL = f"The bot may not read ProjectMemberships. Let {ITSELF}; or set {CLIENT}."
NOT_ONE_ID = (
    "ProjectMembership.identifier: the prescriber must have exactly one DoseSpot clinician id,"
    " which is a number; have an administrator keep the prescriber's own and remove the others."
)


@dataclass(frozen=True)
class Enrolled:
    """A Practitioner with a DoseSpot identifier on a membership.

    Attributes:
        practitioner: reference of the Practitioner.
        clinician_ids: on all memberships of the Practitioner; at least one.
        administers: whether one of the memberships is an administrator's.
    """

    practitioner: str
    clinician_ids: ClinicianIds
    administers: bool = False

    def clinician_id(self) -> int:
        """The DoseSpot clinician id.

        Raises:
            RecordsDisagree: there are several, or one can't be read.
        """
        found = self.clinician_ids.sole
        if found is None:
            raise RecordsDisagree(NOT_ONE_ID)
        return found


def enrolled(memberships: Iterable[Resource]) -> list[Enrolled]:
    """The Practitioners who carry a DoseSpot identifier, each once, in the order of their ids."""
    return enrolled_of(people(memberships))


def enrolled_of(known: Iterable[ProjectPractitioner]) -> list[Enrolled]:
    """Those of the people who carry a DoseSpot identifier, in their order."""
    return [
        Enrolled(one.practitioner, ids, one.administers)
        for one in known
        if (ids := one.clinician_ids)
    ]


def enrolled_as(fhir: FhirClient, clinician_id: int) -> list[Enrolled]:
    """Whoever carries that DoseSpot clinician id; raises as `memberships_among` does."""
    return enrolled_with(fhir, [clinician_id])[clinician_id]


def enrolled_with(fhir: FhirClient, ids: Sequence[int]) -> dict[int, list[Enrolled]]:
    """Whoever carries each of these DoseSpot clinician ids; raises as `memberships_among` does.

    The search knows the numbers only, because the identifier's system may be any of DoseSpot's.
    """
    batch = Batch(fhir)
    numbers = ",".join(map(str, ids))
    found = batch.search(f"ProjectMembership?identifier={numbers}&_count=1000")
    batch.send()
    known = enrolled_among(found)
    return {number: [one for one in known if number in one.clinician_ids.numbers] for number in ids}


def enrolled_among(found: FoundAll) -> list[Enrolled]:
    """Who is enrolled of the memberships that a search found; raises as `memberships_among`."""
    return enrolled(memberships_among(found))


def memberships_among(found: FoundAll) -> list[Resource]:
    """The memberships that a search found.

    Raises:
        Misconfigured: the memberships may not be read; says what to set up.
        BotError: whatever the answer raises.
    """
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        return found.all()
