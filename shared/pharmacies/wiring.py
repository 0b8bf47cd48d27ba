"""Letting patients prefer pharmacies, wired for a run."""

from shared.claims.store import ClaimStore
from shared.claims.turns import Turns
from shared.dosespot.patient_pharmacies import PatientPharmaciesClient
from shared.pharmacies.preferring import PreferredPharmacies
from shared.runtime.invocation import Invocation


def preferred_pharmacies_of(run: Invocation, clinician_id: int) -> PreferredPharmacies:
    """The use case; it acts as that clinician of the clinic."""
    directory, trail = run.privileged_fhir, run.trail
    return PreferredPharmacies(
        fhir=run.fhir,
        directory=directory,
        turns=Turns(ClaimStore(directory), trail.run, trail.who, run.now, run.wait, run.timing),
        patients=run.dosespot(acting_as=clinician_id),
        dosespot=run.dosespot_for(PatientPharmaciesClient, acting_as=clinician_id),
        trail=trail,
    )
