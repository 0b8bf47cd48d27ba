"""Setting supervisors, wired for a run."""

from shared.claims.store import ClaimStore
from shared.dosespot.client import DoseSpotClient
from shared.runtime.invocation import Invocation
from shared.supervision.supervise import Supervisors


def supervisors_of(run: Invocation, dosespot: DoseSpotClient) -> Supervisors:
    """The use case; `dosespot` acts as a Clinician Admin."""
    return Supervisors(
        claims=ClaimStore(run.privileged_fhir),
        dosespot=dosespot,
        trail=run.trail,
        now=run.now,
        wait=run.wait,
        timing=run.timing,
    )
