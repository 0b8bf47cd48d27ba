"""Input and output of the bot. Source: DoseSpot's Push Notifications supplement 1.0.3."""

from typing import Any

from pydantic import Field

from fhir_profiles.elements import positive_number
from shared.prescriptions.pushed import PushedNumbers
from shared.runtime.inputs import BotInput, WarningOutput

ENROLLMENT_EVENTS = frozenset(
    {
        "ClinicianConfirmed",
        "ClinicianIDPCompleteSuccess",
        "ClinicianTfaActivateSuccess",
        "ClinicianTfaDeactivateSuccess",
        "ClinicianLockedOut",
        "ClinicianPINReset",
    }
)
PATIENT_EVENTS = frozenset(
    {
        "PrescriptionResult",
        "MedicationStatusUpdate",
        "SelfReportedMedicationStatusUpdate",
        "PatientStatusUpdate",
        "PharmacyStatusUpdate",
        "PrescriberNotificationCounts",
    }
)


class NotificationInput(BotInput, extra="ignore"):
    """What DoseSpot posts; of its data only whom it is about is read, and even that is checked."""

    EventType: str = Field(description="DoseSpot's name of the event.")
    Data: Any = Field(
        None,
        description="What the event is about; only `ClinicianId`, `ClinicId`, `PatientId` and"
        " `PrescriptionId` of it are read.",
    )

    def clinician_id(self) -> int | None:
        """The clinician that an enrollment event is about; None for any other event."""
        number = self.Data.get("ClinicianId") if isinstance(self.Data, dict) else None
        known = self.EventType in ENROLLMENT_EVENTS and type(number) is int and number > 0
        return number if known else None

    def pushed(self) -> PushedNumbers | None:
        """What an event about patients names; None for any other event."""
        if self.EventType not in PATIENT_EVENTS:
            return None
        return PushedNumbers(
            kind=self.EventType,
            clinic_id=self._number("ClinicId"),
            clinician_id=self._number("ClinicianId"),
            patient_id=self._number("PatientId"),
            prescription_id=self._number("PrescriptionId"),
        )

    def _number(self, name: str) -> int | None:
        given = self.Data.get(name) if isinstance(self.Data, dict) else None
        return positive_number(str(given)) if type(given) in (int, str) else None


class NotificationOutput(WarningOutput):
    """Whether the notification was for somebody of this project, and what came of it.

    Its warnings are about them.
    """

    handled: bool = Field(
        description="Whether it was an event about a prescriber or a patient of this project, from"
        " which something follows."
    )
    reason: str = Field(description="The result, as a sentence.")
