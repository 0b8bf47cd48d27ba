"""The bot: whoever is enrolled may look for allergens; nothing is saved."""

from bots.search_allergen import IDENTIFIER
from bots.search_allergen.contract import SearchAllergenInput, SearchAllergenOutput
from shared.clinics.calling import caller_at_clinic
from shared.dosespot.searches import SearchClient
from shared.formulary.search import allergen_concepts
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Finds allergens by their name.",
    callers="An enrolled prescriber.",
    run_as_user=True,
    timeout_s=30,
)
def search_allergen(request: SearchAllergenInput, invocation: Invocation) -> SearchAllergenOutput:
    """Finds allergens; those that are not in use any more are left out.

    Raises:
        NotAuthorized: the caller is not enrolled.
        DoseSpotRefused: DoseSpot did not accept the call.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    at = caller_at_clinic(invocation, request.organizationId)
    dosespot = invocation.dosespot_for(SearchClient, at.clinician_id, at.clinic)
    return SearchAllergenOutput(allergen_concepts(dosespot.find_allergens(request.name)))
