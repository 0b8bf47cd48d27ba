"""Who may prescribe, and why others can't: read in both systems, and never written.

People do not affect each other: what is unknown about one is a reason of theirs, and the others'
verdicts stand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeVar

from fhir_profiles import Resource
from fhir_profiles.clinic_status import role_with_status
from fhir_profiles.clinician_identifier import clinician_ids
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from fhir_profiles.practitioner_role import roles_at
from fhir_profiles.today import Today
from shared.access.authorship import verified_roles
from shared.access.rules.grants import Counts, anywhere
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.wire import ClinicianItem
from shared.errors import (
    BotError,
    DoseSpotRefused,
    FhirNotFound,
    Misconfigured,
    NotAuthorized,
    RecordsDisagree,
    RemoteMisbehaved,
)
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.members.dosespot_clinician import clinician_of
from shared.members.numbers_of_others import numbers_queries, shared_number
from shared.members.people import ProjectPractitioner
from shared.members.same_person import same_person
from shared.readiness.facts import account_shown, at_further_clinic, record_shown
from shared.readiness.rules.causes import Cause
from shared.readiness.rules.readiness import (
    DoseSpotAccount,
    Facts,
    Membership,
    Readiness,
    readiness,
)
from shared.readiness.rules.reason import Reason, dosespot_field, reason
from shared.records.practitioner import read_practitioner
from shared.together import Together

A = TypeVar("A")

_IDENTIFIER = "ProjectMembership.identifier"
_NUMBERS = "Practitioner.identifier"
_PRESCRIBING = {ClinicianRole.PRESCRIBING_CLINICIAN, ClinicianRole.PRESCRIBING_AGENT_CLINICIAN}

_IN_FHIR: Mapping[type[BotError], Cause] = MappingProxyType(
    {FhirNotFound: Cause.PRACTITIONER_NOT_FOUND}
)
_IN_DOSESPOT: Mapping[type[BotError], Cause] = MappingProxyType(
    {
        NotAuthorized: Cause.DOSESPOT_DENIES,
        DoseSpotRefused: Cause.DOSESPOT_ANSWER_UNUSABLE,
        RemoteMisbehaved: Cause.DOSESPOT_ANSWER_UNUSABLE,
    }
)


@dataclass(frozen=True)
class PrescriberReadiness:
    """The verdicts about one Practitioner, given by reference."""

    practitioner: str
    readiness: Readiness


@dataclass(frozen=True)
class _DoseSpotReads:
    """What DoseSpot is being asked about one clinician."""

    clinician_id: int
    item: Future[ClinicianItem | None]
    status: Future[RegistrationStatus]
    agreement_pending: Future[bool]

    def standing(self) -> tuple[RegistrationStatus, bool]:
        """Status, and whether an agreement is pending; raises what the first of them raises."""
        return self.status.result(), self.agreement_pending.result()


@dataclass(frozen=True)
class _FhirReads:
    """What is read of one person on the FHIR server.

    Attributes:
        practitioner: the person.
        roles: their PractitionerRoles.
        carriers: the memberships that carry their clinician id; None if they have none.
    """

    practitioner: FoundOne
    roles: FoundAll
    carriers: FoundAll | None


@dataclass(frozen=True)
class _LaterReads:
    """What the FHIR server is being asked about one person's numbers and roles."""

    conflict: Future[BotError | None]
    granted: Future[frozenset[ClinicianRole]]


@dataclass(frozen=True)
class AskedClinic:
    """The clinic that is asked about; the project's own unless something is given.

    Attributes:
        organizations: references of its Organizations; empty for the project's own.
        counts: whether a PractitionerRole is about it.
    """

    organizations: tuple[str, ...] = ()
    counts: Counts = anywhere


