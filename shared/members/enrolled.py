"""The prescribers of a project who carry a DoseSpot clinician id, found on their memberships."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.elements import child, text
from shared.errors import Misconfigured, RecordsDisagree
from shared.fhir.answers import Answer
from shared.fhir.client import FhirClient
from shared.fhir.denied import CLIENT, ITSELF, denied_as

NO_CREDENTIAL = f"The bot may not read ProjectMemberships. Let {ITSELF}; or set {CLIENT}."
NOT_ONE_ID = (
    "ProjectMembership.identifier: the prescriber must have exactly one DoseSpot clinician id, a"
    " number; have an administrator keep the prescriber's own and remove the others."
)


@dataclass(frozen=True)
class Enrolled:
    """A Practitioner with a DoseSpot identifier on a membership.

    Attributes:
        practitioner: reference of the Practitioner.
        numbers: the different clinician ids on all memberships of the Practitioner.
        sound: whether every DoseSpot identifier holds a number.
    """

    practitioner: str
    numbers: tuple[int, ...]
    sound: bool

    @property
    def has_one_id(self) -> bool:
        """Whether it is clear which clinician this is."""
        return len(self.numbers) == 1 and self.sound

    def clinician_id(self) -> int:
        """The DoseSpot clinician id.

        Raises:
            RecordsDisagree: there are several, or one can't be read.
        """
        if not self.has_one_id:
            raise RecordsDisagree(NOT_ONE_ID)
        return self.numbers[0]


def enrolled(memberships: Iterable[Resource]) -> list[Enrolled]:
    """The Practitioners who carry a DoseSpot identifier, each once, in the order of their ids."""
    found: dict[str, Enrolled] = {}
    for membership in memberships:
        ids = clinician_ids(membership)
        profile = text(child(membership, "profile").get("reference"))
        if profile.startswith("Practitioner/") and (ids.numbers or ids.unreadable):
            known = found.get(profile, Enrolled(profile, (), sound=True))
            numbers = tuple(dict.fromkeys([*known.numbers, *ids.numbers]))
            sound = known.sound and not ids.unreadable
            found[profile] = Enrolled(profile, numbers, sound)
    return [found[profile] for profile in sorted(found)]


def enrolled_in(fhir: FhirClient, me: Resource) -> list[Enrolled]:
    """Everybody who is enrolled in the project of `me`, the answer of `auth/me`.

    Raises:
        Misconfigured: the memberships may not be read; says what to set up.
        BotError: whatever the client raises.
    """
    return enrolled(practitioners_memberships(fhir, me))


def practitioners_memberships(fhir: FhirClient, me: Resource) -> Iterator[Resource]:
    """Every membership of a Practitioner in the project of `me`; raises as `enrolled_in` does."""
    project = f"Project/{text(child(me, 'project').get('id'))}"
    params = {"project": project, "profile-type": "Practitioner", "_sort": "_id"}
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        yield from fhir.search_all("ProjectMembership", params)


def enrolled_as(fhir: FhirClient, clinician_id: int) -> list[Enrolled]:
    """Whoever carries that DoseSpot clinician id; raises as `enrolled_in` does.

    The search knows the number only, because the identifier's system may be any of DoseSpot's.
    """
    (answer,) = fhir.read_together(f"ProjectMembership?identifier={clinician_id}&_count=100")
    return [one for one in enrolled_among(answer) if clinician_id in one.numbers]


def enrolled_among(found: Answer) -> list[Enrolled]:
    """Who is enrolled of the memberships that a search found; raises as `memberships_among`."""
    return enrolled(memberships_among(found))


def memberships_among(found: Answer) -> list[Resource]:
    """The memberships that a search found.

    Raises:
        Misconfigured: the memberships may not be read; says what to set up.
        BotError: whatever the answer raises.
    """
    with denied_as(Misconfigured(NO_CREDENTIAL)):
        return found.all()
