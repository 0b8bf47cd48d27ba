"""What is asked of DoseSpot about a patient's medications; nothing here writes a prescription."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from shared.dosespot.calls import misshapen
from shared.dosespot.patient_reads import PatientReads
from shared.dosespot.prescription_wire import EntriesReply, PrescriptionReply
from shared.dosespot.reply import PageEntry

_OLDEST = {"sortColumn": "DateWritten", "sortOrder": "Asc"}


@dataclass(frozen=True)
class WireSpan:
    """From when to when, as DoseSpot takes it: times in UTC, such as `2026-03-10T05:00:00Z`."""

    start: str
    end: str

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Self:
        """The span between two aware times in UTC."""
        return cls(*(f"{one.replace(tzinfo=None).isoformat()}Z" for one in (start, end)))


@dataclass(frozen=True)
class ListPage:
    """A page of a list.

    Attributes:
        entries: as they are.
        has_next: whether there is another page.
        total: how many pages there are; 0 if DoseSpot does not say.
    """

    entries: list[Any] = field(default_factory=list)
    has_next: bool = False
    total: int = 0


class PrescriptionsClient(PatientReads):
    """A patient's medications; raises as `DoseSpotCalls` says.

    Lists come page by page, by the number of the page from 1; of what DoseSpot does not find the
    list is empty.
    """

    def prescriptions(self, patient_id: int, span: WireSpan, page: int) -> ListPage:
        """The patient's prescriptions that were written in a span, the oldest first."""
        path = f"api/patients/{patient_id}/prescriptions"
        dates = {"startDate": span.start, "endDate": span.end}
        return self._page(path, "list the prescriptions", {**dates, **_OLDEST}, page)

    def active_prescriptions(self, patient_id: int, page: int) -> ListPage:
        """The patient's prescriptions that DoseSpot counts as active, whenever written."""
        path = f"api/patients/{patient_id}/prescriptions"
        return self._page(
            path, "list the prescriptions", {"statusClass": "Active", **_OLDEST}, page
        )

    def prescription(self, patient_id: int, prescription_id: int) -> Any:
        """One prescription; None if DoseSpot has none with that id."""
        path = f"api/patients/{patient_id}/prescriptions/{prescription_id}"
        call = self._call("GET", path, "get the prescription")
        reply = self._found_by_id(PrescriptionReply, call)
        if reply is not None and "Prescription" not in reply.model_fields_set:
            raise misshapen(call)
        return reply.Prescription if reply else None

    def consent_to_history(self, patient_id: int, send_within_s: float) -> None:
        """Says that the patient lets the clinic see the network's history."""
        path = f"api/patients/{patient_id}/medications/history/consent"
        self._done(self._write_call("POST", path, "record the consent", send_within_s))

    def history(self, patient_id: int, span: WireSpan, page: int) -> ListPage:
        """The medications in the network's history; DoseSpot wants the consent first."""
        path = f"api/patients/{patient_id}/medications/history"
        dates = {"start": span.start, "end": span.end}
        return self._page(path, "list the medication history", dates, page)

    def self_reported(self, patient_id: int, span: WireSpan | None, page: int) -> ListPage:
        """The medications that the patient reported in a span, or ever."""
        path = f"api/patients/{patient_id}/selfReportedMedications"
        dates = {"startDate": span.start, "endDate": span.end} if span else {}
        return self._page(path, "list the self-reported medications", dates, page)

    def renewal_requests(self, patient_id: int | None, page: int) -> ListPage:
        """The pharmacies' requests for renewals that wait, about one patient or all."""
        return self._requests("api/refills/pending", "list the renewal requests", patient_id, page)

    def change_requests(self, patient_id: int | None, page: int) -> ListPage:
        """The pharmacies' requests for changes that wait; see `renewal_requests`."""
        return self._requests("api/rxchanges/pending", "list the change requests", patient_id, page)

    def _requests(self, path: str, wish: str, patient_id: int | None, page: int) -> ListPage:
        about = {} if patient_id is None else {"patientId": str(patient_id)}
        return self._page(path, wish, {"clinic": "Current", **about}, page)

    def _page(self, path: str, wish: str, params: Mapping[str, str], page: int) -> ListPage:
        asked = {**params, "pageNumber": str(page)}
        reply = self._found(EntriesReply, self._call("GET", path, wish, params=asked))
        where = (reply.PageResult if reply else None) or PageEntry()
        entries = (reply.Items if reply else None) or []
        return ListPage(entries, where.goes_on_after(page), where.TotalPages or 0)
