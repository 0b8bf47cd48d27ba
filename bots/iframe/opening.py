"""What is read when a prescriber opens DoseSpot's iFrame."""

from collections.abc import Callable
from dataclasses import dataclass

from bots.callers_enrollment import CallersRecords, callers_records
from fhir_profiles import Resource
from shared.errors import BotError
from shared.fhir.batch import Batch
from shared.fhir.client import FhirClient


@dataclass(frozen=True)
class Opening:
    """What was read, or why it could not be.

    Attributes:
        patient: the Patient to open; None if none is requested.
        records: the caller's records; None if nobody asked for them.
    """

    patient: Resource | BotError | None
    records: CallersRecords | BotError | None = None


def read_opening(fhir: FhirClient, patient: str | None, caller: str | None) -> Opening:
    """Reads what is asked for, in one request.

    Args:
        fhir: seen with the caller's token.
        patient: reference of the Patient to open, if any.
        caller: reference of the caller whose enrollment may go on; None if it may not.
    """
    if caller is None:
        return Opening(_tried(lambda: fhir.read(patient) if patient else None))
    batch = Batch(fhir)
    asked = batch.read(patient) if patient else None
    records = callers_records(batch, caller)
    try:
        batch.send()
    except BotError as error:
        # No failure of what enrollment needs may stand in the way of the link.
        return Opening(_tried(lambda: fhir.read(patient) if patient else None), error)
    return Opening(_tried(lambda: asked.one() if asked else None), records)


def _tried(read: Callable[[], Resource | None]) -> Resource | BotError | None:
    try:
        return read()
    except BotError as error:
        return error
