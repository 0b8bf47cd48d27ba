"""Where the people of a project are in the four steps, page by page, in a few requests each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from fhir_profiles import Resource
from fhir_profiles.clinic_status import says_epcs
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.dea_identifier import dea_identifiers
from fhir_profiles.practitioner_role import roles_at
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
from shared.setup_progress.clinics import SetupClinic, SetupClinics
from shared.setup_progress.rules.four_steps import SetupFacts, SetupPlace, setup_place

_PRESCRIBING = {ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.PRESCRIBING_AGENT_CLINICIAN}
_BY_VALUE = {one.value: one for one in RegistrationStatus}


@dataclass(frozen=True)
class PersonsPlace:
    """Where one person, given by reference, is at one clinic."""

    practitioner: str
    clinic: SetupClinic
    place: SetupPlace


@dataclass(frozen=True)
class ProgressPage:
    """Some people of a project.

    Attributes:
        people: where those are who prescribe or are to, at each clinic where they work.
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
class _AtClinic:
    """One person at one clinic, as the FHIR server says it.

    Attributes:
        one: the person.
        clinic: the clinic.
        practitioner: their Practitioner; empty if it is not there.
        record: what says the status at the clinic.
        roles: their PractitionerRoles there.
        enrolled: whether they are enrolled there.
    """

    one: ProjectPractitioner
    clinic: SetupClinic
    practitioner: Resource
    record: Resource
    roles: Sequence[Resource]
    enrolled: bool

    def facts(self, invitation: InvitationStanding, today: Today) -> SetupFacts:
        """What is known of them there."""
        named = [named_roles(role, self.one.practitioner, today) for role in self.roles]
        return SetupFacts(
            enrolled=self.enrolled,
            may_enroll=any(each & _PRESCRIBING for each in named),
            invitation=invitation,
            status=_status(self.record),
            has_dea=bool(dea_identifiers(self.practitioner, self.roles)),
            has_epcs=says_epcs(self.record),
            elsewhere=bool(self.one.clinician_ids) and not self.enrolled,
            administers=self.one.administers,
        )


@dataclass(frozen=True)
class SetupProgress:
    """The use case; only ever reads.

    Attributes:
        fhir: may read memberships, Practitioners, PractitionerRoles and Tasks.
        clinics: those of the project.
        now: aware time.
    """

    fhir: FhirClient
    clinics: SetupClinics
    now: datetime

    def page(self, me: Resource, after: str, size: int) -> ProgressPage:
        """Where the next people are; the arguments are those of `page_after`.

        Raises:
            BotError: whatever the client raises.
        """
        page = page_after(self.fhir, me, after, size)
        members = [one for one in page.people if any(map(is_active, one.memberships))]
        known, today = self._known(members), Today(self.now)
        invited = self._standings([one for one in known if not one.enrolled])
        people = [
            PersonsPlace(one.one.practitioner, one.clinic, place)
            for one in known
            if (place := setup_place(one.facts(_standing(invited, one), today))) is not None
        ]
        met = {one.practitioner for one in people}
        return ProgressPage(people, len(page.people) - len(met), page.last)

    def _known(self, members: Sequence[ProjectPractitioner]) -> list[_AtClinic]:
        batch = Batch(self.fhir)
        reads = [
            _MemberReads(
                batch.read(one.practitioner),
                batch.search(f"PractitionerRole?practitioner={one.practitioner}&_count=1000"),
            )
            for one in members
        ]
        batch.send()
        return [
            each
            for one, found in zip(members, reads, strict=True)
            for each in self._at_clinics(one, found)
        ]

    def _at_clinics(self, one: ProjectPractitioner, found: _MemberReads) -> Iterator[_AtClinic]:
        practitioner, roles, today = _practitioner(found), found.roles.all(), Today(self.now)
        with_status = self.clinics.with_status(one.practitioner, roles, today)
        elsewhere = any(_status(role) is not None for role in with_status.values())
        for clinic in self.clinics.of(one.practitioner, roles, today):
            record = practitioner if clinic.where.is_own else with_status.get(clinic.number, {})
            # A DoseSpot id says of no clinic in particular that somebody is enrolled there.
            is_there = _status(record) is not None or (clinic.where.is_own and not elsewhere)
            there = roles_at(roles, one.practitioner, clinic.where.has_role, today)
            enrolled = bool(one.clinician_ids) and is_there
            yield _AtClinic(one, clinic, practitioner, record, there, enrolled)

    def _standings(self, known: Sequence[_AtClinic]) -> dict[tuple[str, int], InvitationStanding]:
        """How the invitations of those stand who are not enrolled yet, by person and clinic."""
        places = [(one.one.practitioner, one.clinic.number) for one in known]
        if not places:
            return {}
        lasts = last_invitations(self.fhir, places)
        return {
            place: standing(last.invitation, self.now)
            for place, last in zip(places, lasts, strict=True)
        }


def _standing(
    invited: dict[tuple[str, int], InvitationStanding], known: _AtClinic
) -> InvitationStanding:
    place = (known.one.practitioner, known.clinic.number)
    return invited.get(place, InvitationStanding.NONE)


def _practitioner(found: _MemberReads) -> Resource:
    try:
        return found.practitioner.one()
    except FhirNotFound:
        return {}


def _status(record: Resource) -> RegistrationStatus | None:
    written = registration_status(record)
    return None if written is None else _BY_VALUE.get(written, RegistrationStatus.UNKNOWN)
