"""A patient's prescriptions, brought from DoseSpot into the chart; nothing goes the other way.

What is read: the prescriptions that were written in a span of days, and whatever is in the chart
already without having come to its end, however old. DoseSpot's answers are worked on page by page,
so a long list needs no more memory than a short one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from fhir_profiles import Resource
from fhir_profiles.elements import positive_number
from fhir_profiles.systems import DOSESPOT_PRESCRIPTION
from fhir_profiles.today import Today
from shared.dosespot.catalog_wire import DrugItem, PharmacyItem
from shared.dosespot.patient_record import require_same_person, required_patient_id
from shared.dosespot.prescription_wire import PrescriptionItem
from shared.dosespot.prescriptions import WireSpan
from shared.dosespot.wire import PatientItem
from shared.errors import BotError
from shared.fhir.entries import reference
from shared.prescriptions.ahead import ReadAhead
from shared.prescriptions.chart import Chart, ChartServer, WantedEntry
from shared.prescriptions.lookups import LookedUp
from shared.prescriptions.reading import Known, prescription_of, read_prescription
from shared.prescriptions.rules.medication_request import (
    PRESCRIPTION_PARTS,
    SURE_PARTS,
    medication_request,
)
from shared.prescriptions.rules.prescription import NamedById, Prescription
from shared.prescriptions.rules.span import days_at, home_state, offsets_of
from shared.prescriptions.rules.states import FINAL
from shared.records.findings import Finding
from shared.together import Together

READ_AGAIN_AT_ONCE = 50
MOST_READ_AGAIN = 200
"""Each is a call of its own."""

MALFORMED = (
    "{count} of DoseSpot's prescriptions could not be read, because they have no valid id; contact"
    " DoseSpot support"
)
LEFT_FOR_LATER = (
    "{count} prescriptions in the chart that have not come to their end were not read again; run"
    " the bot again: each run begins with others"
)
GONE = (
    "DoseSpot no longer has the prescription {number}, so the chart was left as it is; check it in"
    " DoseSpot"
)


class Medications(Protocol):
    """DoseSpot, seen by a clinician; `PrescriptionsClient` is one."""

    def patient(self, patient_id: int) -> PatientItem | None:
        """One patient's record."""

    def prescriptions(self, patient_id: int, span: WireSpan) -> Iterator[list[Any]]:
        """The pages of a patient's prescriptions of a span."""

    def prescription(self, patient_id: int, prescription_id: int) -> Any:
        """One prescription."""


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


@dataclass
class Synced:
    """What a run came to.

    Attributes:
        written: the MedicationRequests that were created or changed, as the server has them.
        unchanged: how many were in line.
        findings: what could not be read or brought in line, and what is unclear.
        failures: the errors among these.
    """

    written: list[Resource] = field(default_factory=list)
    unchanged: int = 0
    findings: list[Finding] = field(default_factory=list)
    failures: list[BotError] = field(default_factory=list)

    def failed(self, what: str, error: BotError) -> None:
        """Keeps that something failed, under the name of what it is about."""
        self.failures.append(error)
        self.findings.append(Finding("MedicationRequest", f"{what}: {error}"))


@dataclass(frozen=True)
class PrescriptionSync:
    """The use case.

    Attributes:
        fhir: may read and write the patient's chart.
        dosespot: acts as a clinician of the clinic.
        lookups: DoseSpot's drugs and pharmacies.
        directory: the project's prescribers and pharmacies.
        together: does several things at the same time.
        now: the clock.
        most_read_again: of prescriptions that are read again by id in one run.
    """

    fhir: ChartServer
    dosespot: Medications
    lookups: Lookups
    directory: PeopleAndPharmacies
    together: Together
    now: Callable[[], datetime]
    most_read_again: int = MOST_READ_AGAIN

    def run(self, patient: Resource, first: date, last: date) -> Synced:
        """Brings the prescriptions of some days into the chart, and what is open there in line.

        Args:
            patient: raw FHIR Patient.
            first: of the days, at the patient's place.
            last: the same; not before `first`.

        Raises:
            RecordsRefused: the Patient has no DoseSpot id.
            RecordsDisagree: the Patient's DoseSpot id is another person's.
            BotError: a list could not be read to its end, or nothing could be brought in line.
        """
        run = _PrescriptionRun(self, patient)
        pages = run.pages(first, last)
        run.look()
        for page in pages:
            run.bring(run.read(page))
        for some in run.open_still():
            run.bring(run.read(some))
        return run.ended()

    def one(self, patient: Resource, prescription_id: int) -> Synced:
        """Brings one prescription in line; raises as `run` does."""
        run = _PrescriptionRun(self, patient)
        run.look(str(prescription_id))
        run.bring(run.read(run.read_again([prescription_id])))
        return run.ended()

    def raw(self, patient: Resource, first: date, last: date) -> list[Any]:
        """What DoseSpot has of some days, as it is; raises as `run` does and writes nothing."""
        run = _PrescriptionRun(self, patient)
        pages = run.pages(first, last)
        run.require_patient()
        return [entry for page in pages for entry in page]


