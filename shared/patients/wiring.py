"""The patient sync, wired for a run."""

from collections.abc import Sequence

from shared.claims.store import ClaimStore
from shared.dosespot.client import DoseSpotClient
from shared.patients.sync_patient import PatientSync
from shared.runtime.invocation import Invocation


def patient_sync_of(
    run: Invocation, dosespot: DoseSpotClient, assigners: Sequence[str] = ()
) -> PatientSync:
    """The use case.

    Args:
        run: the run.
        dosespot: acts as a clinician of the clinic.
        assigners: references of the clinic's Organizations; none for the project's own clinic.
    """
    return PatientSync(
        fhir=run.fhir,
        claims=ClaimStore(run.privileged_fhir),
        dosespot=dosespot,
        trail=run.trail,
        now=run.now,
        wait=run.wait,
        timing=run.timing,
        assigners=assigners,
    )
