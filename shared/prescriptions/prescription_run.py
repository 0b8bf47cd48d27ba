"""One run that brings a patient's prescriptions into the chart, step by step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from fhir_profiles import Resource
from fhir_profiles.elements import positive_number
from fhir_profiles.patient_identifier import is_assigned_by
from fhir_profiles.systems import DOSESPOT_PRESCRIPTION
from fhir_profiles.today import Today
from shared.dosespot.patient_record import require_same_person, required_patient_id
from shared.dosespot.prescription_wire import PrescriptionItem
from shared.dosespot.prescriptions import WireSpan
from shared.errors import BotError, RemoteMisbehaved
from shared.fhir.entries import reference
from shared.prescriptions.ahead import ReadAhead
from shared.prescriptions.chart import Chart, ChartKind, WantedEntry
from shared.prescriptions.follow_ups import FollowUps
from shared.prescriptions.naming import Naming
from shared.prescriptions.ports import Synced, SyncPorts
from shared.prescriptions.reading import Known, prescription_of, read_prescription
from shared.prescriptions.rules.medication_request import (
    PRESCRIPTION_PARTS,
    SURE_PARTS,
    medication_request,
)
from shared.prescriptions.rules.prescription import Prescription
from shared.prescriptions.rules.span import home_state, span_of
from shared.prescriptions.rules.states import FINAL
from shared.prescriptions.rules.tasks import TaskKind
from shared.records.findings import Finding

READ_AGAIN_AT_ONCE = 50
READ_ONE_BY_ONE = 8
"""More open prescriptions than are read at the same time are looked for in a list first."""
BROUGHT_AT_ONCE = 200
ORDERS = ChartKind("MedicationRequest", DOSESPOT_PRESCRIPTION, PRESCRIPTION_PARTS)
WHERE = "MedicationRequest"

MALFORMED = (
    "{count} of DoseSpot's prescriptions could not be read, because they have no valid id; contact"
    " DoseSpot support"
)
LEFT_FOR_LATER = (
    "{count} prescriptions in the chart that have not come to their end were not read again; run"
    " the bot again: each run begins with others"
)
ANOTHER = "DoseSpot answered with another prescription. Contact DoseSpot support."
GONE = (
    "DoseSpot no longer has the prescription {number}, so the chart was left as it is; check it in"
    " DoseSpot"
)


class PrescriptionRun:
    """One run for one patient, which begins to look whose DoseSpot's record is.

    Args:
        ports: what it works with.
        patient: raw FHIR Patient.

    Raises:
        RecordsRefused: the Patient has no DoseSpot id.
    """

    def __init__(self, ports: SyncPorts, patient: Resource) -> None:
        self._ports = ports
        self._patient = patient
        self._number = required_patient_id(patient, ports.assigners)
        self._today = Today(ports.now())
        self._named = reference(patient)
        self._whose = ports.together.started(lambda: ports.dosespot.patient(self._number))
        self._chart = Chart(ports.fhir, ports.together, self._named, ORDERS)
        self._seen: set[int] = set()
        self._result = Synced()
        self._naming = Naming(ports, self._result, home_state(patient, self._today))
        self._follow_ups = FollowUps(ports, self._result, self._naming, self._named, self._number)

    def pages(self, first: date, last: date) -> Iterator[list[Any]]:
        """The pages of DoseSpot's list; the first is asked for now."""
        span = span_of(self._patient, first, last, self._today)
        asked = WireSpan.of(span.start, span.end)
        list_page, number = self._ports.dosespot.prescriptions, self._number
        return ReadAhead(lambda page: list_page(number, asked, page), self._ports.together)

    def requests(self) -> Mapping[TaskKind, Iterator[list[Any]]]:
        """The pages of what pharmacies ask for; the first ones are asked for now."""
        dosespot, number = self._ports.dosespot, self._number
        lists = {
            TaskKind.RENEWAL: dosespot.renewal_requests,
            TaskKind.CHANGE: dosespot.change_requests,
        }
        return {
            kind: ReadAhead(partial(list_page, number), self._ports.together)
            for kind, list_page in lists.items()
        }

    def require_patient(self) -> None:
        """Makes sure that DoseSpot's patient is this person.

        Raises:
            RecordsDisagree: it is not.
        """
        require_same_person(self._whose.result(), self._patient)

    def look(self, prescription_id: int | None = None) -> None:
        """Reads what is in the chart, or what is of one prescription, and makes sure whose it is.

        Raises:
            RecordsDisagree: DoseSpot's patient is another person.
            BotError: whatever the servers raise.
        """
        keys = [""] if prescription_id is None else [str(prescription_id)]
        try:
            self._ports.together(
                lambda: self._follow_ups.look_for_dispenses(prescription_id),
                self._follow_ups.look_for_tasks,
                lambda: self._chart.look(keys),
            )
        finally:
            self._whose.exception()  # waits until the call has ended
        self.require_patient()
        replaced = self._follow_ups.originals().get(prescription_id or 0)
        if replaced is not None:
            self._chart.look([str(replaced)])

    def read(self, entries: Sequence[Any]) -> list[PrescriptionItem]:
        """The prescriptions among some entries, each once in the run."""
        items = [read_prescription(one) for one in entries]
        if malformed := items.count(None):
            self._result.tell(Finding(WHERE, MALFORMED.format(count=malformed)))
        new = {one.PrescriptionId: one for one in items if one is not None}
        found = [one for number, one in new.items() if number not in self._seen]
        self._seen.update(new)
        return found

    def open_still(self) -> Iterator[list[Any]]:
        """What is in the chart without having come to its end, and was not in the list.

        What the caller has read by the time when it asks for more is not given again.
        """
        if len(many := self._open_numbers()) > READ_ONE_BY_ONE:
            yield from self._active(many)
        numbers = self._open_numbers()
        first = int(self._ports.now().timestamp() // 60) % (len(numbers) or 1)
        turned, most = numbers[first:] + numbers[:first], self._ports.most_read_again
        if left := turned[most:]:
            self._result.tell(Finding(WHERE, LEFT_FOR_LATER.format(count=len(left))))
        due = turned[:most]
        for start in range(0, len(due), READ_AGAIN_AT_ONCE):
            yield self.read_again(due[start : start + READ_AGAIN_AT_ONCE])

    def _open_numbers(self) -> list[int]:
        keys = [
            positive_number(key)
            for key, kept in self._chart.entries().items()
            if kept.status not in FINAL and is_assigned_by(kept.identifier, self._ports.assigners)
        ]
        return sorted({number for number in keys if number} - self._seen)

    def _active(self, numbers: Sequence[int]) -> Iterator[list[Any]]:
        """Those of some prescriptions that are in DoseSpot's list of active ones, as far as its
        pages are fewer calls than a read of each."""
        list_page, wanted = self._ports.dosespot.active_prescriptions, set(numbers)
        pages = ReadAhead(partial(list_page, self._number), self._ports.together)
        try:
            for page in islice(pages, len(numbers) // READ_ONE_BY_ONE):
                read = [(read_prescription(entry), entry) for entry in page]
                yield [entry for item, entry in read if item and item.PrescriptionId in wanted]
                wanted -= {item.PrescriptionId for item, _ in read if item}
                if not wanted:
                    return
        except BotError as error:
            self._result.tell(Finding(WHERE, f"active prescriptions: {error}"))

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
            item = read_prescription(entry)
            if entry is None:
                self._result.gone += 1
                self._result.tell(Finding(WHERE, GONE.format(number=number)))
            elif item is not None and item.PrescriptionId != number:
                self._result.failed(f"prescription {number}", RemoteMisbehaved(ANOTHER))
            else:
                found.append(entry)
        return found

    def bring(self, items: Sequence[PrescriptionItem]) -> None:
        """Brings some prescriptions in line, those that replace others after these."""
        if not items:
            return
        known, unsure = self._naming.known(items)
        originals = self._follow_ups.originals()
        first = [item for item in items if item.PrescriptionId not in originals]
        successors = [item for item in items if item.PrescriptionId in originals]
        self._bring(first, known, unsure)
        if successors:
            replaced = {new: self._reference_of(old) for new, old in originals.items()}
            self._bring(successors, replace(known, replaced=replaced), unsure)

    def follow(self, requests: Mapping[TaskKind, Iterator[list[Any]]]) -> None:
        """Opens and closes Tasks for what pharmacies ask for."""
        for kind, pages in requests.items():
            self._follow_ups.requests(kind, pages, self._reference_of)

    def ended(self) -> Synced:
        """What the run came to.

        Raises:
            BotError: nothing could be brought in line, and something should have been.
        """
        self._result.require_some()
        return self._result

    def _bring(
        self, items: Sequence[PrescriptionItem], known: Known, unsure: frozenset[int]
    ) -> None:
        some = [prescription_of(item, known) for item in items]
        wanted = [self._wanted(one, unsure) for one in some if self._is_told(one)]
        brought = self._chart.bring(wanted)
        self._result.written += brought.written
        self._result.unchanged += brought.unchanged
        for key, error in brought.failures.items():
            self._result.failed(f"prescription {key}", error)
        self._follow_ups.after(some, unsure, self._reference_of)

    def _asked(self, number: int) -> Callable[[], Any]:
        dosespot = self._ports.dosespot
        started = self._ports.together.started
        return started(lambda: dosespot.prescription(self._number, number)).result

    def _is_told(self, one: Prescription) -> bool:
        """Whether a prescription is an order, or stands in the chart as one."""
        return one.state.status is not None or bool(self._reference_of(one.id))

    def _wanted(self, one: Prescription, unsure: frozenset[int]) -> WantedEntry:
        parts = SURE_PARTS if one.id in unsure else PRESCRIPTION_PARTS
        order = medication_request(one, self._named, self._ports.assigners)
        return WantedEntry(str(one.id), order, parts)

    def _reference_of(self, prescription_id: int) -> str:
        return self._chart.reference_of(str(prescription_id))
