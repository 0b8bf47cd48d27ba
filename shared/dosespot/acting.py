"""As whom, and at which clinic, DoseSpot is asked."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ActingAt:
    """A clinician at a clinic.

    Attributes:
        clinician_id: DoseSpot's id of the clinician.
        clinic: DoseSpot's number of the clinic; None for the project's own.
        assigners: references of the clinic's Organizations, which its patients' ids name; none for
            the project's own.
    """

    clinician_id: int
    clinic: int | None = None
    assigners: Sequence[str] = ()
