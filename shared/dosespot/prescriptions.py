"""What is asked of DoseSpot about a patient's medications; nothing here writes a prescription."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from shared.dosespot.patient_reads import PatientReads
from shared.dosespot.prescription_wire import EntriesReply, PrescriptionReply
from shared.errors import RemoteMisbehaved

MOST_PAGES = 1000


@dataclass(frozen=True)
class WireSpan:
    """From when to when, as DoseSpot takes it: times in UTC, such as `2026-03-10T05:00:00Z`."""

    start: str
    end: str

    @classmethod
    def of(cls, start: datetime, end: datetime) -> Self:
        """The span between two aware times in UTC."""
        return cls(*(f"{one.replace(tzinfo=None).isoformat()}Z" for one in (start, end)))


class PrescriptionsClient(PatientReads):
    """A patient's medications; raises as `DoseSpotCalls` says.

    Lists come page by page, a page when it is asked for; what DoseSpot no longer finds is an empty
    list.
    """

    def prescriptions(self, patient_id: int, span: WireSpan) -> Iterator[list[Any]]:
        """The patient's prescriptions that were written in a span, the oldest first."""
        path = f"api/patients/{patient_id}/prescriptions"
        dates = {"startDate": span.start, "endDate": span.end}
        sort = {"sortColumn": "DateWritten", "sortOrder": "Asc"}
        return self._pages(path, "list the prescriptions", {**dates, **sort})

    def prescription(self, patient_id: int, prescription_id: int) -> Any:
        """One prescription; None if DoseSpot has none with that id."""
        path = f"api/patients/{patient_id}/prescriptions/{prescription_id}"
        reply = self._found(PrescriptionReply, self._call("GET", path, "get the prescription"))
        return reply.Prescription if reply else None

    def consent_to_history(self, patient_id: int, send_within_s: float) -> None:
        """Says that the patient lets the clinic see the network's history."""
        path = f"api/patients/{patient_id}/medications/history/consent"
        self._done(self._write_call("POST", path, "record the consent", send_within_s))

    def history(self, patient_id: int, span: WireSpan) -> Iterator[list[Any]]:
        """The medications in the network's history; DoseSpot wants the consent first."""
        path = f"api/patients/{patient_id}/medications/history"
        dates = {"start": span.start, "end": span.end}
        return self._pages(path, "list the medication history", dates)

    def self_reported(self, patient_id: int, span: WireSpan | None) -> Iterator[list[Any]]:
        """The medications that the patient reported in a span, or ever."""
        path = f"api/patients/{patient_id}/selfReportedMedications"
        dates = {"startDate": span.start, "endDate": span.end} if span else {}
        return self._pages(path, "list the self-reported medications", dates)

    def renewal_requests(self, patient_id: int | None) -> Iterator[list[Any]]:
        """The pharmacies' requests for renewals that wait, about one patient or all."""
        return self._requests("api/refills/pending", "list the renewal requests", patient_id)

    def change_requests(self, patient_id: int | None) -> Iterator[list[Any]]:
        """The pharmacies' requests for changes that wait; see `renewal_requests`."""
        return self._requests("api/rxchanges/pending", "list the change requests", patient_id)

    def _requests(self, path: str, wish: str, patient_id: int | None) -> Iterator[list[Any]]:
        about = {} if patient_id is None else {"patientId": str(patient_id)}
        return self._pages(path, wish, {"clinic": "Current", **about})

    def _pages(self, path: str, wish: str, params: Mapping[str, str]) -> Iterator[list[Any]]:
        for page in range(1, MOST_PAGES + 1):
            asked = {**params, "pageNumber": str(page)}
            reply = self._found(EntriesReply, self._call("GET", path, wish, params=asked))
            found = (reply and reply.Items) or []
            yield found
            if not (found and reply and reply.PageResult and reply.PageResult.HasNext):
                return
        raise RemoteMisbehaved(
            f"DoseSpot has no last page when it is asked to {wish}. Contact DoseSpot support."
        )
