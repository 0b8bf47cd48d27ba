"""A run that records what DoseSpot says of the prescriber."""

from shared.fhir.batch import Batch
from shared.members.enrolled import enrolled
from shared.status_sync.sync_status import StatusSync
from tests.core.fakes import FakeTogether
from tests.core.prescribers import JANE
from tests.core.replaying import CallRun, Calls, ReplayedDoseSpot, ReplayedFhir, ReplayedTrail


def status_sync(name: str) -> CallRun:
    """The run."""
    return CallRun(name, _recording)


def _recording(
    calls: Calls, fhir: ReplayedFhir, dosespot: ReplayedDoseSpot, trail: ReplayedTrail
) -> None:
    batch = Batch(fhir)
    found = batch.memberships_of(JANE)
    batch.send()
    StatusSync(
        fhir=fhir,  # type: ignore[arg-type]
        dosespot=dosespot,  # type: ignore[arg-type]
        together=FakeTogether(),  # type: ignore[arg-type]
        now=calls.now,
        log=lambda *_, **__: None,
        trail=trail,  # type: ignore[arg-type]
    ).run(enrolled(found.all()))
