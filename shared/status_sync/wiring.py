"""The status sync, wired for a run."""

from shared.dosespot.client import DoseSpotClient
from shared.runtime.invocation import Invocation
from shared.status_sync.sync_status import StatusSync


def status_sync_of(
    run: Invocation, dosespot: DoseSpotClient, *, dry_run: bool = False
) -> StatusSync:
    """The use case; `dosespot` acts as a Clinician Admin."""
    return StatusSync(
        fhir=run.privileged_fhir,
        dosespot=dosespot,
        together=run.together,
        now=run.now,
        log=run.log,
        trail=run.trail,
        dry_run=dry_run,
    )
