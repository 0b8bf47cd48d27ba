"""What an enrollment run needs from the outside; tests use in-memory fakes."""

from collections.abc import Callable
from typing import Protocol

from fhir_profiles import Resource
from fhir_profiles.audit_event import AuditAction
from fhir_profiles.claim import Claim
from fhir_profiles.codes import ClinicianRole, RegistrationStatus
from shared.claims.rules.steps import DoseSpotRecord
from shared.dosespot.codes import TfaType
from shared.enrollment.rules.situation import Order, Records, Shown, Situation
from shared.enrollment.rules.stages import Stage
from shared.members.rules.clinician import Clinician
from shared.members.rules.subject import Subject


class Written(Protocol):
    """A resource after a change: as the server has it, and the version that the change replaced."""

    @property
    def resource(self) -> Resource:
        """The resource as the server has it now."""

    @property
    def replaced(self) -> str | None:
        """The version that this run's write replaced; None if this run wrote nothing."""


class Members(Protocol):
    """The FHIR server, with a credential that may read and write memberships and claims."""

    def look(self, subject: Subject, *, again: bool) -> tuple[Subject, Records]:
        """Reads what there is besides the Practitioner; `again` rereads the membership too."""

    def read_claim(self, claim: Claim) -> Claim:
        """The claim as it is now."""

    def write_claim(self, claim: Claim) -> Claim:
        """Writes a claim if nobody else has since it was read; returns it as the server has it."""

    def link(self, membership: Resource, clinician_id: int, *, sure: bool) -> Resource:
        """Puts the clinician's id on the membership, unless another member carries it."""

    def write_status(
        self, practitioner: Resource, change: Callable[[Resource], Resource]
    ) -> Written:
        """Writes a change of the Practitioner; made again if somebody else wrote in between."""

    def granted(self) -> frozenset[ClinicianRole]:
        """The roles that an administrator, or our own client, is known to have granted."""

    def is_administrators(self, author: str) -> bool:
        """Whether that profile, given by reference, is an administrator's or our own client's."""


class Network(Protocol):
    """DoseSpot, seen by a Clinician Admin."""

    def look(self, s: Situation, order: Order, known_id: int | None) -> Shown:
        """What DoseSpot shows of the prescriber: by that id, or else by the NPI."""

    def change(self, s: Situation, order: Order, shown: Shown) -> Shown:
        """The same, with the change that is due now that more is known."""

    def create(self, s: Situation, order: Order, within_s: float) -> int:
        """Creates the clinician, if that can be sent within so many seconds; returns the new id."""

    def edit(self, clinician_id: int, record: DoseSpotRecord, within_s: float) -> None:
        """Replaces the clinician's record, if that can be sent within so many seconds."""

    def begin(self, clinician_id: int, stage: Stage, tfa_type: TfaType, within_s: float) -> bool:
        """Begins a stage, if that can be sent within so many seconds; False if it had begun."""

    def status(self, clinician_id: int) -> RegistrationStatus:
        """The registration status now."""


class Keeper(Protocol):
    """Keeps a trail of what was done; see `shared.audit.trail.Trail`."""

    run: str
    who: str

    def did(self, action: AuditAction, detail: str, *, key: str) -> None:
        """Keeps what this run did."""

    def found(self, action: AuditAction, detail: str, *, key: str, who: str) -> None:
        """Keeps what another run did."""

    def recorded(
        self, clinician: Clinician, before: Resource, after: Resource, *, replaced: str
    ) -> None:
        """Keeps that the status was written."""

    def begin_to_save(self) -> None:
        """Begins to write what was kept."""

    def save(self) -> None:
        """Writes what was kept."""