@dataclass(frozen=True)
class ReadinessCheck:
    """The use case.

    Attributes:
        fhir: may read Practitioners, PractitionerRoles and ProjectMemberships.
        dosespot: acts as somebody who may see the clinicians; only ever asked.
        together: runs calls at the same time.
        today: now, for the day on which everything has to be in force.
        clinic: the clinic of `dosespot`.
    """

    fhir: FhirClient
    dosespot: DoseSpotClient
    together: Together
    today: Today
    clinic: AskedClinic = AskedClinic()

    def run(self, people: Sequence[ProjectPractitioner]) -> tuple[PrescriberReadiness, ...]:
        """The verdicts about these people; both systems are asked at the same time.

        Raises:
            Misconfigured: DoseSpot does not let the bot in.
            BotError: the FHIR server could not be asked at all.
        """
        if not people:
            return ()
        begun = [self._ask(one.clinician_ids.sole) for one in people]
        batch = Batch(self.fhir)
        found = [_fhir_reads(one, batch) for one in people]
        batch.send()
        later = [self._look_up(one, each) for one, each in zip(people, found, strict=True)]
        return tuple(
            PrescriberReadiness(
                one.practitioner, readiness(self._facts(one, reads, answered, more), self.today)
            )
            for one, reads, answered, more in zip(people, begun, found, later, strict=True)
        )

    def _look_up(self, one: ProjectPractitioner, found: _FhirReads) -> _LaterReads:
        """What can only be asked now that the person's own records are known."""
        started = self.together.started
        return _LaterReads(
            conflict=started(lambda: self._conflict(one, found)),
            granted=started(lambda: self._granted(one, found.roles.all())),
        )

    def _conflict(self, one: ProjectPractitioner, found: _FhirReads) -> BotError | None:
        """Why the numbers can't be this person's alone."""
        practitioner = found.practitioner.one()
        prescriber, _ = read_practitioner(practitioner, self.today, self._roles(one, found))
        if not (prescriber.npi or prescriber.dea):
            return None
        batch = Batch(self.fhir)
        holders_found = [batch.search(query) for query in numbers_queries(prescriber)]
        batch.send()
        holders = [each for found in holders_found for each in found.all()]
        return shared_number(practitioner["id"], prescriber, holders, self.today)

    def _granted(self, one: ProjectPractitioner, roles: list[Resource]) -> frozenset[ClinicianRole]:
        return verified_roles(self.fhir, roles, one.practitioner, self.today, self.clinic.counts)

    def _ask(self, clinician_id: int | None) -> _DoseSpotReads | None:
        if clinician_id is None:
            return None
        started, dosespot = self.together.started, self.dosespot
        return _DoseSpotReads(
            clinician_id,
            started(lambda: dosespot.clinician(clinician_id)),
            started(lambda: dosespot.registration_status(clinician_id)),
            started(lambda: dosespot.agreement_pending(clinician_id)),
        )

    def _facts(
        self,
        one: ProjectPractitioner,
        reads: _DoseSpotReads | None,
        found: _FhirReads,
        later: _LaterReads,
    ) -> Facts:
        others = _tried(lambda: found.carriers.all() if found.carriers else [], _IDENTIFIER, {})
        membership = Membership(
            count=len(one.memberships),
            clinician_ids=one.clinician_ids,
            shared=not isinstance(others, Reason) and _is_shared(one, others),
            self_service=_self_service(later),
        )
        practitioner = _tried(found.practitioner.one, "Practitioner", _IN_FHIR)
        if isinstance(practitioner, Reason):
            return Facts(membership, obstacles=(practitioner,))
        account = None if reads is None else self._account(reads, practitioner)
        conflict = _tried(later.conflict.result, _NUMBERS, {})
        if isinstance(conflict, BotError):
            conflict = reason(Cause.NUMBER_OF_ANOTHER, _NUMBERS, sentence=str(conflict))
        obstacles = tuple(one for one in (account, others, conflict) if isinstance(one, Reason))
        record = record_shown(practitioner, self.today, self._roles(one, found))
        if self.clinic.organizations:
            record = at_further_clinic(record, self._role(one, found))
        shown = account if isinstance(account, DoseSpotAccount) else None
        return Facts(membership, record, shown, obstacles)

    def _role(self, one: ProjectPractitioner, found: _FhirReads) -> Resource:
        """The role that says the status at a further clinic; an empty one if there is none."""
        organizations, known = self.clinic.organizations, _known_roles(found)
        return role_with_status(known, one.practitioner, organizations, self.today) or {}

    def _roles(self, one: ProjectPractitioner, found: _FhirReads) -> tuple[Resource, ...]:
        """The roles at the clinic, whose DEA numbers and NADEANs count there."""
        return roles_at(_known_roles(found), one.practitioner, self.clinic.counts, self.today)

    def _account(self, reads: _DoseSpotReads, practitioner: Resource) -> DoseSpotAccount | Reason:
        """What DoseSpot shows, or why that is nothing usable."""
        item = _tried(reads.item.result, dosespot_field("clinician"), _IN_DOSESPOT)
        if isinstance(item, Reason):
            return item
        if item is None:
            return reason(Cause.CLINICIAN_UNKNOWN, _IDENTIFIER)
        if not _is_same_person(item, practitioner, self.today):
            return reason(Cause.CLINICIAN_OF_ANOTHER_PERSON, _IDENTIFIER)
        standing = _tried(reads.standing, dosespot_field("registrationStatus"), _IN_DOSESPOT)
        if isinstance(standing, Reason):
            return standing
        status, agreement_pending = standing
        clinic_id = self.dosespot.clinic_id
        clinician = clinician_of(item, reads.clinician_id, status, clinic_id)
        return account_shown(
            item, replace(clinician, agreement_pending=agreement_pending), clinic_id
        )


