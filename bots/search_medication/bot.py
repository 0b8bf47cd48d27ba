"""The bot: whoever is enrolled may look for drugs; nothing is saved."""

from bots.search_medication import IDENTIFIER
from bots.search_medication.contract import SearchMedicationInput, SearchMedicationOutput
from shared.clinics.calling import caller_at_clinic
from shared.dosespot.searches import SearchClient
from shared.formulary.search import drug_concepts
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Finds drugs that can be prescribed by their name.",
    callers="An enrolled prescriber.",
    run_as_user=True,
    timeout_s=30,
)
def search_medication(
    request: SearchMedicationInput, invocation: Invocation
) -> SearchMedicationOutput:
    """Finds drugs; those that are obsolete are left out.

    Raises:
        NotAuthorized: the caller is not enrolled.
        DoseSpotRefused: DoseSpot did not accept the call.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    at = caller_at_clinic(invocation, request.organizationId)
    dosespot = invocation.dosespot_for(SearchClient, at.clinician_id, at.clinic)
    return SearchMedicationOutput(drug_concepts(dosespot.find_drugs(request.name)))
