"""Updating what Practitioners say about DoseSpot from DoseSpot, which is only read.

Prescribers do not affect each other: what goes wrong with one is reported, and the others go on.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from fhir_profiles import Resource
from fhir_profiles.clinic_status import role_with_status, says_epcs
from fhir_profiles.codes import RegistrationStatus
from fhir_profiles.practitioner_role import is_of
from fhir_profiles.registration_status import registration_status
from fhir_profiles.today import Today
from shared.audit.events import Log, LogEvent
from shared.audit.trail import Trail
from shared.dosespot.client import DoseSpotClient
from shared.dosespot.wire import ClinicianItem
from shared.errors import BotError, DoseSpotRefused, Misconfigured, RecordsDisagree
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient
from shared.fhir.editing import Edited
from shared.members.dosespot_clinician import clinician_of, identity_shown
from shared.members.enrolled import Enrolled, enrolled_of
from shared.members.paging import page_after
from shared.members.rules.clinician import Clinician
from shared.members.same_person import same_person
from shared.members.status_recording import BeforeStatusAt, StatusRecording, nobody_waits_at
from shared.records.findings import Finding
from shared.records.practitioner import dea_warnings_of
from shared.status_sync.report import Difference, Doubt, Failure, Recorded, Report
from shared.together import Together

NO_PRESCRIBER = (
    "the DoseSpot clinician of this administrator has no NPI, and so is not a prescriber; the"
    " status was not compared ({error})"
)


@dataclass(frozen=True)
class _Compared:
    """What became of one prescriber.

    Attributes:
        found: None if nothing differs.
        doubts: what else has to be reported.
    """

    found: Difference | Failure | None
    doubts: tuple[Doubt, ...] = ()


@dataclass(frozen=True)
class _StatusReads:
    """What DoseSpot is being asked about one clinician."""

    item: Future[ClinicianItem | None]
    status: Future[RegistrationStatus]


HasRole = Callable[[Resource], bool]
"""Whether a PractitionerRole is about a clinic."""


@dataclass(frozen=True)
class FurtherClinic:
    """Another clinic than the project's own.

    Attributes:
        organizations: references of its Organizations.
        dosespot: acts as a Clinician Admin there; only read from.
    """

    organizations: tuple[str, ...]
    dosespot: DoseSpotClient


@dataclass(frozen=True)
class Everywhere:
    """The clinics of a project with several.

    Attributes:
        further: those besides the project's own.
        at_own: whether a PractitionerRole is about the project's own.
    """

    further: Sequence[FurtherClinic]
    at_own: HasRole


@dataclass(frozen=True)
class _Compare:
    """One prescriber at one clinic.

    Attributes:
        one: the prescriber.
        practitioner_found: the answer to the read of the Practitioner.
        role: the PractitionerRole that says the status; None at the project's own clinic.
        dosespot: acts at the clinic.
    """

    one: Enrolled
    practitioner_found: FoundOne
    role: Resource | None
    dosespot: DoseSpotClient

    @property
    def reference(self) -> str:
        """What says the status."""
        if self.role is None:
            return self.one.practitioner
        return f"PractitionerRole/{self.role.get('id')}"


@dataclass(frozen=True)
class StatusSync:
    """The use case.

    Attributes:
        fhir: may read memberships, and read and write the Practitioners.
        dosespot: acts as a Clinician Admin at the project's own clinic; only read from.
        together: runs calls at the same time.
        now: the current time, aware.
        log: the run's.
        trail: keeps what was changed.
        dry_run: whether differences are only reported.
        everywhere: the clinics, where the project has several.
        before_status_at: by DoseSpot's number of a clinic, what is told what DoseSpot says of
            everybody there, also where they say so already.
    """

    fhir: FhirClient
    dosespot: DoseSpotClient
    together: Together
    now: Callable[[], datetime]
    log: Log
    trail: Trail
    dry_run: bool = False
    everywhere: Everywhere | None = None
    before_status_at: BeforeStatusAt = nobody_waits_at

    def page(self, me: Resource, after: str, size: int) -> Report:
        """Looks at those of the next people who are enrolled; see `page_after`.

        Raises:
            Misconfigured, BotError: as `page_after` and `run`.
        """
        page = page_after(self.fhir, me, after, size)
        return replace(self.run(enrolled_of(page.people)), last=page.last)

    def run(self, prescribers: Sequence[Enrolled]) -> Report:
        """Looks at these prescribers, all at the same time.

        The Practitioners are read before DoseSpot is asked: a run that is held up in between then
        finds that they were written in the meantime, and can't restore an older status.

        Raises:
            Misconfigured: DoseSpot does not let the bot in.
            BotError: the FHIR server could not be asked for the Practitioners at all.
        """
        if not prescribers:
            return Report()
        batch = Batch(self.fhir)
        found = [batch.read(one.practitioner) for one in prescribers]
        roles_found = self._roles(prescribers, batch)
        batch.send()
        compared = [
            each
            for one, practitioner_found in zip(prescribers, found, strict=True)
            for each in self._at_clinics(one, practitioner_found, roles_found)
        ]
        reads = [self._ask(each) for each in compared]
        begun = [
            self.together.started(partial(self._outcome, *each))
            for each in zip(compared, reads, strict=True)
        ]
        report = _report([future.result() for future in begun])
        self.log(
            LogEvent.PRESCRIBERS_COMPARED,
            unchanged=report.unchanged,
            different=report.different,
            failed=report.failed,
        )
        return report

    def _roles(self, prescribers: Sequence[Enrolled], batch: Batch) -> FoundAll | None:
        """Asks for everybody's PractitionerRoles, where the project has several clinics."""
        if self.everywhere is None:
            return None
        whose = ",".join(one.practitioner for one in prescribers)
        return batch.search(f"PractitionerRole?practitioner={whose}&_count=1000")

    def _at_clinics(
        self, one: Enrolled, found: FoundOne, roles_found: FoundAll | None
    ) -> Iterator[_Compare]:
        """The prescriber at each clinic where they work; at the own one also who works nowhere."""
        if self.everywhere is None or roles_found is None:
            yield _Compare(one, found, None, self.dosespot)
            return
        today, roles = Today(self.now()), roles_found.all()
        at = [
            _Compare(one, found, role, clinic.dosespot)
            for clinic in self.everywhere.further
            if (role := role_with_status(roles, one.practitioner, clinic.organizations, today))
        ]
        theirs = [role for role in roles if is_of(role, one.practitioner)]
        if not at or any(map(self.everywhere.at_own, theirs)):
            yield _Compare(one, found, None, self.dosespot)
        yield from at

    def _ask(self, at: _Compare) -> _StatusReads:
        one, dosespot = at.one, at.dosespot
        return _StatusReads(
            self.together.started(lambda: dosespot.clinician(one.clinician_id())),
            self.together.started(lambda: dosespot.registration_status(one.clinician_id())),
        )

    def _outcome(self, at: _Compare, reads: _StatusReads) -> _Compared:
        one = at.one
        try:
            practitioner = at.practitioner_found.one()
            item = same_person(reads.item.result(), practitioner, Today(self.now()))
            clinician = clinician_of(
                item, one.clinician_id(), reads.status.result(), at.dosespot.clinic_id
            )
            before = practitioner if at.role is None else at.role
            after = self._recorded(at, before, practitioner, clinician)
            latest = after.resource
        except Misconfigured as error:
            # A further clinic that is not set up yet stands in nobody's way at the own one.
            if at.role is None:
                raise
            return _not_compared(at, reads, error)
        except BotError as error:
            return _not_compared(at, reads, error)
        person, role = (latest, None) if at.role is None else (practitioner, latest)
        warnings = dea_warnings_of(person, Today(self.now()), role)
        doubts = tuple(Doubt(one.practitioner, finding) for finding in warnings)
        if _recorded(latest) == _recorded(before):
            return _Compared(None, doubts)
        if after.replaced is not None:
            self.trail.recorded(
                clinician, before, latest, replaced=after.replaced, subject=one.practitioner
            )
        return _Compared(Difference(at.reference, _recorded(before), _recorded(latest)), doubts)

    def _recorded(
        self, at: _Compare, before: Resource, practitioner: Resource, clinician: Clinician
    ) -> Edited:
        """The record as DoseSpot says; written, unless nothing differs or in a dry run."""

        def again(latest: Resource) -> Clinician:
            person = latest if at.role is None else practitioner
            return self._again(at.dosespot, clinician.id, person)

        change = StatusRecording(clinician, again, self.now)
        if self.dry_run:
            return Edited(change(before), None)
        self.before_status_at(at.dosespot.clinic_id)(at.one.practitioner, clinician)
        return self.fhir.edit(before, change)

    def _again(
        self, dosespot: DoseSpotClient, clinician_id: int, practitioner: Resource
    ) -> Clinician:
        item = same_person(dosespot.clinician(clinician_id), practitioner, Today(self.now()))
        status = dosespot.registration_status(clinician_id)
        return clinician_of(item, clinician_id, status, dosespot.clinic_id)


