"""Whose calls DoseSpot takes at a clinic: the clinicians who administer it have to be linked to it.

DoseSpot links whoever creates a clinic; the one on whose behalf the bots act may be somebody else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from fhir_profiles.audit_event import AuditAction
from shared.audit.trail import Trail
from shared.errors import BotError
from shared.records.findings import Finding

USER_ID = "DOSESPOT_USER_ID"
NOT_LINKED = (
    "the clinician on whose behalf the bots act could not be linked to clinic {number}: {error}"
    " Have DoseSpot's staff link them; until then the bots can't act there."
)
LINK_S = 15.0


class ClinicLinks(Protocol):
    """DoseSpot, as far as it says who is linked to which clinic; see `ClinicsClient`."""

    def clinics_of(self, clinician_id: int) -> frozenset[int]:
        """The numbers of the clinics that a clinician is linked to."""

    def link(self, clinician_id: int, number: int, send_within_s: float) -> None:
        """Links a clinician to one clinic."""


@dataclass(frozen=True)
class ClinicStaffing:
    """The use case.

    Attributes:
        dosespot: acts as a Clinician Admin.
        administrators: DoseSpot ids of those on whose behalf the bots act.
        trail: keeps who was linked.
    """

    dosespot: ClinicLinks
    administrators: Collection[int]
    trail: Trail

    def staff(self, number: int) -> tuple[Finding, ...]:
        """Links the administrators to a clinic; tells what could not be done, and fails nothing."""
        warnings = []
        for clinician_id in self.administrators:
            try:
                self._link(clinician_id, number)
            except BotError as error:
                sentence = NOT_LINKED.format(number=number, error=error)
                warnings.append(Finding(USER_ID, sentence))
        return tuple(warnings)

    def _link(self, clinician_id: int, number: int) -> None:
        if number in self.dosespot.clinics_of(clinician_id):
            return
        self.dosespot.link(clinician_id, number, LINK_S)
        action = AuditAction.CLINIC_JOINED
        key = f"{action.value}.{clinician_id}.{number}.{self.trail.run}"
        self.trail.did(action, f"DoseSpot {clinician_id} at clinic {number}", key=key)
