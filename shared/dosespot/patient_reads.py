"""Reading one patient of DoseSpot's: what everything about patients begins with."""

from shared.dosespot.calls import DoseSpotCalls
from shared.dosespot.wire import PatientItem, PatientReply


class PatientReads(DoseSpotCalls):
    """DoseSpot's patients, one by one; raises as `DoseSpotCalls` says."""

    def patient(self, patient_id: int) -> PatientItem | None:
        """One patient's record; None if DoseSpot has none with that id."""
        call = self._call("GET", f"api/patients/{patient_id}", "get the patient")
        reply = self._found(PatientReply, call)
        return reply.Item if reply else None
