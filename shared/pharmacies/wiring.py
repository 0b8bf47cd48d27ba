"""Patients' pharmacies, wired for a run."""

from shared.claims.store import ClaimStore
from shared.claims.turns import Turns
from shared.directory.wiring import project_directory_of
from shared.dosespot.acting import ActingAt
from shared.dosespot.catalog import Catalog
from shared.dosespot.patient_pharmacies import PatientPharmaciesClient
from shared.pharmacies.following import FollowedPharmacies
from shared.pharmacies.preferring import PreferredPharmacies
from shared.runtime.invocation import Invocation


def preferred_pharmacies_of(run: Invocation, at: ActingAt) -> PreferredPharmacies:
    """The use case; it acts as that clinician at that clinic."""
    directory, trail = run.privileged_fhir, run.trail
    return PreferredPharmacies(
        fhir=run.fhir,
        directory=directory,
        turns=Turns(ClaimStore(directory), trail.run, trail.who, run.now, run.wait, run.timing),
        patients=run.dosespot(at.clinician_id, at.clinic),
        dosespot=run.dosespot_for(PatientPharmaciesClient, at.clinician_id, at.clinic),
        trail=trail,
        assigners=at.assigners,
    )


def followed_pharmacies_of(run: Invocation, at: ActingAt, project: str) -> FollowedPharmacies:
    """The use case; it acts as that clinician at that clinic, in the project with that id."""
    dosespot = run.dosespot_for(PatientPharmaciesClient, at.clinician_id, at.clinic)
    catalog = run.services.kept(Catalog)
    return FollowedPharmacies(
        fhir=run.fhir,
        dosespot=dosespot,
        look_up=lambda ids: catalog.pharmacies(ids, dosespot, run.together),
        directory=project_directory_of(run, project),
        assigners=at.assigners,
    )
