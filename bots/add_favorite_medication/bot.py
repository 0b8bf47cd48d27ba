"""The bot: whoever is enrolled may add a favorite, which everybody in the clinic then has."""

from bots.add_favorite_medication import IDENTIFIER
from bots.add_favorite_medication.contract import (
    AddFavoriteMedicationInput,
    AddFavoriteMedicationOutput,
)
from shared.clinics.calling import caller_at_clinic
from shared.formulary.wiring import favorites_of
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Adds a drug with its directions to the clinic's favorites.",
    callers="An enrolled prescriber.",
    run_as_user=True,
    timeout_s=30,
)
def add_favorite_medication(
    request: AddFavoriteMedicationInput, invocation: Invocation
) -> AddFavoriteMedicationOutput:
    """Adds a favorite, unless the clinic has one with the same drug and directions.

    Raises:
        NotAuthorized: the caller is not enrolled.
        RecordsRefused: DoseSpot has no such drug, or it is obsolete.
        EnrollmentInProgress: another run is adding the same favorite.
        EditConflict: several MedicationKnowledge resources carry the favorite's id.
        DoseSpotRefused: DoseSpot did not accept a call.
        LookUpFirst: DoseSpot did not say whether it added it; the next run looks first.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    wish = request.wish()
    at = caller_at_clinic(invocation, request.organizationId)
    stored = favorites_of(invocation, at).add(wish)
    return AddFavoriteMedicationOutput.model_validate(stored)
