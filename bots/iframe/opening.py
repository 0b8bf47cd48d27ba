"""What is read when a prescriber opens DoseSpot, and whether enrollment may have to go on.

Most openings find that it has come to its end; so nothing is imported here that only enrolls.
"""

from collections.abc import Callable
from dataclasses import dataclass

from fhir_profiles import Resource
from fhir_profiles.today import Today
from shared.access.rules.grants import Counts, anywhere, granting
from shared.enrollment.rules.as_recorded import is_complete
from shared.errors import BotError, FhirDenied
from shared.fhir.batch import Batch, FoundAll, FoundOne
from shared.fhir.client import FhirClient


@dataclass(frozen=True)
class CallersRecords:
    """What the caller's own token shows of the caller; each may be a failure.

    Attributes:
        practitioner: the Practitioner.
        roles: the PractitionerRoles.
    """

    practitioner: FoundOne
    roles: FoundAll

    def are_complete(self, role: Resource | None) -> bool:
        """Whether the Practitioner, or their role at a further clinic, says that enrollment has
        come to its end."""
        return self.practitioner.is_there and is_complete(self.practitioner.one(), role)


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
    records = CallersRecords(
        practitioner=batch.read(caller),
        roles=batch.search(f"PractitionerRole?practitioner={caller}&_count=1000"),
    )
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


@dataclass(frozen=True)
class OpenedClinic:
    """The clinic at which DoseSpot is opened; the project's own unless something is given.

    Attributes:
        counts: whether a PractitionerRole is about it.
        role: the caller's that says their status there, at a further clinic.
    """

    counts: Counts = anywhere
    role: Resource | None = None


def records_to_go_on(
    opening: Opening,
    caller: str,
    clinician_id: int | None,
    today: Today,
    clinic: OpenedClinic = OpenedClinic(),
) -> CallersRecords | BotError | None:
    """The caller's records where enrollment may have to go on, or why that can't be told.

    None if nobody asked, where the records say that it has come to its end, and where no
    PractitionerRole that the caller may see authorizes it.

    Args:
        opening: what was read.
        caller: reference of the caller.
        clinician_id: the caller's DoseSpot id, if there is one already.
        today: now; the role has to be in effect.
        clinic: where DoseSpot is opened.
    """
    records = opening.records
    if not isinstance(records, CallersRecords):
        return records
    if clinician_id is not None and records.are_complete(clinic.role):
        return None
    try:
        return records if granting(records.roles.all(), caller, today, clinic.counts) else None
    except FhirDenied:
        return None
    except BotError as error:
        return error
