"""What registering a clinic needs of DoseSpot and of the project's secrets."""

from typing import Protocol

from shared.dosespot.clinic_wire import ClinicItem
from shared.dosespot.clinics import ClinicRecord, NewClinic


class Clinics(Protocol):
    """DoseSpot; see `ClinicsClient`."""

    def clinic(self, number: int) -> ClinicItem | None:
        """One clinic."""

    def create_clinic(self, record: ClinicRecord, send_within_s: float) -> NewClinic:
        """Creates a clinic."""


class Keys(Protocol):
    """The project's secrets; see `ProjectKeys`."""

    def require_writable(self) -> None:
        """Makes sure that a key can be kept."""

    def keep(self, number: int, key: str) -> None:
        """Stores a clinic's key."""
