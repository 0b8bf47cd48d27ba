"""Input and output of the bot, as `@medplum/dosespot-react` uses it: DoseSpot's own names."""

from typing import Self

from pydantic import Field

from shared.dosespot.notification_counts import NotificationCounts
from shared.runtime.inputs import ORGANIZATION, BotInput, BotOutput, FhirId


class NotificationCountsInput(BotInput):
    """It is about the caller; at which clinic, where the project has several."""

    organizationId: FhirId | None = ORGANIZATION


class NotificationCountsOutput(BotOutput):
    """Four counts; a page shows their sum."""

    PendingPrescriptionsCount: int = Field(
        description="Prescriptions that are not signed or sent yet."
    )
    PendingRxChangeCount: int = Field(description="Changes that pharmacies ask for.")
    RefillRequestsCount: int = Field(description="Renewals that pharmacies ask for.")
    TransactionErrorsCount: int = Field(description="Prescriptions whose transmission failed.")

    @classmethod
    def of(cls, counts: NotificationCounts) -> Self:
        """The same under DoseSpot's names."""
        return cls(
            PendingPrescriptionsCount=counts.pending_prescriptions,
            PendingRxChangeCount=counts.change_requests,
            RefillRequestsCount=counts.refill_requests,
            TransactionErrorsCount=counts.transaction_errors,
        )
