"""What a prescription's two statuses in DoseSpot come to in FHIR: one total function.

The prescription status says how far the order got on its way to the pharmacy, the medication status
what became of it there, so the second decides where it says something. Both are taken as names in
any case or as DoseSpot's numbers; what is neither is kept as it was and comes to `unknown`.
Source of names and numbers: DoseSpot's enumeration tables ("Prescription Status", "Patient
Medication Status Type").

Choices where the two contradict each other:

- What the pharmacy says of the order it has counts more than that sending failed or that DoseSpot
  deleted the prescription: a drug that was handed out must stay in the chart.
- An order that the pharmacy may still fill stays `active`, until the pharmacy confirms that it is
  cancelled: also if its cancellation, or sending it, failed.
- A deleted prescription of which nothing was handed out is `entered-in-error`.
- What the pharmacy requested is no order, whatever else is said of it.
- A failed transmission that somebody ignored in DoseSpot was not sent, but nothing says what became
  of it: `unknown`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

E = TypeVar("E", bound=StrEnum)


class PrescriptionStatus(StrEnum):
    """How far an order got, in DoseSpot's spelling."""

    UNKNOWN = "Unknown"
    ENTERED = "Entered"
    PRINTED = "Printed"
    SENDING = "Sending"
    ERX_SENT = "eRxSent"
    FAX_SENT = "FaxSent"
    ERROR = "Error"
    DELETED = "Deleted"
    REQUESTED = "Requested"
    EDITED = "Edited"
    EPCS_ERROR = "EpcsError"
    EPCS_SIGNED = "EpcsSigned"
    READY_TO_SIGN = "ReadyToSign"
    PHARMACY_VERIFIED = "PharmacyVerified"
    PHARMACY_SELECT = "PharmacySelect"


class MedicationStatus(StrEnum):
    """What became of an order, in DoseSpot's spelling."""

    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    INACTIVE = "Inactive"
    DISCONTINUED = "Discontinued"
    DELETED = "Deleted"
    COMPLETED = "Completed"
    CANCEL_REQUESTED = "CancelRequested"
    CANCEL_PENDING = "CancelPending"
    CANCELLED = "Cancelled"
    CANCEL_DENIED = "CancelDenied"
    CHANGED = "Changed"
    FULL_FILL = "FullFill"
    PARTIAL_FILL = "PartialFill"
    NO_FILL = "NoFill"


class OrderStatus(StrEnum):
    """MedicationRequest.status, as far as an order in DoseSpot can have it."""

    DRAFT = "draft"
    ACTIVE = "active"
    ON_HOLD = "on-hold"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    STOPPED = "stopped"
    ENTERED_IN_ERROR = "entered-in-error"
    UNKNOWN = "unknown"


class Fill(StrEnum):
    """What the pharmacy handed out."""

    FULL = "FullFill"
    PARTIAL = "PartialFill"
    NONE = "NoFill"


_NO_CODE = re.compile(r"[^!-~]+")

P, M, S = PrescriptionStatus, MedicationStatus, OrderStatus

FINAL = frozenset({S.COMPLETED, S.CANCELLED, S.STOPPED, S.ENTERED_IN_ERROR})
"""Where nothing more is expected to happen to an order."""


@dataclass(frozen=True)
class OrderState:
    """What a prescription's statuses come to.

    Attributes:
        status: MedicationRequest.status; None where the prescription is no order, so that none is
            written, and one that is in the chart already becomes `unknown`.
        prescription_status: code of the status extension, "" if DoseSpot says none.
        medication_status: code in statusReason, "" if DoseSpot says none.
        fill: what the pharmacy handed out, if it says so.
        failed: whether sending it failed and the prescriber has to do something, which is a Task.
    """

    status: OrderStatus | None
    prescription_status: str
    medication_status: str
    fill: Fill | None = None
    failed: bool = False


_NUMBERED_PRESCRIPTION = (
    *(P.ENTERED, P.PRINTED, P.SENDING, P.ERX_SENT, P.FAX_SENT, P.ERROR, P.DELETED, P.REQUESTED),
    *(P.EDITED, P.EPCS_ERROR, P.EPCS_SIGNED, P.READY_TO_SIGN, P.PHARMACY_VERIFIED),
    P.PHARMACY_SELECT,
)


def _spellings(members: Iterable[E], first_number: int) -> Mapping[str, E]:
    numbered = list(enumerate(members, start=first_number))
    numbers = {str(number): member for number, member in numbered}
    return MappingProxyType(numbers | {member.lower(): member for _, member in numbered})


_PRESCRIPTION = {"unknown": P.UNKNOWN, **_spellings(_NUMBERED_PRESCRIPTION, 1)}
_MEDICATION = _spellings(M, 0)