def _tried(ask: Callable[[], A], path: str, causes: Mapping[type[BotError], Cause]) -> A | Reason:
    """What was asked for, or why it is missing, which concerns this person alone.

    Raises:
        Misconfigured: it would be the same for everybody.
    """
    try:
        return ask()
    except Misconfigured:
        raise
    except BotError as error:
        cause = causes.get(type(error), Cause.NOT_CHECKED)
        return reason(cause, path, sentence=f"{cause.sentence} In detail: {error}")


def _is_same_person(item: ClinicianItem, practitioner: Resource, today: Today) -> bool:
    """Whether the clinician is the Practitioner's person; unknown without a valid NPI."""
    try:
        same_person(item, practitioner, today)
    except RecordsDisagree:
        return False
    return bool(read_practitioner(practitioner, today)[0].npi)


def _fhir_reads(one: ProjectPractitioner, batch: Batch) -> _FhirReads:
    """Asks for the records of one person, and for everybody who carries the clinician id."""
    number, carriers = one.clinician_ids.sole, "ProjectMembership?identifier={}&_count=1000"
    return _FhirReads(
        practitioner=batch.read(one.practitioner),
        roles=batch.search(f"PractitionerRole?practitioner={one.practitioner}&_count=1000"),
        carriers=None if number is None else batch.search(carriers.format(number)),
    )


def _is_shared(one: ProjectPractitioner, others: Iterable[Resource]) -> bool:
    own = {membership.get("id") for membership in one.memberships}
    return any(
        other.get("id") not in own and one.clinician_ids.sole in clinician_ids(other).numbers
        for other in others
    )


def _self_service(later: _LaterReads) -> bool | None:
    """Whether they may enroll themselves as a prescriber; None if that can't be read."""
    try:
        return bool(later.granted.result() & _PRESCRIBING)
    except BotError:
        return None


def _known_roles(found: _FhirReads) -> list[Resource]:
    """The person's PractitionerRoles; none where they can't be read."""
    roles = _tried(found.roles.all, "PractitionerRole", {})
    return [] if isinstance(roles, Reason) else roles
