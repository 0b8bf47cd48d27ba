"""A clinician as DoseSpot shows them, and what follows from it."""

from dataclasses import dataclass

from fhir_profiles.codes import RegistrationStatus


@dataclass(frozen=True)
class Clinician:
    """What DoseSpot says of one clinician at one clinic.

    `None` means that DoseSpot left it open, which contradicts nothing.

    Attributes:
        id: DoseSpot's clinician id.
        status: the last step of registration that was reached at the clinic.
        agreement_pending: whether a legal agreement is waiting to be signed.
        active: whether the account may be used.
        locked: whether the account is locked.
        confirmed: whether DoseSpot has verified the NPI.
        clinic_has_epcs: whether controlled substances are enabled for the clinician's clinic.
    """

    id: int
    status: RegistrationStatus
    agreement_pending: bool
    active: bool | None = None
    locked: bool | None = None
    confirmed: bool | None = None
    clinic_has_epcs: bool | None = None

    @property
    def epcs_enabled(self) -> bool:
        """Whether controlled substances may really be signed: a status alone is not enough."""
        contradicted = (
            self.active is False
            or self.locked is True
            or self.confirmed is False
            or self.clinic_has_epcs is False
        )
        return self.status is RegistrationStatus.TFA_ACTIVATED_SUCCESS and not contradicted

    @property
    def summary(self) -> str:
        """Status and EPCS in a few words, for the record."""
        return f"{self.status.value}, EPCS {'enabled' if self.epcs_enabled else 'not enabled'}"