_SENT = frozenset(
    {P.SENDING, P.ERX_SENT, P.FAX_SENT, P.EPCS_SIGNED, P.PHARMACY_VERIFIED, P.PRINTED}
)
_DRAFT = frozenset({P.ENTERED, P.EDITED, P.READY_TO_SIGN, P.PHARMACY_SELECT})
_ERROR = frozenset({P.ERROR, P.EPCS_ERROR})

_SILENT = frozenset({None, M.UNKNOWN, M.ACTIVE})
"""Medication statuses that say no more than the prescription status does."""

_DECIDED: Mapping[MedicationStatus, OrderStatus] = MappingProxyType(
    {
        M.DISCONTINUED: S.STOPPED,
        M.CHANGED: S.STOPPED,
        M.DELETED: S.ENTERED_IN_ERROR,
        M.COMPLETED: S.COMPLETED,
        M.CANCELLED: S.CANCELLED,
        M.CANCEL_REQUESTED: S.ACTIVE,
        M.CANCEL_PENDING: S.ACTIVE,
        M.CANCEL_DENIED: S.ACTIVE,
        M.FULL_FILL: S.COMPLETED,
        M.PARTIAL_FILL: S.ACTIVE,
        M.NO_FILL: S.ACTIVE,
    }
)
"""What a medication status says by itself."""

_REPORTED: Mapping[MedicationStatus, OrderStatus] = MappingProxyType(
    {**_DECIDED, M.ACTIVE: S.ACTIVE}
)
"""The same for what nobody here has ordered: only the medication status says anything."""

_LEAVES_ERROR_OPEN = frozenset(
    {None, M.UNKNOWN, M.ACTIVE, M.INACTIVE, M.CANCEL_REQUESTED, M.CANCEL_PENDING, M.CANCEL_DENIED}
)
"""Medication statuses with which a failed transmission still needs somebody: they neither end the
order nor show that the pharmacy got it."""


def prescription_status(given: Any) -> PrescriptionStatus | None:
    """The status that a name or number stands for; None for anything else."""
    return _PRESCRIPTION.get(_folded(given))


def medication_status(given: Any) -> MedicationStatus | None:
    """The status that a name or number stands for; None for anything else."""
    return _MEDICATION.get(_folded(given))


def order_state(prescription: Any, medication: Any, *, error_ignored: bool = False) -> OrderState:
    """What a prescription's two statuses come to.

    Args:
        prescription: `Status` as DoseSpot gives it.
        medication: `MedicationStatus` as DoseSpot gives it.
        error_ignored: whether somebody has ignored that sending it failed.
    """
    sent, became = prescription_status(prescription), medication_status(medication)
    is_foreign = became is None and _folded(medication) != ""
    state = OrderState(
        status=S.UNKNOWN if is_foreign else _status(sent, became, error_ignored=error_ignored),
        prescription_status=_code(sent, prescription),
        medication_status=_code(became, medication),
        fill=Fill(became) if became in (M.FULL_FILL, M.PARTIAL_FILL, M.NO_FILL) else None,
        failed=sent in _ERROR and not error_ignored and became in _LEAVES_ERROR_OPEN,
    )
    return replace(state, status=None, fill=None) if sent is P.REQUESTED else state


def reported_state(medication: Any) -> OrderState:
    """What the status of a medication that the patient reports comes to."""
    became = medication_status(medication)
    status = _REPORTED.get(became, S.UNKNOWN) if became else S.UNKNOWN
    return OrderState(status, "", _code(became, medication))


def _status(
    sent: PrescriptionStatus | None, became: MedicationStatus | None, *, error_ignored: bool
) -> OrderStatus:
    if became is M.INACTIVE:
        return S.ENTERED_IN_ERROR if sent is P.DELETED else S.UNKNOWN
    if sent is P.DELETED and (became in _SILENT or became is M.NO_FILL):
        return S.ENTERED_IN_ERROR
    if became is not None and became in _DECIDED:
        return _DECIDED[became]
    if sent in _ERROR:
        return S.UNKNOWN if error_ignored else S.ON_HOLD
    if sent in _DRAFT:
        return S.DRAFT
    return S.ACTIVE if sent in _SENT else S.UNKNOWN


def _folded(given: Any) -> str:
    """A name or number in small letters; "" where nothing is given."""
    if given is None or isinstance(given, bool):
        return ""
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    return str(given).strip().lower() if isinstance(given, str | int | float) else ""


def _code(known: StrEnum | None, given: Any) -> str:
    """DoseSpot's spelling, or what was given where that is none of DoseSpot's, as a FHIR code."""
    return known.value if known else _NO_CODE.sub("-", str(given).strip()) if _folded(given) else ""
