"""Where a prescription stands, in the words of the prescriber's page."""

import re

from deploy.sandbox.dosespot.prescribing.sheets import PrescriptionSheet
from deploy.sandbox.dosespot.prescribing.statuses import NOT_SENT_YET

_STATUSES = {
    "Entered": "Pending",
    "Edited": "Pending",
    "ReadyToSign": "Pending; waits for a signature",
    "PharmacySelect": "Pending; waits for a pharmacy",
    "Printed": "Printed",
    "EpcsSigned": "Signed",
    "Sending": "Being sent",
    "eRxSent": "Sent; the pharmacy has not confirmed it yet",
    "FaxSent": "Sent by fax",
    "PharmacyVerified": "Received by the pharmacy",
    "Error": "Could not be sent",
    "EpcsError": "Could not be signed",
    "Requested": "Asked for by the pharmacy",
    "Deleted": "Discarded",
}
_MEDICATION_STATUSES = {
    "Inactive": "Not active",
    "Discontinued": "Discontinued",
    "Deleted": "Discarded",
    "Completed": "Completed",
    "CancelRequested": "Cancellation requested",
    "CancelPending": "Cancellation requested; the pharmacy has not answered yet",
    "Cancelled": "Cancelled by the pharmacy",
    "CancelDenied": "The pharmacy did not cancel it",
    "Changed": "Replaced by another prescription",
    "FullFill": "Filled",
    "PartialFill": "Partly filled",
    "NoFill": "Not filled",
}
_CANCELLABLE = frozenset({"eRxSent", "PharmacyVerified"})
_RUNNING = frozenset({"Active", "PartialFill", "NoFill", "CancelDenied"})


def standing(sheet: PrescriptionSheet) -> str:
    """Where it stands; what is unknown is told as it is."""
    status, medication_status = sheet.status, sheet.medication_status
    if medication_status in _MEDICATION_STATUSES:
        return _MEDICATION_STATUSES[medication_status]
    return _STATUSES.get(status, f"{status} ({medication_status})")


def is_pending(sheet: PrescriptionSheet) -> bool:
    """Whether it waits to be sent, printed or discarded."""
    return sheet.status in NOT_SENT_YET and sheet.medication_status == "Active"


def can_be_cancelled(sheet: PrescriptionSheet) -> bool:
    """Whether there is something to ask the pharmacy for."""
    return sheet.status in _CANCELLABLE and sheet.medication_status in _RUNNING


def spaced(name: str) -> str:
    """One of DoseSpot's names, such as GenericSubstitution, as words."""
    return re.sub(r"(?<=[a-z])[A-Z]", lambda letter: f" {letter[0].lower()}", name)
