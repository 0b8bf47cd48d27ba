"""What the prescription sync needs of others, and what it came to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from fhir_profiles import Resource
from shared.directory.named import NamedById
from shared.dosespot.catalog_wire import DrugItem, PharmacyItem
from shared.dosespot.prescriptions import ListPage, WireSpan
from shared.dosespot.wire import PatientItem
from shared.errors import BotError
from shared.prescriptions.chart import ChartServer
from shared.prescriptions.lookups import LookedUp
from shared.records.findings import Finding
from shared.together import Together

MOST_READ_AGAIN = 200
"""Each is a call of its own."""


class Medications(Protocol):
    """DoseSpot, seen by a clinician; `PrescriptionsClient` is one."""

    acting_as: int

    def patient(self, patient_id: int) -> PatientItem | None:
        """One patient's record."""

    def prescriptions(self, patient_id: int, span: WireSpan, page: int) -> ListPage:
        """A page of a patient's prescriptions of a span."""

    def active_prescriptions(self, patient_id: int, page: int) -> ListPage:
        """A page of a patient's prescriptions that DoseSpot counts as active."""

    def prescription(self, patient_id: int, prescription_id: int) -> Any:
        """One prescription."""

    def renewal_requests(self, patient_id: int, page: int) -> ListPage:
        """A page of what pharmacies ask to renew."""

    def change_requests(self, patient_id: int, page: int) -> ListPage:
        """A page of what pharmacies ask to change."""


class Lookups(Protocol):
    """What prescriptions name by id; `CatalogReads` is one."""

    def drugs(self, ids: Sequence[int]) -> LookedUp[DrugItem]:
        """Drugs by id."""

    def pharmacies(self, ids: Sequence[int]) -> LookedUp[PharmacyItem]:
        """Pharmacies by id."""


class PeopleAndPharmacies(Protocol):
    """Where they stand in FHIR; `ProjectDirectory` is one."""

    def pharmacies(self, items: Mapping[int, PharmacyItem]) -> dict[int, NamedById]:
        """Pharmacies by id."""

    def prescribers(self, numbers: Sequence[int]) -> tuple[dict[int, NamedById], list[Finding]]:
        """Prescribers by clinician id, and what is unclear about them."""


@dataclass(frozen=True)
class SyncPorts:
    """What a run works with.

    Attributes:
        fhir: may read and write the patient's chart.
        dosespot: acts as a clinician of the clinic.
        lookups: DoseSpot's drugs and pharmacies.
        directory: the project's prescribers and pharmacies.
        together: does several things at the same time.
        now: the clock.
        most_read_again: of prescriptions that are read again by id in one run.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """

    fhir: ChartServer
    dosespot: Medications
    lookups: Lookups
    directory: PeopleAndPharmacies
    together: Together
    now: Callable[[], datetime]
    most_read_again: int = MOST_READ_AGAIN
    assigners: Sequence[str] = ()


@dataclass
class Synced:
    """What a run came to.

    Attributes:
        written: the MedicationRequests that were created or changed, as the server has them.
        unchanged: how many were in line.
        gone: how many DoseSpot no longer has.
        findings: what could not be read or brought in line, and what is unclear.
        failures: the errors among these.
    """

    written: list[Resource] = field(default_factory=list)
    unchanged: int = 0
    gone: int = 0
    findings: list[Finding] = field(default_factory=list)
    failures: list[BotError] = field(default_factory=list)

    def failed(self, what: str, error: BotError) -> None:
        """Keeps that something failed, under the name of what it is about."""
        self.failures.append(error)
        self.tell(Finding("MedicationRequest", f"{what}: {error}"))

    def require_some(self) -> None:
        """Makes sure that something could be done, if anything was to be done.

        Raises:
            BotError: the first failure, where everything failed.
        """
        if self.failures and not self.written and not self.unchanged:
            raise self.failures[0]

    def tell(self, *findings: Finding) -> None:
        """Keeps what is to be said, each once."""
        self.findings += [one for one in findings if one not in self.findings]
