"""The words for where a prescription stands, with DoseSpot's numbers, and the steps between them.

Source: DoseSpot's enumeration tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PRESCRIPTION_STATUSES = {
    "Entered": 1,
    "Printed": 2,
    "Sending": 3,
    "eRxSent": 4,
    "FaxSent": 5,
    "Error": 6,
    "Deleted": 7,
    "Requested": 8,
    "Edited": 9,
    "EpcsError": 10,
    "EpcsSigned": 11,
    "ReadyToSign": 12,
    "PharmacyVerified": 13,
    "PharmacySelect": 14,
}
MEDICATION_STATUSES = {
    "Unknown": 0,
    "Active": 1,
    "Inactive": 2,
    "Discontinued": 3,
    "Deleted": 4,
    "Completed": 5,
    "CancelRequested": 6,
    "CancelPending": 7,
    "Cancelled": 8,
    "CancelDenied": 9,
    "Changed": 10,
    "FullFill": 11,
    "PartialFill": 12,
    "NoFill": 13,
}

NOT_SENT_YET = frozenset({"Entered", "Edited", "ReadyToSign", "PharmacySelect"})
FAILED = frozenset({"Error", "EpcsError"})
FILLED = frozenset({"FullFill", "PartialFill"})
OVER = frozenset(
    {"Inactive", "Discontinued", "Deleted", "Completed", "Cancelled", "Changed", "FullFill"}
)
"""Medication statuses of what is not taken any more, or has been dispensed in full."""

TOLD_STATUSES = frozenset({"PharmacyVerified", "eRxSent", "Printed", "Error"})
TOLD_MEDICATION_STATUSES = frozenset(
    {
        "Discontinued",
        "Deleted",
        "Completed",
        "Cancelled",
        "CancelDenied",
        "FullFill",
        "PartialFill",
        "NoFill",
    }
)
"""The statuses that are notified of when they are reached; no others are."""

StepTaker = Literal["prescriber", "network", "pharmacy"]


@dataclass(frozen=True)
class PrescriptionStep:
    """What a step makes of the two statuses, where None leaves one as it is, and who takes it."""

    taker: StepTaker
    status: str | None = None
    medication_status: str | None = None


STEPS: Mapping[str, PrescriptionStep] = {
    "enter": PrescriptionStep("prescriber", "Entered"),
    "edit": PrescriptionStep("prescriber", "Edited"),
    "await-pharmacy": PrescriptionStep("prescriber", "PharmacySelect"),
    "await-signature": PrescriptionStep("prescriber", "ReadyToSign"),
    "sign": PrescriptionStep("prescriber", "EpcsSigned"),
    "print": PrescriptionStep("prescriber", "Printed"),
    "send": PrescriptionStep("prescriber", "Sending"),
    "sent": PrescriptionStep("network", "eRxSent"),
    "fax": PrescriptionStep("network", "FaxSent"),
    "verify": PrescriptionStep("pharmacy", "PharmacyVerified"),
    "fail": PrescriptionStep("network", "Error"),
    "fail-signature": PrescriptionStep("network", "EpcsError"),
    "delete": PrescriptionStep("prescriber", "Deleted", "Deleted"),
    "fill": PrescriptionStep("pharmacy", None, "FullFill"),
    "fill-partly": PrescriptionStep("pharmacy", None, "PartialFill"),
    "not-filled": PrescriptionStep("pharmacy", None, "NoFill"),
    "complete": PrescriptionStep("prescriber", None, "Completed"),
    "discontinue": PrescriptionStep("prescriber", None, "Discontinued"),
    "change": PrescriptionStep("pharmacy", None, "Changed"),
    "request-cancel": PrescriptionStep("prescriber", None, "CancelRequested"),
    "await-cancel": PrescriptionStep("network", None, "CancelPending"),
    "cancel": PrescriptionStep("pharmacy", None, "Cancelled"),
    "deny-cancel": PrescriptionStep("pharmacy", None, "CancelDenied"),
}


def status_class(status: str, medication_status: str) -> str:
    """Which of Active, Inactive and Pending a prescription is listed under."""
    if medication_status in OVER:
        return "Inactive"
    return "Pending" if status in NOT_SENT_YET else "Active"
