"""The network's history and self-reported medications, brought from DoseSpot into the chart."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from fhir_profiles import Resource
from fhir_profiles.systems import DOSESPOT_HISTORY, DOSESPOT_SELF_REPORTED
from fhir_profiles.today import Today
from shared.dosespot.patient_record import require_same_person, required_patient_id
from shared.dosespot.prescriptions import ListPage, WireSpan
from shared.dosespot.wire import PatientItem
from shared.errors import LookUpFirst
from shared.fhir.entries import reference
from shared.prescriptions.ahead import ReadAhead, objects
from shared.prescriptions.chart import Chart, ChartKind, ChartServer, WantedEntry
from shared.prescriptions.other_reading import read_history, read_reported
from shared.prescriptions.ports import Synced
from shared.prescriptions.rules.other_medications import (
    HISTORY_PARTS,
    REPORTED_PARTS,
    OtherMedication,
    history_request,
    reported_request,
)
from shared.prescriptions.rules.span import span_of
from shared.records.findings import Finding
from shared.together import Together

CONSENT_WITHIN_S = 10.0
MALFORMED = (
    "{count} of DoseSpot's medications could not be read, because they have no valid id; contact"
    " DoseSpot support"
)


class OtherMedications(Protocol):
    """DoseSpot, seen by a clinician; `PrescriptionsClient` is one."""

    def patient(self, patient_id: int) -> PatientItem | None:
        """One patient's record."""

    def consent_to_history(self, patient_id: int, send_within_s: float) -> None:
        """Says that the patient lets the clinic see the network's history."""

    def history(self, patient_id: int, span: WireSpan, page: int) -> ListPage:
        """A page of the network's history."""

    def self_reported(self, patient_id: int, span: WireSpan | None, page: int) -> ListPage:
        """A page of what the patient reports."""


@dataclass(frozen=True)
class Listed:
    """A list of DoseSpot's, and what it is in the chart.

    Attributes:
        kind: which part of the chart.
        read: reads an entry; None where it has no id.
        request: tells an entry as a resource, for a Patient by reference.
    """

    kind: ChartKind
    read: Callable[[Any], OtherMedication | None]
    request: Callable[[OtherMedication, str], Resource]


HISTORY = Listed(
    ChartKind("MedicationRequest", DOSESPOT_HISTORY, HISTORY_PARTS), read_history, history_request
)
REPORTED = Listed(
    ChartKind("MedicationRequest", DOSESPOT_SELF_REPORTED, REPORTED_PARTS),
    read_reported,
    reported_request,
)


@dataclass(frozen=True)
class OtherMedicationSync:
    """The use case.

    Attributes:
        fhir: may read and write the patient's chart.
        dosespot: acts as a clinician of the clinic.
        together: does several things at the same time.
        now: the clock.
        consented: is told that DoseSpot has the patient's consent.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """

    fhir: ChartServer
    dosespot: OtherMedications
    together: Together
    now: Callable[[], datetime]
    consented: Callable[[int], None] = lambda _: None
    assigners: Sequence[str] = ()

    def history(self, patient: Resource, first: date, last: date) -> Synced:
        """Brings the network's history of some days into the chart, with the patient's consent.

        Raises:
            RecordsRefused: the Patient has no DoseSpot id.
            RecordsDisagree: the Patient's DoseSpot id is another person's.
            BotError: the list could not be read to its end, or nothing could be brought in line.
        """
        return self._bring(HISTORY, patient, self._history(patient, first, last))

    def raw_history(self, patient: Resource, first: date, last: date) -> list[Any]:
        """The history as DoseSpot has it; raises as `history` does and writes nothing in FHIR."""
        return objects(self._history(patient, first, last))

    def reported(self, patient: Resource, first: date | None, last: date | None) -> Synced:
        """Brings what the patient reported, in some days or ever, into the chart; see `history`."""
        return self._bring(REPORTED, patient, self._reported(patient, first, last))

    def raw_reported(self, patient: Resource, first: date | None, last: date | None) -> list[Any]:
        """What the patient reported as DoseSpot has it; raises as `reported` does."""
        return objects(self._reported(patient, first, last))

    def _history(self, patient: Resource, first: date, last: date) -> Iterator[list[Any]]:
        number = self._required(patient)
        try:
            self.dosespot.consent_to_history(number, CONSENT_WITHIN_S)
        except LookUpFirst:
            pass  # whether DoseSpot has the consent, the history will show
        else:
            self.consented(number)
        span, list_page = self._span(patient, first, last), self.dosespot.history
        return ReadAhead(lambda page: list_page(number, span, page), self.together)

    def _reported(
        self, patient: Resource, first: date | None, last: date | None
    ) -> Iterator[list[Any]]:
        number = self._required(patient)
        span = self._span(patient, first, last) if first and last else None
        list_page = self.dosespot.self_reported
        return ReadAhead(lambda page: list_page(number, span, page), self.together)

    def _required(self, patient: Resource) -> int:
        number = required_patient_id(patient, self.assigners)
        require_same_person(self.dosespot.patient(number), patient)
        return number

    def _span(self, patient: Resource, first: date, last: date) -> WireSpan:
        span = span_of(patient, first, last, Today(self.now()))
        return WireSpan.of(span.start, span.end)

    def _bring(self, listed: Listed, patient: Resource, pages: Iterator[list[Any]]) -> Synced:
        named, result, seen = reference(patient), Synced(), set[str]()
        chart = Chart(self.fhir, self.together, named, listed.kind)
        chart.look()
        for page in pages:
            read = [listed.read(entry) for entry in page]
            if malformed := read.count(None):
                result.tell(Finding("MedicationRequest", MALFORMED.format(count=malformed)))
            wanted = [
                WantedEntry(one.id, listed.request(one, named), listed.kind.parts)
                for one in read
                if one is not None and one.id not in seen
            ]
            seen.update(one.key for one in wanted)
            brought = chart.bring(wanted)
            result.written += brought.written
            result.unchanged += brought.unchanged
            for key, error in brought.failures.items():
                result.failed(f"medication {key}", error)
        result.require_some()
        return result
