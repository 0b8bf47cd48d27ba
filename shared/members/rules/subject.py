"""The prescriber that an enrollment is about: their FHIR records, read and checked together."""

from dataclasses import dataclass

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
    """

    practitioner: Resource
    membership: Resource
    prescriber: Prescriber
    identity: Identity
    clinician_id: int | None
    warnings: tuple[Finding, ...] = ()

    @property
    def member(self) -> str:
        """Reference of the ProjectMembership."""
        return f"ProjectMembership/{self.membership['id']}"


def claim_key(clinic_id: int, npi: str) -> str:
    """The key of the claim to a clinician: two Practitioners with one NPI share it."""
    return f"clinician.{clinic_id}.{npi}"
