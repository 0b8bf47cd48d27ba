"""The prescriber that an enrollment is about: their FHIR records, read and checked together."""

from dataclasses import dataclass, replace

from fhir_profiles import Resource
from shared.records.findings import Finding
from shared.records.identity import Identity
from shared.records.prescriber import Prescriber


@dataclass(frozen=True)
class Subject:
    """A prescriber who can be enrolled.

    Attributes:
        practitioner: raw FHIR Practitioner.
        membership: raw ProjectMembership.
        prescriber: what the Practitioner says, checked.
        identity: who the Practitioner says they are.
        clinician_id: the DoseSpot id on the membership, or None if there is none yet.
        warnings: what looks wrong but does not block.
        role: raw PractitionerRole that says the status at the clinic; None at the project's own.
    """

    practitioner: Resource
    membership: Resource
    prescriber: Prescriber
    identity: Identity
    clinician_id: int | None
    warnings: tuple[Finding, ...] = ()
    role: Resource | None = None

    @property
    def record(self) -> Resource:
        """What says the status: the Practitioner, or the PractitionerRole at a further clinic."""
        return self.practitioner if self.role is None else self.role

    def recorded(self, record: Resource) -> "Subject":
        """The same with another version of `record`."""
        if self.role is None:
            return replace(self, practitioner=record)
        return replace(self, role=record)

    @property
    def member(self) -> str:
        """Reference of the ProjectMembership."""
        return f"ProjectMembership/{self.membership['id']}"


def claim_key(clinic_id: int, npi: str) -> str:
    """The key of the claim to a clinician: two Practitioners with one NPI share it."""
    return f"clinician.{clinic_id}.{npi}"
