"""Input and output of the bot. Source: DoseSpot's Push Notifications supplement 1.0.3."""

from typing import Any

from pydantic import Field

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


class NotificationInput(BotInput, extra="ignore"):
    """What DoseSpot posts; of its data only whom it is about is read, and even that is checked."""

    EventType: str = Field(description="DoseSpot's name of the event.")
    Data: Any = Field(
        None, description="What the event is about; only `ClinicianId` of it is read."
    )

    def clinician_id(self) -> int | None:
        """The clinician that an enrollment event is about; None for any other event."""
        number = self.Data.get("ClinicianId") if isinstance(self.Data, dict) else None
        known = self.EventType in ENROLLMENT_EVENTS and type(number) is int and number > 0
        return number if known else None


class NotificationOutput(WarningOutput):
    """Whether the notification was for a prescriber of this project, and what came of it.

    Its warnings are about the prescriber.
    """

    handled: bool = Field(
        description="Whether it was an enrollment event of a prescriber of this project."
    )
    reason: str = Field(description="The result, as a sentence.")
