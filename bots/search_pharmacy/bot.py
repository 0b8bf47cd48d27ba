"""The bot: whoever is enrolled may look for pharmacies; nothing is saved."""

from bots.search_pharmacy import IDENTIFIER
from bots.search_pharmacy.contract import SearchPharmacyInput, SearchPharmacyOutput
from shared.clinics.calling import caller_at_clinic
from shared.dosespot.searches import SearchClient
from shared.pharmacies.search import organizations
from shared.runtime.bot import bot
from shared.runtime.invocation import Invocation


@bot(
    identifier=IDENTIFIER,
    description="Finds pharmacies.",
    callers="An enrolled prescriber.",
    run_as_user=True,
    timeout_s=30,
)
def search_pharmacy(request: SearchPharmacyInput, invocation: Invocation) -> SearchPharmacyOutput:
    """Finds pharmacies, one page per call.

    Raises:
        NotAuthorized: the caller is not enrolled.
        DoseSpotRefused: DoseSpot did not accept the call.
        RecordsDisagree: the caller has several DoseSpot clinician ids, or one that can't be read.
        BotError: what any bot can raise.
    """
    at = caller_at_clinic(invocation, request.organizationId)
    dosespot = invocation.dosespot_for(SearchClient, at.clinician_id, at.clinic)
    return SearchPharmacyOutput(organizations(dosespot.find_pharmacies(request.wish())))