def _not_compared(at: _Compare, reads: _StatusReads, error: BotError) -> _Compared:
    """A failure; but only a doubt where nobody who prescribes is concerned.

    An administrator needs a clinician to enroll others, and that one need not be a prescriber's:
    without an NPI, DoseSpot has no registration of theirs to tell of.
    """
    lasting = isinstance(error, RecordsDisagree | DoseSpotRefused)
    one = at.one
    if lasting and one.administers and _has_no_npi(reads):
        finding = Finding("ProjectMembership.identifier", NO_PRESCRIBER.format(error=error))
        return _Compared(None, (Doubt(one.practitioner, finding),))
    return _Compared(Failure(at.reference, error))


def _has_no_npi(reads: _StatusReads) -> bool:
    """Whether DoseSpot showed the clinician, and no NPI of theirs."""
    item = None if reads.item.exception() else reads.item.result()
    return item is not None and not identity_shown(item).npis


def _recorded(record: Resource) -> Recorded:
    return Recorded(registration_status(record), says_epcs(record))


def _report(compared: Sequence[_Compared]) -> Report:
    outcomes = [one.found for one in compared]
    return Report(
        unchanged=outcomes.count(None),
        differences=tuple(one for one in outcomes if isinstance(one, Difference)),
        failures=tuple(one for one in outcomes if isinstance(one, Failure)),
        doubts=tuple(dict.fromkeys(doubt for one in compared for doubt in one.doubts)),
    )
