"""How much waits for a clinician in DoseSpot, as `notifications/counts` says.

The four counts stand beside `Result`, not in an `Item`, and are about the token's clinician at the
token's clinic. Source: DoseSpot REST API v2 (Swagger "Full + EPCS - V2").
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from shared.dosespot.calls import DoseSpotCalls, misshapen
from shared.dosespot.reply import ResultReply, WholeNumber

Count = Annotated[WholeNumber, Field(ge=0)]


@dataclass(frozen=True)
class NotificationCounts:
    """What waits for a clinician.

    Attributes:
        pending_prescriptions: prescriptions that are not signed or sent yet.
        change_requests: changes that pharmacies ask for.
        refill_requests: renewals that pharmacies ask for.
        transaction_errors: prescriptions whose transmission failed.
    """

    pending_prescriptions: int
    change_requests: int
    refill_requests: int
    transaction_errors: int


class CountsReply(ResultReply):
    """The counts; one that is null is not known, and is no zero."""

    PendingPrescriptionsCount: Count | None = None
    PendingRxChangeCount: Count | None = None
    RefillRequestsCount: Count | None = None
    TransactionErrorsCount: Count | None = None


class CountsClient(DoseSpotCalls):
    """Counts of notifications; raises as `DoseSpotCalls` says."""

    def notification_counts(self) -> NotificationCounts:
        """What waits for the clinician now; an answer without a count breaks the contract."""
        call = self._call("GET", "api/notifications/counts", "count the notifications")
        reply = self._answer(CountsReply, call)
        counts = (
            reply.PendingPrescriptionsCount,
            reply.PendingRxChangeCount,
            reply.RefillRequestsCount,
            reply.TransactionErrorsCount,
        )
        known = [count for count in counts if count is not None]
        if len(known) < len(counts):
            raise misshapen(call)
        return NotificationCounts(*known)
