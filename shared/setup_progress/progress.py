"""Where the people of a project are in the four steps, page by page, in a few requests each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.epcs_qualification import has_epcs_qualification
from fhir_profiles.project_membership import is_active
from fhir_profiles.registration_status import registration_status
from fhir_profiles.today import Today
from shared.access.rules.grants import named_roles
from shared.errors import FhirNotFound
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.invitations.reading import last_invitations
from shared.invitations.rules.standing import InvitationStanding, standing
from shared.members.paging import page_after
from shared.members.people import ProjectPractitioner
from shared.setup_progress.rules.four_steps import SetupFacts, SetupPlace, setup_place

_PRESCRIBING = {ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.PRESCRIBING_AGENT_CLINICIAN}
_BY_VALUE = {one.value: one for one in RegistrationStatus}


@dataclass(frozen=True)
class PersonsPlace:
    """Where one person, given by reference, is."""

    practitioner: str
    place: SetupPlace


@dataclass(frozen=True)
class ProgressPage:
    """Some people of a project.

    Attributes:
        people: where those are who prescribe or are to.
        others: how many other members were met.
        last: the instant after which the next page begins; empty if nobody is left.
    """

    people: Sequence[PersonsPlace]
    others: int
    last: str


@dataclass(frozen=True)
class _MemberReads:
    practitioner: FoundOne
    roles: FoundAll


@dataclass(frozen=True)
class SetupProgress:
    """The use case; only ever reads.

    Attributes:
        fhir: may read memberships, Practitioners, PractitionerRoles and Tasks.
        clinic: DoseSpot's number of the clinic whose invitations count.
        now: aware time.
    """

    fhir: FhirClient
    clinic: int
    now: datetime

    def page(self, me: Resource, after: str, size: int) -> ProgressPage:
        """Where the next people are; the arguments are those of `page_after`.

        Raises:
            BotError: whatever the client raises.
        """
        page = page_after(self.fhir, me, after, size)
        members = [one for one in page.people if any(map(is_active, one.memberships))]
        places = [setup_place(one) for one in self._facts(members)]
        people = [
            PersonsPlace(one.practitioner, place)
            for one, place in zip(members, places, strict=True)
            if place is not None
        ]
        return ProgressPage(people, len(page.people) - len(people), page.last)

    def _facts(self, members: Sequence[ProjectPractitioner]) -> list[SetupFacts]:
        batch = Batch(self.fhir)
        reads = [
            _MemberReads(
                batch.read(one.practitioner),
                batch.search(f"PractitionerRole?practitioner={one.practitioner}&_count=1000"),
            )
            for one in members
        ]
        batch.send()
        invited = self._standings(members)
        return [
            self._known(one, found, invited.get(one.practitioner, InvitationStanding.NONE))
            for one, found in zip(members, reads, strict=True)
        ]

    def _standings(self, members: Sequence[ProjectPractitioner]) -> dict[str, InvitationStanding]:
        """How the invitations of those stand who are not enrolled yet."""
        places = [(one.practitioner, self.clinic) for one in members if not one.clinician_ids]
        if not places:
            return {}
        lasts = last_invitations(self.fhir, places)
        return {
            practitioner: standing(last.invitation, self.now)
            for (practitioner, _), last in zip(places, lasts, strict=True)
        }

    def _known(
        self, one: ProjectPractitioner, found: _MemberReads, invitation: InvitationStanding
    ) -> SetupFacts:
        try:
            practitioner = found.practitioner.one()
        except FhirNotFound:
            practitioner = {}
        today = Today(self.now)
        roles = [named_roles(role, one.practitioner, today) for role in found.roles.all()]
        return SetupFacts(
            enrolled=bool(one.clinician_ids),
            may_enroll=any(each & _PRESCRIBING for each in roles),
            invitation=invitation,
            status=_status(practitioner),
            has_dea=bool(dea_identifiers(practitioner)),
            has_epcs=has_epcs_qualification(practitioner),
        )


def _status(practitioner: Resource) -> RegistrationStatus | None:
    written = registration_status(practitioner)
    return None if written is None else _BY_VALUE.get(written, RegistrationStatus.UNKNOWN)
