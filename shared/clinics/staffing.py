"""Who works at a clinic in DoseSpot: linking clinicians to it, and taking them out.

One clinician and one clinic at a time, so that DoseSpot's answer is about them; and DoseSpot is
asked whether it is so before and after, because some proxies drop the body of a DELETE.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from fhir_profiles.audit_event import AuditAction
from shared.audit.trail import Trail
from shared.errors import BotError, DoseSpotRefused, LookUpFirst
from shared.records.findings import Finding
from shared.runtime.known_secrets import USER_ID

NOT_LINKED = (
    "the clinician on whose behalf the bots act could not be linked to clinic {number}: {error}"
    " Have DoseSpot's staff link them; until then the bots can't act there."
)
NOT_DONE = (
    "DoseSpot said that it did so, but still shows the clinician {where} the clinic. Something"
    " between the bots and DoseSpot may drop the body of the call; contact DoseSpot support."
)
SEND_S = 15.0


class ClinicLinks(Protocol):
    """DoseSpot, as far as it says who is linked to which clinic; see `ClinicsClient`."""

    def clinics_of(self, clinician_id: int) -> frozenset[int]:
        """The numbers of the clinics that a clinician is linked to."""

    def link(self, clinician_id: int, number: int, send_within_s: float) -> None:
        """Links a clinician to one clinic."""

    def unlink(self, clinician_id: int, number: int, send_within_s: float) -> None:
        """Takes one clinician out of a clinic."""


@dataclass(frozen=True)
class ClinicMembers:
    """The use case.

    Attributes:
        dosespot: acts as a Clinician Admin.
        trail: keeps who was linked and taken out.
    """

    dosespot: ClinicLinks
    trail: Trail

    def has(self, clinician_id: int, number: int) -> bool:
        """Whether DoseSpot has a clinician linked to a clinic."""
        return number in self.dosespot.clinics_of(clinician_id)

    def join(self, clinician_id: int, number: int, subject: str | None = None) -> bool:
        """Links a clinician to a clinic; whether this run did it.

        Args:
            clinician_id: DoseSpot's id.
            number: DoseSpot's number of the clinic.
            subject: reference of the Practitioner, if that is known.

        Raises:
            DoseSpotRefused: DoseSpot did not do it, or does not show that it did.
            BotError: whatever the client raises; joining again is safe.
        """
        return self._set(clinician_id, number, subject, linked=True)

    def leave(self, clinician_id: int, number: int, subject: str | None = None) -> bool:
        """Takes a clinician out of a clinic; see `join`."""
        return self._set(clinician_id, number, subject, linked=False)

    def _set(self, clinician_id: int, number: int, subject: str | None, *, linked: bool) -> bool:
        if self.has(clinician_id, number) is linked:
            return False
        write = self.dosespot.link if linked else self.dosespot.unlink
        try:
            write(clinician_id, number, SEND_S)
        except (DoseSpotRefused, LookUpFirst):
            # Another run may have been faster, or only the answer got lost.
            if self.has(clinician_id, number) is not linked:
                raise
        else:
            self._require_set(clinician_id, number, linked=linked)
        action = AuditAction.CLINIC_JOINED if linked else AuditAction.CLINIC_LEFT
        key = f"{action.value}.{clinician_id}.{number}.{self.trail.run}"
        detail = f"DoseSpot {clinician_id} at clinic {number}"
        self.trail.did(action, detail, key=key, subject=subject)
        return True

    def _require_set(self, clinician_id: int, number: int, *, linked: bool) -> None:
        if self.has(clinician_id, number) is not linked:
            raise DoseSpotRefused(NOT_DONE.format(where="outside" if linked else "at"))


@dataclass(frozen=True)
class ClinicStaffing:
    """Has those on whose behalf the bots act belong to a clinic.

    Attributes:
        members: links them.
        administrators: their DoseSpot ids.
    """

    members: ClinicMembers
    administrators: Collection[int]

    def staff(self, number: int) -> tuple[Finding, ...]:
        """Links the administrators to a clinic; tells what could not be done, and fails nothing."""
        warnings = []
        for clinician_id in self.administrators:
            try:
                self.members.join(clinician_id, number)
            except BotError as error:
                sentence = NOT_LINKED.format(number=number, error=error)
                warnings.append(Finding(USER_ID, sentence))
        return tuple(warnings)