class _PrescriptionRun:
    """One run for one patient."""

    def __init__(self, sync: PrescriptionSync, patient: Resource) -> None:
        self._sync = sync
        self._patient = patient
        self._number = required_patient_id(patient)
        self._today = Today(sync.now())
        self._state = home_state(patient, self._today)
        self._named = reference(patient)
        self._whose = sync.together.started(lambda: sync.dosespot.patient(self._number))
        parts, system = PRESCRIPTION_PARTS, DOSESPOT_PRESCRIPTION
        self._chart = Chart(sync.fhir, sync.together, self._named, system, parts)
        self._seen: set[int] = set()
        self._result = Synced()

    def pages(self, first: date, last: date) -> Iterator[list[Any]]:
        """The pages of DoseSpot's list; the first is asked for now."""
        span = days_at(first, last, offsets_of(self._patient, self._today))
        asked = WireSpan(_wire(span.start), _wire(span.end))
        pages = self._sync.dosespot.prescriptions(self._number, asked)
        return ReadAhead(pages, self._sync.together)

    def require_patient(self) -> None:
        """Makes sure that DoseSpot's patient is this person.

        Raises:
            RecordsDisagree: it is not.
        """
        require_same_person(self._whose.result(), self._patient)

    def look(self, key: str = "") -> None:
        """Reads what is in the chart, and makes sure whose it is."""
        try:
            self._chart.look(key)
        finally:
            self._whose.exception()  # waits until the call has ended
        self.require_patient()

    def read(self, entries: Sequence[Any]) -> list[PrescriptionItem]:
        """The prescriptions among some entries, each once in the run."""
        items = [read_prescription(one) for one in entries]
        if malformed := items.count(None):
            self._told("MedicationRequest", MALFORMED.format(count=malformed))
        new = {one.PrescriptionId: one for one in items if one is not None}
        found = [one for number, one in new.items() if number not in self._seen]
        self._seen.update(new)
        return found

    def open_still(self) -> Iterator[list[Any]]:
        """What is in the chart without having come to its end, and was not in the list."""
        charted = self._chart.entries().items()
        keys = [positive_number(key) for key, kept in charted if kept.status not in FINAL]
        numbers = sorted({number for number in keys if number} - self._seen)
        first = int(self._sync.now().timestamp() // 60) % (len(numbers) or 1)
        turned = numbers[first:] + numbers[:first]
        most = self._sync.most_read_again
        if left := turned[most:]:
            self._told("MedicationRequest", LEFT_FOR_LATER.format(count=len(left)))
        due = turned[:most]
        for start in range(0, len(due), READ_AGAIN_AT_ONCE):
            yield self.read_again(due[start : start + READ_AGAIN_AT_ONCE])

    def read_again(self, numbers: Sequence[int]) -> list[Any]:
        """What DoseSpot now says of some prescriptions."""
        asked = {number: self._asked(number) for number in numbers}
        found = []
        for number, answer in asked.items():
            try:
                entry = answer()
            except BotError as error:
                self._result.failed(f"prescription {number}", error)
                continue
            if entry is None:
                self._told("MedicationRequest", GONE.format(number=number))
            else:
                found.append(entry)
        return found

    def bring(self, items: Sequence[PrescriptionItem]) -> None:
        """Brings some prescriptions in line."""
        known, unsure = self._known(items)
        wanted = [self._wanted(item, known, unsure) for item in items]
        brought = self._chart.bring([one for one in wanted if one is not None])
        self._result.written += brought.written
        self._result.unchanged += brought.unchanged
        for key, error in brought.failures.items():
            self._result.failed(f"prescription {key}", error)

    def ended(self) -> Synced:
        """What the run came to.

        Raises:
            BotError: nothing could be brought in line, and something should have been.
        """
        result = self._result
        if result.failures and not result.written and not result.unchanged:
            raise result.failures[0]
        return result

    def _asked(self, number: int) -> Callable[[], Any]:
        sync = self._sync
        return sync.together.started(
            lambda: sync.dosespot.prescription(self._number, number)
        ).result

    def _wanted(
        self, item: PrescriptionItem, known: Known, unsure: frozenset[int]
    ) -> WantedEntry | None:
        """What should stand in the chart; None where it is no order and nothing stands there."""
        one: Prescription = prescription_of(item, known)
        key = str(one.id)
        if one.state.status is None and not self._chart.reference_of(key):
            return None
        is_sure = one.id not in unsure
        parts = PRESCRIPTION_PARTS if is_sure else SURE_PARTS
        return WantedEntry(key, medication_request(one, self._named), parts)

    def _known(self, items: Sequence[PrescriptionItem]) -> tuple[Known, frozenset[int]]:
        """What the prescriptions name, and the ids of those of which something is unsure."""
        sync = self._sync
        prescriber_ids = _ids(item.PrescriberId for item in items)
        members = sync.together.started(lambda: sync.directory.prescribers(prescriber_ids))
        drugs = sync.lookups.drugs(_ids(item.DispensableDrugId for item in items))
        stores = sync.lookups.pharmacies(_ids(item.PharmacyId for item in items))
        prescribers, unclear = members.result()
        self._tell(unclear)
        pharmacies = self._organizations(stores)
        for kind, looked_up in (("drug", drugs), ("pharmacy", stores)):
            for number, error in looked_up.failures.items():
                self._result.failed(f"{kind} {number}", error)
        known = Known(
            drugs=drugs.found,
            pharmacies=pharmacies,
            pharmacy_states={
                number: (store.State or "").strip().upper()
                for number, store in stores.found.items()
            },
            prescribers=prescribers,
            patient_state=self._state,
        )
        unsure = frozenset(
            item.PrescriptionId
            for item in items
            if item.DispensableDrugId in drugs.failures or item.PharmacyId in stores.failures
        )
        return known, unsure

    def _organizations(self, stores: LookedUp[PharmacyItem]) -> dict[int, NamedById]:
        try:
            return self._sync.directory.pharmacies(stores.found)
        except BotError as error:
            stores.failures.update(dict.fromkeys(stores.found, error))
            return {}

    def _told(self, path: str, sentence: str) -> None:
        self._tell([Finding(path, sentence)])

    def _tell(self, findings: Sequence[Finding]) -> None:
        known = self._result.findings
        known += [one for one in findings if one not in known]


def _ids(given: Iterable[int | None]) -> list[int]:
    return sorted({number for number in given if number is not None and number > 0})


def _wire(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat() + "Z"
