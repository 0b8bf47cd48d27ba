"""Whether an NPI is active and its holder's, as far as the NPI Registry can say now.

If it can't, a mark on the Practitioner remembers that, and the status sync catches up.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.check_due import NPI_REGISTRY_CHECK, is_check_due, with_check_due
from fhir_profiles.systems import CHECK_DUE
from fhir_profiles.today import Today
from shared.audit.events import Log, LogEvent
from shared.audit.trail import Trail, version_key
from shared.errors import BotError, RecordsRefused, RemoteUnavailable
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient
from shared.fhir.search import by_tag
from shared.members.subject import REFUSED
from shared.nppes.client import NpiRegistry
from shared.records.findings import Finding, Findings, listed
from shared.records.practitioner import read_practitioner
from shared.records.prescriber import Prescriber
from shared.records.registry import NpiHolder, Placed, compared

POSTPONED = (
    "the NPI Registry could not be reached, so the NPI has not been checked yet; the status sync"
    " will check it"
)
NOT_ASKED = (
    "the NPI Registry could not be reached, so the NPI has not been checked; the next run tries"
    " again"
)
NO_NPI = "the NPI is missing or malformed; correct it"


class NpiCheckOutcome(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    DIFFERS = "differs"
    REFUSED = "refused"
    POSTPONED = "postponed"


@dataclass(frozen=True)
class NpiCheck:
    """A check of one NPI, and what was found."""

    outcome: NpiCheckOutcome
    findings: Findings

    @property
    def due(self) -> bool:
        """Whether it has still to be done."""
        return self.outcome is NpiCheckOutcome.POSTPONED


@dataclass(frozen=True)
class DueCheck:
    """A check that was due, of a Practitioner given by reference."""

    practitioner: str
    outcome: NpiCheckOutcome
    findings: tuple[Finding, ...]


def checked(registry: NpiRegistry, holder: NpiHolder) -> NpiCheck:
    """Asks the registry; without a usable answer, the check is postponed.

    Without a number there is nothing to ask; reading it has already reported what is wrong.
    """
    if not holder.npi.value:
        return NpiCheck(NpiCheckOutcome.REFUSED, Findings())
    try:
        entry = registry.entry(holder.npi.value)
    except RemoteUnavailable:
        findings = Findings()
        findings.warning(holder.npi.path, POSTPONED)
        return NpiCheck(NpiCheckOutcome.POSTPONED, findings)
    findings = compared(entry, holder)
    if findings.problems:
        return NpiCheck(NpiCheckOutcome.REFUSED, findings)
    differs = NpiCheckOutcome.DIFFERS if findings.warnings else NpiCheckOutcome.PASSED
    return NpiCheck(differs, findings)


def holder_of(prescriber: Prescriber) -> NpiHolder:
    """Whom a Practitioner says the NPI belongs to; the paths are the Practitioner's."""
    identifiers, name = "Practitioner.identifier", "Practitioner.name"
    return NpiHolder(
        npi=Placed(identifiers, prescriber.npi),
        first_name=Placed(name, prescriber.name.first),
        last_name=Placed(name, prescriber.name.last),
        state=Placed("Practitioner.address", prescriber.address.state),
        licenses=tuple((identifiers, license_) for license_ in prescriber.licenses),
    )


def require_npi(registry: NpiRegistry, prescriber: Prescriber) -> tuple[Finding, ...]:
    """Checks with the registry, as far as it can be reached now.

    Returns:
        What differs from the registry but does not block.

    Raises:
        RecordsRefused: the NPI is not a person's, or not active.
    """
    check = checked(registry, holder_of(prescriber))
    problems = check.findings.problems
    if problems:
        raise RecordsRefused(listed(REFUSED, problems), findings=problems)
    if check.due:  # an enrollment takes several runs
        return (Finding("Practitioner.identifier", NOT_ASKED),)
    return tuple(check.findings.warnings)


@dataclass(frozen=True)
class DueChecks:
    """Does the checks that were postponed.

    Attributes:
        fhir: may read and write Practitioners.
        registry: the NPI Registry.
        now: the current time, aware.
        trail: keeps what was changed.
        log: writes warnings.
        dry_run: whether marks stay as they are.
    """

    fhir: FhirClient
    registry: NpiRegistry
    now: Callable[[], datetime]
    trail: Trail
    log: Log
    dry_run: bool = False

    def run(self, practitioner_id: str | None) -> list[DueCheck]:
        """Looks up every NPI that is due, of one Practitioner or of all, while that goes well.

        The mark is removed if the registry knows the NPI as a person's. If it refuses the NPI, the
        mark stays, so that the problem is reported until somebody corrects it. The lookups stop
        once the registry, or the FHIR server, does not answer: the next run continues.
        """
        done: list[DueCheck] = []
        for practitioner in self._due(practitioner_id):
            done.append(self._check_now(practitioner))
            if done[-1].outcome is NpiCheckOutcome.POSTPONED:
                break
        return done

    def _due(self, practitioner_id: str | None) -> list[Resource]:
        only = f"&_id={practitioner_id}" if practitioner_id else ""
        query = f"Practitioner?{by_tag(CHECK_DUE, NPI_REGISTRY_CHECK)}&_count=1000{only}"
        try:
            batch = Batch(self.fhir)
            found = batch.search(query)
            batch.send()
            return [one for one in found.all() if is_check_due(one)]
        except BotError as error:  # the status is worth more than the checks
            self.log(LogEvent.NPI_CHECKS_POSTPONED, error=type(error).__name__)
            return []

    def _check_now(self, practitioner: Resource) -> DueCheck:
        reference = f"Practitioner/{practitioner['id']}"
        prescriber = self._read(practitioner)
        check = checked(self.registry, holder_of(prescriber))
        findings = [*check.findings.problems, *check.findings.warnings]
        if not prescriber.npi:
            findings.append(Finding("Practitioner.identifier", NO_NPI))
        passed = check.outcome in (NpiCheckOutcome.PASSED, NpiCheckOutcome.DIFFERS)
        if passed and not self.dry_run:
            try:
                after = self._without_mark(practitioner, prescriber.npi)
            except BotError as error:
                findings.append(Finding(reference, str(error)))
                return DueCheck(reference, NpiCheckOutcome.POSTPONED, tuple(findings))
            if self._read(after).npi != prescriber.npi:
                return self._check_now(after)
            key = version_key(AuditAction.NPI_CHECKED, after)
            self.trail.did(AuditAction.NPI_CHECKED, check.outcome.value, key=key, subject=reference)
        return DueCheck(reference, check.outcome, tuple(findings))

    def _without_mark(self, practitioner: Resource, npi: str) -> Resource:
        """The Practitioner after the check of that NPI; somebody may have written another one."""
        return self.fhir.apply(
            practitioner,
            lambda found: (
                with_check_due(found, due=False) if self._read(found).npi == npi else found
            ),
        )

    def _read(self, practitioner: Resource) -> Prescriber:
        return read_practitioner(practitioner, Today(self.now()))[0]
