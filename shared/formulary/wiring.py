"""Adding favorites, wired for a run."""

from shared.claims.store import ClaimStore
from shared.claims.turns import Turns
from shared.dosespot.acting import ActingAt
from shared.dosespot.favorites import FavoritesClient
from shared.formulary.favorites import Favorites
from shared.runtime.invocation import Invocation


def favorites_of(run: Invocation, at: ActingAt) -> Favorites:
    """The use case; it acts as that clinician at that clinic."""
    fhir, trail = run.privileged_fhir, run.trail
    return Favorites(
        fhir=fhir,
        turns=Turns(ClaimStore(fhir), trail.run, trail.who, run.now, run.wait, run.timing),
        dosespot=run.dosespot_for(FavoritesClient, at.clinician_id, at.clinic),
        trail=trail,
    )
